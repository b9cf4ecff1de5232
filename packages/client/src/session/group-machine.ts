/**
 * One group on this device: core's machine, and beside it what only a client knows.
 *
 *   events in: begun, received, told, caught-up, ignored, repeated, approved, keyed       effects out: publish, mine
 *
 * Spec: docs/spec/groups.md. Core asks for what must go out, and here it becomes durable with the state that explains it.
 * Its wishes to be woken are read off the plan again after every opening (`dueAt`), so they are no effects. Which events
 * are new is seen from the reader, which only grows; when each was first seen is kept beside it, shared and append-only.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import type { GroupMeans } from "@subrosa/core/group/effects";
import {
  type Group,
  type GroupEvent,
  type Step as GroupStep,
  type Ignored,
  step as stepGroup,
} from "@subrosa/core/group/group";
import { plain, type SignedEvent, type UnsignedEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Secret } from "@subrosa/core/secret";
import type { Machine, Step } from "../driver/driver.ts";
import { streamOf } from "./seeded.ts";

/** A branch of the owner's other device lost and had accepted these people: shall they be accepted again (GROUP-18)? */
export interface Repeat {
  readonly tip: EventId;
  readonly add: readonly PubkeyHex[];
}

/** GROUP-21: a key that we announced, and since when it is the newest. */
export interface EncryptionKey {
  readonly secret: Secret;
  readonly at: number;
}

export interface GroupState {
  readonly group: Group;
  /** Where it is read and written. */
  readonly relays: readonly RelayUrl[];
  readonly encryption: readonly EncryptionKey[];
  /** When we asked to join. */
  readonly asked: number | undefined;
  /** Requests that are not shown here any more. */
  readonly ignored: ReadonlySet<EventId>;
  readonly repeats: readonly Repeat[];
  /** Per relay and filter, up to when all was seen. */
  readonly cursors: ReadonlyMap<string, number>;
}

export type GroupHappening =
  /** Our own create event: part of what is held before it leaves. */
  | { readonly kind: "begun"; readonly event: VerifiedEvent; readonly now: number; readonly seed: Uint8Array }
  | {
      readonly kind: "received";
      readonly events: readonly VerifiedEvent[];
      readonly now: number;
      readonly seed: Uint8Array;
    }
  /** The user's own act, or the clock: what core's machine is told. */
  | { readonly kind: "told"; readonly event: Exclude<GroupEvent, { kind: "received" }>; readonly seed: Uint8Array }
  | { readonly kind: "caught-up"; readonly cursors: ReadonlyMap<string, number> }
  | { readonly kind: "ignored"; readonly request: EventId }
  | { readonly kind: "repeated"; readonly tip: EventId }
  | { readonly kind: "approved"; readonly relays: readonly RelayUrl[] }
  /** GROUP-21: the encryption keys that are kept from now on, the newest last. */
  | {
      readonly kind: "keyed";
      readonly encryption: readonly EncryptionKey[];
      readonly now: number;
      readonly seed: Uint8Array;
    };

export type GroupEffect =
  | { readonly kind: "publish"; readonly event: SignedEvent }
  | { readonly kind: "mine"; readonly event: UnsignedEvent; readonly target: number };

export type GroupFault = Ignored | "too-long" | "nothing-to-repeat";
export type GroupMachine = Machine<GroupState, GroupHappening, GroupEffect, GroupFault>;
type Done = Step<GroupState, GroupEffect, GroupFault>;

