/** Deliveries in a store: one record each, so that an answer rewrites one of them and not all. */
import { type EventId, eventId, pubkeyHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { hexText, list, object, oneOf, type Shape, text } from "@subrosa/core/json";
import { plain, readSignedEvent, type SignedEvent } from "@subrosa/core/nostr/event";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Delivered, Deliveries, Delivery, Publish, Sender } from "./delivery.ts";

const event: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };
const sender: Shape<Sender> = {
  read: (value, path) => {
    const found = value === "nobody" ? value : pubkeyHex(value);
    if (found === undefined) throw new WireError("wire/hex", path);
    return found;
  },
  write: (value) => value,
};
const url: Shape<RelayUrl> = {
  read: (value, path) => {
    const found = typeof value === "string" ? relayUrl(value) : undefined;
    if (found === undefined) throw new WireError("wire/text", path);
    return found;
  },
  write: (value) => value,
};
const answer = object(
  { relay: url, kind: oneOf("waiting", "accepted", "refused") },
  { optional: { reason: text({ max: 4_096 }) } },
);
const delivery = object({ event, as: sender, relays: list(answer, { max: 1_000 }) });
const effect = object({ kind: oneOf("publish"), id: hexText(32) as Shape<EventId>, relay: url });

export const deliveryKeeping: Keeping<Deliveries, Publish> = {
  save: (before, after) => [
    // An empty state is a state too.
    ...(before === undefined ? [{ name: "v", value: Uint8Array.of(1) }] : []),
    ...[...(before?.keys() ?? [])].filter((id) => !after.has(id)).map((id) => ({ name: `d/${id}`, value: undefined })),
    ...[...after]
      .filter(([id, one]) => before?.get(id) !== one)
      .map(([id, one]) => ({ name: `d/${id}`, value: write(one) })),
  ],
  load: (entries) =>
    new Map(
      entries.flatMap(({ name, value }): [EventId, Delivery][] => {
        const id = name.startsWith("d/") ? eventId(name.slice(2)) : undefined;
        return id === undefined ? [] : [[id, read(value)]];
      }),
    ),
  writeEffect: (value) => writeJson(effect, value),
  readEffect: (bytes) => readJson(effect, bytes, "effect"),
};

function write({ event: signed, as, relays }: Delivery): Uint8Array {
  return writeJson(delivery, { event: signed, as, relays: [...relays].map(([relay, each]) => ({ relay, ...each })) });
}

function read(bytes: Uint8Array): Delivery {
  const { relays, ...rest } = readJson(delivery, bytes, "delivery");
  const answers = relays.map(({ relay, kind, reason = "" }): [RelayUrl, Delivered] => [
    relay,
    kind === "refused" ? { kind, reason } : { kind },
  ]);
  return { ...rest, relays: new Map(answers) };
}
