/**
 * The door: every Nostr event enters here, or it is not a VerifiedEvent.
 *
 *   EventTemplate ─► UnsignedEvent ─► Rumor (has its id) ─► SignedEvent (claims one) ─► VerifiedEvent
 *
 * Spec: NIP-01. The id is always recomputed, never believed. Objects are branded by class, not by symbol:
 * `{ ...event, content }` drops the private member, so the compiler refuses the copy and `VerifiedEvent.is` says no.
 * Everything is copied and frozen on entry, so what was checked is what is used.
 */
import { type EventId, eventId, fromHex, isWellFormed, type PubkeyHex, pubkeyHex, toHex, utf8 } from "../bytes.ts";
import type { Curve, RandomSource, SchnorrItem } from "../curve/curve.ts";
import { UsageError, WireError } from "../errors.ts";
import { sha256 } from "../hash.ts";
import type { Secret } from "../secret.ts";

export type Tag = readonly string[];

export interface EventTemplate {
  readonly kind: number;
  readonly created_at: number;
  readonly tags: readonly Tag[];
  readonly content: string;
}

export interface UnsignedEvent extends EventTemplate {
  readonly pubkey: PubkeyHex;
}

/** An event that has an id and no signature: what NIP-59 carries. */
export interface Rumor extends UnsignedEvent {
  readonly id: EventId;
}

/** Well-shaped; neither its id nor its signature has been checked. */
export interface SignedEvent extends Rumor {
  readonly sig: string;
}

export interface EventLimits {
  readonly maxContent: number;
  readonly maxTags: number;
  readonly maxTagElements: number;
  readonly maxTagElement: number;
  /** UTF-16 units of content and tags together, with the quotes and the comma of every element. */
  readonly maxSize: number;
}

/** Room for a ring of 1,000 keys with its proof and for the follow lists that exist; relays set their own. */
export const DEFAULT_LIMITS: EventLimits = Object.freeze({
  maxContent: 1 << 20,
  maxTags: 20_000,
  maxTagElements: 2_100,
  maxTagElement: 1 << 19,
  maxSize: 1 << 21,
});

/** Known to this module only: `new event.constructor(forged)` must not do what the checks do. */
const CHECKED = Symbol("checked");

export class VerifiedEvent implements SignedEvent {
  readonly #checked = true;
  readonly id: EventId;
  readonly pubkey: PubkeyHex;
  readonly created_at: number;
  readonly kind: number;
  readonly tags: readonly Tag[];
  readonly content: string;
  readonly sig: string;

  private constructor(event: SignedEvent, token: typeof CHECKED) {
    if (token !== CHECKED) throw new UsageError("usage/template", "a verified event comes from VerifiedEvent.check");
    this.id = event.id;
    this.pubkey = event.pubkey;
    this.created_at = event.created_at;
    this.kind = event.kind;
    this.tags = event.tags;
    this.content = event.content;
    this.sig = event.sig;
    Object.freeze(this);
  }

  static is(value: unknown): value is VerifiedEvent {
    return typeof value === "object" && value !== null && #checked in value && value.#checked;
  }

  /** Checks shape, id and signature, in this order. */
  static check(value: unknown, curve: Curve, limits: EventLimits = DEFAULT_LIMITS): Verdict {
    const [verdict] = VerifiedEvent.checkWith([value], limits, (items) =>
      items.map((item) => curve.verifySchnorr(item.signature, item.message, item.pubkey)),
    );
    return verdict!;
  }

  /** The same for many at once, with one batch of signatures. */
  static checkAll(values: readonly unknown[], curve: Curve, random: RandomSource, limits = DEFAULT_LIMITS): Verdict[] {
    return VerifiedEvent.checkWith(values, limits, (items) => curve.verifySchnorrBatch(items, random));
  }

  /**
   * For callers whose signatures are checked elsewhere, in a pool of workers: hand out the items, take the answers
   * back in the same order.
   */
  static prepare(values: readonly unknown[], limits: EventLimits = DEFAULT_LIMITS): PendingEvents {
    const entries = values.map((value) => identified(value, limits));
    const identifiedEvents = entries.flatMap((entry) => ("event" in entry ? [entry.event] : []));
    const items = identifiedEvents.map(signatureItem);
    const finish = (valid: readonly boolean[]): Verdict[] => {
      if (valid.length !== items.length) throw new UsageError("usage/length", "answer every signature, in order");
      let next = 0;
      return entries.map((entry): Verdict => {
        if (!("event" in entry)) return entry;
        return valid[next++] === true
          ? { ok: true, event: new VerifiedEvent(entry.event, CHECKED) }
          : { ok: false, reason: "event-sig" };
      });
    };
    return { items, finish };
  }

  private static checkWith(
    values: readonly unknown[],
    limits: EventLimits,
    verify: (items: readonly SchnorrItem[]) => readonly boolean[],
  ): Verdict[] {
    const pending = VerifiedEvent.prepare(values, limits);
    return pending.finish(verify(pending.items));
  }
}

export type EventFault = "event-shape" | "event-id" | "event-sig";
export type Refused = { readonly ok: false; readonly reason: EventFault; readonly path?: string };
export type Verdict = { readonly ok: true; readonly event: VerifiedEvent } | Refused;

export interface PendingEvents {
  readonly items: readonly SchnorrItem[];
  finish(valid: readonly boolean[]): Verdict[];
}

/** Shape and id; the signature is still a claim. */
function identified(value: unknown, limits: EventLimits): { readonly event: SignedEvent } | Refused {
  let event: SignedEvent;
  try {
    event = readSignedEvent(value, limits);
  } catch (error) {
    if (error instanceof WireError) return { ok: false, reason: "event-shape", path: error.path };
    throw error;
  }
  return computeId(event) === event.id ? { event } : { ok: false, reason: "event-id" };
}