/** `seen` grows with the events that are held, and is read by the keeping and by the view. */
export function groupMachine(
  initial: GroupState,
  real: Secret,
  seen: Map<EventId, number>,
  curve: Curve,
): GroupMachine {
  return {
    initial,
    step: (state, event) => {
      switch (event.kind) {
        case "begun": {
          const { event: first, now } = event;
          const means = { real, curve, random: streamOf(event.seed) };
          const done = taken(state, stepGroup(state.group, { kind: "received", event: first, now }, means), now, seen);
          if (done.ignored !== undefined) return done;
          return { ...done, effects: [{ kind: "publish", event: plain(first) }, ...done.effects] };
        }
        case "received":
          return received(state, event, { real, curve, random: streamOf(event.seed) }, seen);
        case "told":
          return told(state, event.event, { real, curve, random: streamOf(event.seed) }, seen);
        case "caught-up":
          return { state: { ...state, cursors: new Map([...state.cursors, ...event.cursors]) }, effects: [] };
        case "ignored":
          return state.ignored.has(event.request)
            ? { state, effects: [], ignored: "already-held" }
            : { state: { ...state, ignored: new Set([...state.ignored, event.request]) }, effects: [] };
        case "repeated": {
          const repeats = state.repeats.filter(({ tip }) => tip !== event.tip);
          return repeats.length === state.repeats.length
            ? { state, effects: [], ignored: "nothing-to-repeat" }
            : { state: { ...state, repeats }, effects: [] };
        }
        case "approved": {
          const relays = [...new Set([...state.relays, ...event.relays])];
          return relays.length === state.relays.length
            ? { state, effects: [], ignored: "nothing-to-do" }
            : { state: { ...state, relays }, effects: [] };
        }
        case "keyed": {
          const { encryption, now } = event;
          const next = { ...state, encryption };
          const secrets = encryption.map(({ secret }) => secret);
          const means = { real, curve, random: streamOf(event.seed) };
          const done = told(next, { kind: "refreshed", encryption: secrets, now }, means, seen);
          // The keys are kept even where nothing was announced with them.
          return { state: done.state, effects: done.effects };
        }
        default:
          return event satisfies never;
      }
    },
  };
}

/** When the clock has to be looked at again: a rotation that is planned. */
export function dueAt({ group }: GroupState): number | undefined {
  return "plan" in group ? group.plan?.at : undefined;
}

function received(
  state: GroupState,
  { events, now }: Extract<GroupHappening, { kind: "received" }>,
  means: GroupMeans,
  seen: Map<EventId, number>,
): Done {
  let [next, ignored]: [GroupState, GroupFault | undefined] = [state, undefined];
  const effects: GroupEffect[] = [];
  for (const event of events) {
    const done = taken(next, stepGroup(next.group, { kind: "received", event, now }, means), now, seen);
    next = done.state;
    effects.push(...done.effects);
    ignored = done.ignored;
  }
  return { state: next, effects, ...(next === state && ignored !== undefined ? { ignored } : {}) };
}

function told(
  state: GroupState,
  event: Exclude<GroupEvent, { kind: "received" }>,
  means: GroupMeans,
  seen: Map<EventId, number>,
): Done {
  try {
    const done = taken(state, stepGroup(state.group, event, means), event.now, seen);
    if (event.kind !== "asked" || done.ignored !== undefined) return done;
    return { ...done, state: { ...done.state, asked: event.now } };
  } catch (error) {
    // What a person typed does not fit into one event.
    if (error instanceof UsageError && error.code === "usage/too-long")
      return { state, effects: [], ignored: "too-long" };
    throw error;
  }
}

function taken(state: GroupState, made: GroupStep, now: number, seen: Map<EventId, number>): Done {
  const { effects, ignored } = made;
  const before = state.group.reader.size;
  const isNothing = ignored !== undefined && effects.length === 0 && made.state.reader.size === before;
  if (isNothing && made.state.reader === state.group.reader) return { state, effects: [], ignored };
  for (const { id } of made.state.reader.eventsFrom(before)) if (!seen.has(id)) seen.set(id, now);
  const repeats = effects.flatMap((effect) => (effect.kind === "repeat" ? [{ tip: effect.tip, add: effect.add }] : []));
  const next = { ...state, group: made.state, repeats: [...state.repeats, ...repeats] };
  const out = effects.flatMap((effect): GroupEffect[] => {
    if (effect.kind === "publish") return [{ kind: "publish", event: plain(effect.event) }];
    return effect.kind === "mine" ? [{ kind: "mine", event: effect.event, target: effect.target }] : [];
  });
  return { state: next, effects: out, ...(ignored === undefined ? {} : { ignored }) };
}

/** Whom a lost branch had accepted, if it is still to be answered. */
export function repeatOf({ repeats }: GroupState, tip: EventId): readonly PubkeyHex[] | undefined {
  return repeats.find((repeat) => repeat.tip === tip)?.add;
}
