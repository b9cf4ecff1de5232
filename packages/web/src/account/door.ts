/**
 * The door of the app as a pure machine: who is on this device, who is being let in, who is inside.
 *
 *   looking ─found─► nobody | waiting ─chose─► opening ─opened─► inside ─left─► looking
 *                       ▲ add │  ▲ refused ──────┘
 *                       └─────┘
 */

/** How an account is locked: with what only this browser has, or with a passphrase. */
export type Lock = "device" | "passphrase";
export interface Resident {
  readonly name: string;
  readonly lock: Lock;
}

export type Door =
  | { readonly kind: "looking" }
  /** A newcomer; with residents he may go back. */
  | { readonly kind: "newcomer"; readonly residents: readonly Resident[] }
  | { readonly kind: "waiting"; readonly residents: readonly Resident[]; readonly refused?: string }
  | { readonly kind: "opening"; readonly residents: readonly Resident[]; readonly name: string }
  | { readonly kind: "inside"; readonly name: string };

export type DoorEvent =
  | { readonly kind: "found"; readonly residents: readonly Resident[] }
  | { readonly kind: "add" | "back" | "left" }
  | { readonly kind: "chose"; readonly name: string }
  | { readonly kind: "refused"; readonly sentence: string }
  | { readonly kind: "opened"; readonly name: string };

export const LOOKING: Door = Object.freeze({ kind: "looking" });

/** What makes no sense where one is changes nothing. */
export function step(door: Door, event: DoorEvent): Door {
  const residents = "residents" in door ? door.residents : [];
  switch (event.kind) {
    case "found":
      if (door.kind !== "looking") return door;
      return { kind: event.residents.length === 0 ? "newcomer" : "waiting", residents: event.residents };
    case "add":
      return door.kind === "waiting" ? { kind: "newcomer", residents } : door;
    case "back":
      return door.kind === "newcomer" && residents.length > 0 ? { kind: "waiting", residents } : door;
    case "chose":
      return door.kind === "waiting" ? { kind: "opening", residents, name: event.name } : door;
    case "refused":
      return door.kind === "opening" ? { kind: "waiting", residents, refused: event.sentence } : door;
    case "opened":
      return door.kind === "opening" || door.kind === "newcomer" ? { kind: "inside", name: event.name } : door;
    case "left":
      return door.kind === "inside" ? LOOKING : door;
    default:
      return event satisfies never;
  }
}

/** The one who is let in without being asked anything: alone here, and locked with nothing that he would have to type. */
export function letIn(door: Door): string | undefined {
  const [only, ...others] = door.kind === "waiting" && door.refused === undefined ? door.residents : [];
  return only !== undefined && others.length === 0 && only.lock === "device" ? only.name : undefined;
}
