/** Private messages in a store: one record for each message, for each wrap that waits, and a mark for each that was opened. */
import { type EventId, eventId, fromUtf8, type PubkeyHex, utf8 } from "@subrosa/core/bytes";
import { hexText, integer, list, object, oneOf, type Shape, text } from "@subrosa/core/json";
import { plain, readSignedEvent, type SignedEvent } from "@subrosa/core/nostr/event";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Change } from "../store/store.ts";
import type { DirectEffect, DirectState } from "./direct-machine.ts";
import { type DirectMessage, UNREADABLE, type Unreadable } from "./direct-words.ts";

const id = hexText(32) as Shape<EventId>;
const key = hexText(32) as Shape<PubkeyHex>;
const short = text({ max: 2_048 });
const message = object(
  {
    ...{ id, by: key, people: list(key, { max: 100 }) },
    form: oneOf("text", "file", "reaction", "old"),
    ...{ text: text({ max: 1 << 20 }), at: integer() },
  },
  {
    optional: {
      ...{ subject: text({ max: 200 }), replyTo: id, expires: integer() },
      file: object({ url: short, type: short, algorithm: short, key: short, nonce: short, hash: short }),
    },
  },
) as Shape<DirectMessage>;
const signed: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };
const effect = object({
  kind: oneOf("deliver"),
  event: signed,
  relays: list(text({ max: 1_024 }), { max: 100 }),
});

export const directKeeping: Keeping<DirectState, DirectEffect> = Object.freeze<Keeping<DirectState, DirectEffect>>({
  save: (before, after) => [
    ...(before === undefined ? [{ name: "v", value: Uint8Array.of(1) }] : []),
    ...difference("m", before?.messages, after.messages, (value) => writeJson(message, value)),
    ...difference("w", before?.waiting, after.waiting, (value) => writeJson(signed, value)),
    ...difference("o", before?.opened, after.opened, (value) => utf8(value)),
  ],
  load: (entries) => {
    const messages = new Map<EventId, DirectMessage>();
    const waiting = new Map<EventId, SignedEvent>();
    const opened = new Map<EventId, "message" | Unreadable>();
    for (const { name, value } of entries) {
      const at = eventId(name.slice(2));
      if (at === undefined) continue;
      if (name.startsWith("m/")) messages.set(at, readJson(message, value, "message"));
      if (name.startsWith("w/")) waiting.set(at, readJson(signed, value, "event"));
      if (name.startsWith("o/")) opened.set(at, outcome(fromUtf8(value) ?? ""));
    }
    return { messages, waiting, opened };
  },
  writeEffect: (value) => writeJson(effect, value),
  readEffect: (bytes) => readJson(effect, bytes, "effect"),
});

function outcome(word: string): "message" | Unreadable {
  return Object.hasOwn(UNREADABLE, word) ? (word as Unreadable) : "message";
}

function difference<V>(
  prefix: string,
  before: ReadonlyMap<EventId, V> | undefined,
  after: ReadonlyMap<EventId, V>,
  write: (value: V) => Uint8Array,
): readonly Change[] {
  if (before === after) return [];
  const changes: Change[] = [];
  for (const [at, value] of after) {
    if (!Object.is(before?.get(at), value)) changes.push({ name: `${prefix}/${at}`, value: write(value) });
  }
  for (const at of before?.keys() ?? [])
    if (!after.has(at)) changes.push({ name: `${prefix}/${at}`, value: undefined });
  return changes;
}
