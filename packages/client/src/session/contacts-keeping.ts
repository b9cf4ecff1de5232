/**
 * Contacts in a store: one record for each person, one for each message. Relations are derived from the facts and are
 * not written, so they cannot disagree with them; time decides some of them, so `now` is asked for.
 */
import { type Fact, factShape } from "@subrosa/core/alias/fact";
import type { Message } from "@subrosa/core/alias/message";
import { relationOf } from "@subrosa/core/alias/relation";
import { type EventId, type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { hexText, integer, list, object, oneOf, type Shape, text } from "@subrosa/core/json";
import { plain, readSignedEvent, type SignedEvent } from "@subrosa/core/nostr/event";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Change } from "../store/store.ts";
import type { Acquainted, ContactEffect, Contacts } from "./contacts.ts";
import type { Sender } from "./delivery.ts";

const key = hexText(32) as Shape<PubkeyHex>;
const id = hexText(32) as Shape<EventId>;
const personShape = object({ facts: list(factShape, { max: 100_000 }), words: text({ max: 1 << 20 }) });
const messageShape = object(
  {
    id,
    by: oneOf("me", "peer"),
    peer: key,
    text: text({ max: 1 << 20 }),
    at: integer(),
    form: oneOf("kind-14", "kind-4"),
  },
  { optional: { replyTo: id } },
);
const signed: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };
const sender: Shape<Sender> = {
  read: (value, path) => {
    const found = value === "nobody" ? value : pubkeyHex(value);
    if (found === undefined) throw new WireError("wire/hex", path);
    return found;
  },
  write: (value) => value,
};
const deliverShape = object({ kind: oneOf("deliver"), event: signed, to: key, as: sender });
const wakeShape = object({ kind: oneOf("wake"), peer: key, at: integer() });
const saveShape = object({ kind: oneOf("save-contacts") });
const effectShape: Shape<ContactEffect> = {
  read: (value, path) => {
    const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
    if (kind === "save-contacts") return saveShape.read(value, path);
    return kind === "wake" ? wakeShape.read(value, path) : deliverShape.read(value, path);
  },
  write: (effect) => {
    if (effect.kind === "save-contacts") return saveShape.write(effect);
    return effect.kind === "wake" ? wakeShape.write(effect) : deliverShape.write(effect);
  },
};

export function contactsKeeping(now: () => number): Keeping<Contacts, ContactEffect> {
  return {
    save: (before, after) => [
      ...(before === undefined ? [{ name: "v", value: Uint8Array.of(1) }] : []),
      ...[...after].flatMap(([peer, person]) => savePerson(peer, before?.get(peer), person)),
    ],
    load: (entries) => {
      const contacts = new Map<PubkeyHex, Acquainted>();
      const messages = new Map<PubkeyHex, Map<EventId, Message>>();
      for (const { name, value } of entries) {
        const peer = pubkeyHex(name.slice(2, 66));
        if (name.startsWith("m/")) {
          const { replyTo, ...rest } = readJson(messageShape, value, "message");
          messages.set(rest.peer, (messages.get(rest.peer) ?? new Map()).set(rest.id, { ...rest, replyTo }));
        } else if (peer !== undefined) {
          const { facts, words } = readJson(personShape, value, "contact");
          contacts.set(peer, { acquaintance: acquainted(facts, now()), words, messages: new Map() });
        }
      }
      for (const [peer, all] of messages) {
        const known = contacts.get(peer) ?? { acquaintance: acquainted([], now()), words: "", messages: all };
        contacts.set(peer, { ...known, messages: all });
      }
      return contacts;
    },
    writeEffect: (effect) => writeJson(effectShape, effect),
    readEffect: (bytes) => readJson(effectShape, bytes, "effect"),
  };
}

function savePerson(peer: PubkeyHex, before: Acquainted | undefined, after: Acquainted): readonly Change[] {
  if (before === after) return [];
  const { acquaintance, words, messages } = after;
  const isSame = before?.acquaintance === acquaintance && before.words === words;
  const person = isSame
    ? []
    : [{ name: `p/${peer}`, value: writeJson(personShape, { facts: acquaintance.facts, words }) }];
  const fresh = [...messages.values()].filter((message) => before?.messages.has(message.id) !== true);
  return [...person, ...fresh.map((message) => ({ name: `m/${peer}/${message.id}`, value: writeMessage(message) }))];
}

function writeMessage({ replyTo, ...message }: Message): Uint8Array {
  return writeJson(messageShape, replyTo === undefined ? message : { ...message, replyTo });
}

function acquainted(facts: readonly Fact[], now: number): Acquainted["acquaintance"] {
  return { facts, relation: relationOf(facts, now) };
}
