/**
 * Contacts in a store: one record for each person, one for each message. Relations are derived from the facts and are
 * not written, so they cannot disagree with them; time decides some of them, so `now` is asked for.
 */
import { type Fact, factShape } from "@subrosa/core/alias/fact";
import type { Message } from "@subrosa/core/alias/message";
import { relationOf } from "@subrosa/core/alias/relation";
import { type EventId, type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import { integer, list, object, oneOf, text } from "@subrosa/core/json";
import type { Keeping } from "../driver/machine-store.ts";
import { readJson, writeJson } from "../driver/whole-state.ts";
import type { Change } from "../store/store.ts";
import type { Acquainted, ContactEffect, Contacts } from "./contacts.ts";
import { GrowingMap } from "./growing-map.ts";
import { recordKeeping } from "./record-keeping.ts";
import { byKind, idShape, keyShape, senderShape, signedShape } from "./shapes.ts";

const personShape = object({ facts: list(factShape, { max: 100_000 }), words: text({ max: 1 << 20 }) });
const messageShape = object(
  {
    id: idShape,
    by: oneOf("me", "peer"),
    peer: keyShape,
    text: text({ max: 1 << 20 }),
    at: integer(),
    form: oneOf("kind-14", "kind-4"),
  },
  { optional: { replyTo: idShape } },
);
const effectShape = byKind<ContactEffect>({
  deliver: object({ kind: oneOf("deliver"), event: signedShape, to: keyShape, as: senderShape }),
  wake: object({ kind: oneOf("wake"), peer: keyShape, at: integer() }),
  "save-contacts": object({ kind: oneOf("save-contacts") }),
});

export function contactsKeeping(now: () => number): Keeping<Contacts, ContactEffect> {
  return recordKeeping({
    effect: effectShape,
    changes: (before, after) => [...after].flatMap(([peer, person]) => savePerson(peer, before?.get(peer), person)),
    read: (entries) => {
      const contacts = new Map<PubkeyHex, Acquainted>();
      const messages = new Map<PubkeyHex, [EventId, Message][]>();
      for (const { name, value } of entries) {
        const peer = pubkeyHex(name.slice(2, 66));
        if (name.startsWith("m/")) {
          const { replyTo, ...rest } = readJson(messageShape, value, "message");
          const all = messages.get(rest.peer) ?? [];
          all.push([rest.id, { ...rest, replyTo }]);
          messages.set(rest.peer, all);
        } else if (peer !== undefined) {
          const { facts, words } = readJson(personShape, value, "contact");
          contacts.set(peer, { acquaintance: acquainted(facts, now()), words, messages: GrowingMap.of() });
        }
      }
      for (const [peer, all] of messages) {
        const known = contacts.get(peer) ?? { acquaintance: acquainted([], now()), words: "" };
        contacts.set(peer, { ...known, messages: GrowingMap.of(all) });
      }
      return contacts;
    },
  });
}

function savePerson(peer: PubkeyHex, before: Acquainted | undefined, after: Acquainted): readonly Change[] {
  if (before === after) return [];
  const { acquaintance, words, messages } = after;
  const isSame = before?.acquaintance === acquaintance && before.words === words;
  const person = isSame
    ? []
    : [{ name: `p/${peer}`, value: writeJson(personShape, { facts: acquaintance.facts, words }) }];
  // What is here only grows, so what came since is behind what was.
  const fresh = [...messages.from(before?.messages.size ?? 0)];
  return [...person, ...fresh.map((message) => ({ name: `m/${peer}/${message.id}`, value: writeMessage(message) }))];
}

function writeMessage({ replyTo, ...message }: Message): Uint8Array {
  return writeJson(messageShape, replyTo === undefined ? message : { ...message, replyTo });
}

function acquainted(facts: readonly Fact[], now: number): Acquainted["acquaintance"] {
  return { facts, relation: relationOf(facts, now) };
}
