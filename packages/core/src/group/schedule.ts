/**
 * When a member carries out leaves by himself (docs/spec/groups.md GROUP-16): quietly, the highest rank first.
 *
 * A member at position r of the current roster waits r·15 s and up to 7 s more, and rotates only if nobody else has.
 * It stops when a covering candidate comes and starts again when the set of leavers has grown, or when what covered it
 * was dropped.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { RandomSource } from "../curve/curve.ts";
import type { Selection } from "./select.ts";

const STEP_SECONDS = 15;
const SPREAD_SECONDS = 7;

/** A rotation that will be made at this time, for exactly these leavers on this owner event. */
export interface Plan {
  readonly base: EventId;
  readonly leavers: string;
  readonly at: number;
}

/** The plan after a look at the selection: kept, made anew or dropped. */
export function planned(
  plan: Plan | undefined,
  made: ReadonlySet<string>,
  selection: Selection,
  me: PubkeyHex,
  now: number,
  random: RandomSource,
): Plan | undefined {
  if (selection.kind === "none" || selection.choice.uncovered.length === 0) return undefined;
  // Only what a rotation can mend: whoever is blocked for another reason would rotate in the dark.
  if (selection.blocks.some((block) => block !== "leaver-holds-key")) return undefined;
  const base = selection.tip.fact.id;
  const leavers = [...selection.choice.leaving].sort().join();
  if (made.has(planName({ base, leavers }))) return undefined;
  if (plan !== undefined && plan.base === base && plan.leavers === leavers) return plan;
  return { base, leavers, at: now + waitingTime(selection, me, random) };
}

export function planName({ base, leavers }: Pick<Plan, "base" | "leavers">): string {
  return `${base}:${leavers}`;
}

function waitingTime(selection: Selection & { readonly kind: "found" }, me: PubkeyHex, random: RandomSource): number {
  const { leaving, current } = selection.choice;
  const staying = current.roster.filter((member) => !leaving.has(member.person)).sort((a, b) => a.rank - b.rank);
  const position = Math.max(
    0,
    staying.findIndex((member) => member.person === me),
  );
  const [byte] = random(1);
  return position * STEP_SECONDS + Math.floor((byte! / 256) * (SPREAD_SECONDS + 1));
}
