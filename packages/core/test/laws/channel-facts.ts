/** Facts made by hand, for laws about sets: ids are readable words padded to the length of an id. */
import { createHash } from "node:crypto";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Accept, Change, Control, Create, Fact, Message, Move, Notice, Offer } from "@subrosa/core/channel/fact";
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

/**
 * A fact's own fields. Written out, here and below: facts of one type then have one hidden class, and a million
 * histories take half the time that they take with spreads.
 */
type Made<T extends Fact> = Partial<T> & Pick<T, "id" | "author" | "time">;

export function create(fields: Partial<Create> = {}): Create {
  return {
    id: fields.id ?? CHANNEL,
    author: fields.author ?? person("0a"),
    time: fields.time ?? NOW - 1_000,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "create",
    key: "key" in fields ? fields.key : person("cc"),
    metadata: fields.metadata ?? { name: "first" },
    relays: fields.relays ?? ["wss://a", "wss://b"],
    asks: fields.asks ?? "signed",
  };
}

export function change(fields: Made<Change> & { readonly name: string }): Change {
  return {
    id: fields.id,
    author: fields.author,
    time: fields.time,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "change",
    channel: fields.channel ?? CHANNEL,
    tenure: fields.tenure,
    metadata: fields.metadata ?? { name: fields.name },
    relays: fields.relays,
  };
}

export function offer(fields: Made<Offer> & Pick<Offer, "to">): Offer {
  return {
    id: fields.id,
    author: fields.author,
    time: fields.time,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "offer",
    channel: fields.channel ?? CHANNEL,
    to: fields.to,
    tenure: fields.tenure,
  };
}

export function accept(fields: Made<Accept> & Pick<Accept, "offer">): Accept {
  return {
    id: fields.id,
    author: fields.author,
    time: fields.time,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "accept",
    offer: fields.offer,
    // The draft's own form names its 405 alone.
    channel: "channel" in fields ? fields.channel : CHANNEL,
    seen: fields.seen ?? [],
  };
}

export function move(fields: Made<Move> & Pick<Move, "next">): Move {
  return {
    id: fields.id,
    author: fields.author,
    time: fields.time,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "move",
    channel: fields.channel ?? CHANNEL,
    next: fields.next,
    secret: "secret" in fields ? fields.secret : anySecret,
    tenure: fields.tenure,
    accepts: fields.accepts ?? [],
    words: fields.words ?? "",
  };
}

export function notice(fields: Made<Notice> & { readonly next: EventId }): Notice {
  return {
    id: fields.id,
    author: fields.author,
    time: fields.time,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "notice",
    channel: fields.channel ?? CHANNEL,
    moved: fields.moved ?? fingerprint(fields.next),
    tenure: fields.tenure,
  };
}

export function message(fields: Made<Message>): Message {
  return {
    id: fields.id,
    author: fields.author,
    time: fields.time,
    expiration: fields.expiration,
    form: fields.form ?? "signed",
    type: "message",
    channel: fields.channel ?? CHANNEL,
    reply: fields.reply,
    text: fields.text ?? "words",
  };
}

const translated = new WeakMap<Control, ModelEvent>();

/** A fact in the model's words. Facts never change, and several people hold the same one. */
export function modelEvent(fact: Control): ModelEvent {
  const known = translated.get(fact);
  if (known !== undefined) return known;
  const made = translate(fact);
  translated.set(fact, made);
  return made;
}

function translate(fact: Control): ModelEvent {
  const { id: own, type, author, time, expiration } = fact;
  const channel = "channel" in fact ? fact.channel : undefined;
  const tenure = "tenure" in fact ? fact.tenure : undefined;
  const common = { id: own, type, author, time, expiration, channel, tenure };
  switch (fact.type) {
    case "create":
    case "change":
      return { ...common, name: fact.metadata.name, relays: fact.relays };
    case "offer":
      return { ...common, to: fact.to };
    case "accept":
      return { ...common, offer: fact.offer, seen: fact.seen };
    case "move":
      return { ...common, next: fact.next };
    case "notice":
      return { ...common, moved: fact.moved };
    case "invitation":
      return common;
    default:
      return fact satisfies never;
  }
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

const creatorsOf = new WeakMap<ReadonlyMap<EventId, Create>, Readonly<Record<string, string>>>();

/** Our answer and the model's, of the same facts. */
export function answersOf(
  view: RoomView,
  facts: readonly Control[],
  creates: ReadonlyMap<EventId, Create>,
  now: number,
): { readonly ours: ModelAnswer; readonly model: ModelAnswer } {
  if (view.create === undefined) throw new Error("without its 400 a channel has no answer");
  const { create: first } = view;
  const creators = creatorsOf.get(creates) ?? Object.fromEntries([...creates].map(([of, { author }]) => [of, author]));
  creatorsOf.set(creates, creators);
  const model = modelAnswer({
    create: modelEvent(first),
    events: facts.filter((fact) => fact !== first).map(modelEvent),
    now,
    creators,
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
