/**
 * Which groups are here, and how each came: the list that is read first. What is in them is each group's own.
 *
 * A group that was deleted leaves a mark with its time, so that the same list from another device does not bring it back.
 * `listener` is a key of this account for this group alone: its sockets are no other identity's (network.ts).
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { eventId } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { integer, list, object, oneOf } from "@subrosa/core/json";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Secret } from "@subrosa/core/secret";
import type { Machine } from "../driver/driver.ts";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import { mapChanges, recordKeeping } from "./record-keeping.ts";
import { keyShape, relayShape, secretShape, signedShape } from "./shapes.ts";

export interface GroupPlace {
  readonly relays: readonly RelayUrl[];
  readonly invitedBy: readonly PubkeyHex[];
  readonly listener: Secret;
  /** GROUP-23: the key that is ours in this group, where our own lies behind a signer. */
  readonly member?: Secret;
  /** Of a private invite: we look in with it. */
  readonly guest?: Secret;
  /** The create event, where it is our own: it is in the group as soon as that is opened. */
  readonly first?: SignedEvent;
  /** When it came, or when it was deleted. */
  readonly at: number;
  readonly isGone: boolean;
}
export type GroupIndex = ReadonlyMap<EventId, GroupPlace>;

export type IndexEvent =
  | { readonly kind: "put"; readonly id: EventId; readonly place: GroupPlace }
  /** What another device said, and whether we know more than it did. */
  | { readonly kind: "heard"; readonly places: ReadonlyMap<EventId, GroupPlace>; readonly saysMore: boolean }
  | { readonly kind: "gone"; readonly id: EventId; readonly now: number };

/** The list for our other devices no longer says what we know. */
export interface SaveList {
  readonly kind: "save-list";
}
const SAVE: readonly SaveList[] = Object.freeze([{ kind: "save-list" }]);

export const groupIndex: Machine<GroupIndex, IndexEvent, SaveList, "unknown-group"> = Object.freeze({
  initial: new Map(),
  step: (state: GroupIndex, event: IndexEvent) => {
    switch (event.kind) {
      case "put":
        return { state: new Map(state).set(event.id, event.place), effects: SAVE };
      case "heard": {
        const next = event.places.size === 0 ? state : new Map([...state, ...event.places]);
        return { state: next, effects: event.saysMore ? SAVE : [] };
      }
      case "gone": {
        const known = state.get(event.id);
        if (known === undefined || known.isGone) return { state, effects: [], ignored: "unknown-group" as const };
        const { relays, listener } = known;
        const place = { relays, listener, invitedBy: [], at: event.now, isGone: true };
        return { state: new Map(state).set(event.id, place), effects: SAVE };
      }
      default:
        return event satisfies never;
    }
  },
});

export function indexKeeping(curve: Curve): Keeping<GroupIndex, SaveList> {
  const secret = secretShape(curve);
  const shape = object(
    {
      relays: list(relayShape, { max: 100 }),
      invitedBy: list(keyShape, { max: 100 }),
      listener: secret,
      at: integer(),
      gone: integer({ max: 1 }),
    },
    { optional: { guest: secret, member: secret, first: signedShape } },
  );
  return recordKeeping<GroupIndex, SaveList>({
    effect: object({ kind: oneOf("save-list") }),
    changes: (before, after) =>
      mapChanges(
        before,
        after,
        (id) => `g/${id}`,
        ({ isGone, ...place }) => writeJson(shape, { ...place, gone: isGone ? 1 : 0 }),
      ),
    read: (entries) =>
      new Map(
        entries.flatMap(({ name, value }): [EventId, GroupPlace][] => {
          const id = eventId(name.slice(2));
          if (id === undefined) return [];
          const { gone, ...place } = readJson(shape, value, "group-place");
          return [[id, { ...place, isGone: gone === 1 }]];
        }),
      ),
  });
}
