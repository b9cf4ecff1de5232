/** Facts made by hand, for laws about sets: ids are readable words padded to the length of an id. */
import { createHash } from "node:crypto";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Accept, Change, Control, Create, Message, Move, Notice, Offer } from "@subrosa/core/channel/fact";
import { type RoomView, roomView } from "@subrosa/core/channel/room";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { Secret } from "@subrosa/core/secret";
import { type ModelAnswer, type ModelEvent, modelAnswer } from "../models/channel-model.ts";

export const NOW = 1_800_000_000;
export const id = (word: string): EventId => word.padEnd(64, "0") as EventId;
export const person = (word: string): PubkeyHex => word.padEnd(64, "f") as PubkeyHex;
export const anySecret = Secret.from(new Uint8Array(32).fill(7), nobleCurve);

const tag = createHash("sha256").update("nip112/moved").digest();
const tagged = createHash("sha256").update(tag).update(tag);
/** Fingerprints are asked for again and again, but a million histories have millions of them: only the latest are kept. */
const MAX_KNOWN = 1_000;
const fingerprints = new Map<string, string>();
/** BIP-340's tagged hash, by Node's own SHA-256. */
export function fingerprint(of: string): string {
  const known = fingerprints.get(of);
  if (known !== undefined) return known;
  if (fingerprints.size >= MAX_KNOWN) fingerprints.clear();
  const hash = tagged.copy().update(Buffer.from(of, "hex")).digest("hex");
  fingerprints.set(of, hash);
  return hash;
}

export const CHANNEL = id("c0");
const common = { expiration: undefined, form: "signed" } as const;

export function create(fields: Partial<Create> = {}): Create {
  return {
    ...common,
    type: "create",
    id: CHANNEL,
    author: person("0a"),
    time: NOW - 1_000,
    key: person("cc"),
    metadata: { name: "first" },
    relays: ["wss://a", "wss://b"],
    asks: "signed",
    ...fields,
  };
}

type Made<T extends Control> = Partial<T> & Pick<T, "id" | "author" | "time">;

export function change(fields: Made<Change> & { readonly name: string }): Change {
  const { name, ...rest } = fields;
  return {
    ...common,
    type: "change",
    channel: CHANNEL,
    tenure: undefined,
    relays: undefined,
    metadata: { name },
    ...rest,
  };
}

export function offer(fields: Made<Offer> & Pick<Offer, "to">): Offer {
  return { ...common, type: "offer", channel: CHANNEL, tenure: undefined, ...fields };
}

export function accept(fields: Made<Accept> & Pick<Accept, "offer">): Accept {
  return { ...common, type: "accept", channel: CHANNEL, seen: [], ...fields };
}

export function move(fields: Made<Move> & Pick<Move, "next">): Move {
  return {
    ...common,
    type: "move",
    channel: CHANNEL,
    tenure: undefined,
    accepts: [],
    secret: anySecret,
    words: "",
    ...fields,
  };
}

export function notice(fields: Made<Notice> & { readonly next: EventId }): Notice {
  const { next, ...rest } = fields;
  return { ...common, type: "notice", channel: CHANNEL, tenure: undefined, moved: fingerprint(next), ...rest };
}

export function message(fields: Partial<Message> & Pick<Message, "id" | "author" | "time">): Message {
  return { ...common, type: "message", channel: CHANNEL, reply: undefined, text: "words", ...fields };
}

export function modelEvent(fact: Control): ModelEvent {
  const name = "metadata" in fact ? { name: fact.metadata.name } : {};
  return { ...fact, ...name } as ModelEvent;
}

/** What both must agree on. */
function answerOf(view: RoomView): ModelAnswer {
  return {
    owner: view.owner ?? "",
    name: view.metadata.name,
    relays: view.relays,
    next: view.move?.next,
    stopped: view.stopped,
    noticed: view.noticed,
    cut: view.cut,
    alarms: [...view.alarms].toSorted(),
  };
}

/** Our answer and the model's, of the same facts. */
export function answersOf(
  view: RoomView,
  facts: readonly Control[],
  creates: ReadonlyMap<EventId, Create>,
  now: number,
): { readonly ours: ModelAnswer; readonly model: ModelAnswer } {
  if (view.create === undefined) throw new Error("without its 400 a channel has no answer");
  const { create: first } = view;
  const model = modelAnswer({
    create: modelEvent(first),
    events: facts.filter((fact) => fact !== first).map(modelEvent),
    now,
    creators: Object.fromEntries([...creates].map(([channel, { author }]) => [channel, author])),
    fingerprint,
  });
  return { ours: answerOf(view), model };
}

export function answers(first: Create, facts: readonly Control[]) {
  const creates = new Map<EventId, Create>();
  const all = [first, ...facts];
  const view = roomView({ id: first.id, key: person("cc"), facts: all, creates, keyFrom: new Set() }, NOW);
  return answersOf(view, all, creates, NOW);
}