function signatureItem(event: SignedEvent): SchnorrItem {
  return { signature: fromHex(event.sig)!, message: fromHex(event.id)!, pubkey: fromHex(event.pubkey)! };
}

/** A frozen copy with every field checked; throws WireError. Fields that NIP-01 does not know are left behind. */
export function readSignedEvent(value: unknown, limits: EventLimits = DEFAULT_LIMITS): SignedEvent {
  const rumor = readRumorFields(value, limits);
  const sig = field(value, "sig");
  if (typeof sig !== "string" || !/^[0-9a-f]{128}$/.test(sig)) throw new WireError("wire/hex", "event.sig");
  return Object.freeze({ ...rumor, sig });
}

/** As `readSignedEvent` for an event without signature; its id must be the true one. */
export function readRumor(value: unknown, limits: EventLimits = DEFAULT_LIMITS): Rumor {
  const rumor = Object.freeze(readRumorFields(value, limits));
  if (computeId(rumor) !== rumor.id) throw new WireError("wire/non-canonical", "event.id");
  return rumor;
}

/** Own properties only, so nothing inherited can stand in for a field. */
function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WireError("wire/type", "event");
  if (!Object.hasOwn(value, name)) throw new WireError("wire/missing-field", `event.${name}`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

function readRumorFields(event: unknown, limits: EventLimits): Rumor {
  const id = eventId(field(event, "id"));
  if (id === undefined) throw new WireError("wire/hex", "event.id");
  const pubkey = pubkeyHex(field(event, "pubkey"));
  if (pubkey === undefined) throw new WireError("wire/hex", "event.pubkey");
  const content = field(event, "content");
  if (typeof content !== "string") throw new WireError("wire/type", "event.content");
  if (content.length > limits.maxContent) throw new WireError("wire/too-long", "event.content");
  if (!isWellFormed(content)) throw new WireError("wire/text", "event.content");
  const created_at = readInteger(field(event, "created_at"), Number.MAX_SAFE_INTEGER, "event.created_at");
  const kind = readInteger(field(event, "kind"), 65_535, "event.kind");
  const tags = readTags(field(event, "tags"), limits, content.length);
  return { id, pubkey, created_at, kind, tags, content };
}

function readInteger(value: unknown, max: number, path: string): number {
  if (typeof value !== "number") throw new WireError("wire/type", path);
  if (!Number.isSafeInteger(value) || Object.is(value, -0) || value < 0 || value > max) {
    throw new WireError("wire/range", path);
  }
  return value;
}

function readTags(value: unknown, limits: EventLimits, contentSize: number): readonly Tag[] {
  if (!Array.isArray(value)) throw new WireError("wire/type", "event.tags");
  if (value.length > limits.maxTags) throw new WireError("wire/too-many", "event.tags");
  let size = contentSize;
  // Array.from sees the holes that map would leave in, and every element is copied before it is looked at.
  const tags = Array.from(value as unknown[], (tag, i): Tag => {
    const path = `event.tags[${i}]`;
    if (!Array.isArray(tag)) throw new WireError("wire/type", path);
    if (tag.length === 0) throw new WireError("wire/length", path);
    if (tag.length > limits.maxTagElements) throw new WireError("wire/too-many", path);
    const elements: unknown[] = [...tag];
    for (const element of elements) {
      if (typeof element !== "string") throw new WireError("wire/type", path);
      if (element.length > limits.maxTagElement) throw new WireError("wire/too-long", path);
      if (!isWellFormed(element)) throw new WireError("wire/text", path);
      size += element.length + 3;
    }
    if (size > limits.maxSize) throw new WireError("wire/too-long", "event.tags");
    return Object.freeze(elements as string[]);
  });
  return Object.freeze(tags);
}

/** NIP-01: the bytes that are hashed, equal to JSON.stringify's for every well-formed text. */
export function serialise(event: UnsignedEvent): string {
  return JSON.stringify([0, event.pubkey, event.created_at, event.kind, event.tags, event.content]);
}

export function computeId(event: UnsignedEvent): EventId {
  return toHex(sha256(utf8(serialise(event)))) as EventId;
}

/** A frozen copy of our own template, complete with author and id. A fault in it is the caller's, so it throws. */
export function toRumor(template: EventTemplate, pubkey: PubkeyHex): Rumor {
  const { kind, created_at, tags, content } = template;
  const id = "0".repeat(64);
  let unsigned: UnsignedEvent;
  try {
    unsigned = readRumorFields({ id, pubkey, created_at, kind, tags, content }, DEFAULT_LIMITS);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new UsageError("usage/template", `the event cannot be published as it is: ${cause.message}`, { cause });
  }
  return Object.freeze({ ...unsigned, id: computeId(unsigned) });
}

/** Signs as `secret`, with 32 fresh random bytes. */
export function signEvent(template: EventTemplate, secret: Secret, aux: Uint8Array, curve: Curve): VerifiedEvent {
  const rumor = toRumor(template, toHex(secret.pubkey) as PubkeyHex);
  const sig = toHex(curve.signSchnorr(fromHex(rumor.id)!, secret.expose(), aux));
  const verdict = VerifiedEvent.check({ ...rumor, sig }, curve);
  if (!verdict.ok) throw new UsageError("usage/secret", "the curve returned a signature that does not verify");
  return verdict.event;
}

/** The event as an ordinary object, for JSON, for other libraries, for a message to a worker. */
export function plain(event: SignedEvent): SignedEvent {
  const { id, pubkey, created_at, kind, tags, content, sig } = event;
  return { id, pubkey, created_at, kind, tags, content, sig };
}
