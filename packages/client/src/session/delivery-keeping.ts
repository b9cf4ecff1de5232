/** Deliveries in a store: one record each, so that an answer rewrites one of them and not all. */
import { type EventId, eventId } from "@subrosa/core/bytes";
import { list, object, oneOf, text } from "@subrosa/core/json";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Delivered, Deliveries, Delivery, Publish } from "./delivery.ts";
import { mapChanges, recordKeeping } from "./record-keeping.ts";
import { idShape, relayShape, senderShape, signedShape } from "./shapes.ts";

const answer = object(
  { relay: relayShape, kind: oneOf("waiting", "accepted", "refused") },
  { optional: { reason: text({ max: 4_096 }) } },
);
const delivery = object({ event: signedShape, as: senderShape, relays: list(answer, { max: 1_000 }) });

export const deliveryKeeping: Keeping<Deliveries, Publish> = recordKeeping({
  effect: object({ kind: oneOf("publish"), id: idShape, relay: relayShape }),
  changes: (before, after) => mapChanges(before, after, (id) => `d/${id}`, write),
  read: (entries) =>
    new Map(
      entries.flatMap(({ name, value }): [EventId, Delivery][] => {
        const id = eventId(name.slice(2));
        return id === undefined ? [] : [[id, read(value)]];
      }),
    ),
});

function write({ event, as, relays }: Delivery): Uint8Array {
  return writeJson(delivery, { event, as, relays: [...relays].map(([relay, each]) => ({ relay, ...each })) });
}

function read(bytes: Uint8Array): Delivery {
  const { relays, ...rest } = readJson(delivery, bytes, "delivery");
  const answers = relays.map(({ relay, kind, reason = "" }): [RelayUrl, Delivered] => [
    relay,
    kind === "refused" ? { kind, reason } : { kind },
  ]);
  return { ...rest, relays: new Map(answers) };
}
