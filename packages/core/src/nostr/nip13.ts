/**
 * NIP-13: proof of work in an event's id.
 *
 * `mine` is a pure step over a range of nonces, so that a worker can show progress, stop and go on elsewhere:
 * mine(from 0, 10,000) and mine(from 10,000 …) find what one long run finds. The nonce tag goes last, so that all that
 * is hashed before it is hashed once; what follows it, the content above all, is hashed for every nonce.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { type EventId, fromHex, utf8 } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { type Rumor, serialise, type Tag, toRumor, type UnsignedEvent } from "./event.ts";
import { onlyTag } from "./tags.ts";

/** "the number of leading zero bits in the NIP-01 id" */
export function difficulty(id: EventId): number {
  return leadingZeroBits(fromHex(id)!);
}

function leadingZeroBits(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

/** What the author set out to reach; undefined where he did not say, or said it twice. */
export function committedTarget(event: UnsignedEvent): number | undefined {
  const target = onlyTag(event.tags, "nonce")?.[2];
  return target !== undefined && /^(0|[1-9][0-9]{0,2})$/.test(target) && Number(target) <= 256
    ? Number(target)
    : undefined;
}

/** Worth `target` bits: mined so far, and meant so far, so that a lucky hit of a cheaper run does not count. */
export function hasWork(event: Rumor, target: number): boolean {
  return target === 0 || (difficulty(event.id) >= target && (committedTarget(event) ?? 0) >= target);
}

export interface NonceRange {
  readonly from: number;
  readonly count: number;
}

/** `best` is the highest difficulty met in this range, `next` where the next range begins. */
export type Mined =
  | { readonly done: true; readonly event: Rumor; readonly best: number; readonly next: number }
  | { readonly done: false; readonly best: number; readonly next: number };

export function mine(template: UnsignedEvent, target: number, { from, count }: NonceRange): Mined {
  if (!Number.isInteger(target) || target < 0 || target > 256) {
    throw new UsageError("usage/range", "a target is 0 to 256 bits");
  }
  if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(count) || !Number.isSafeInteger(from + count)) {
    throw new UsageError("usage/range", "a range is a nonce to begin at and how many to try");
  }
  if (template.tags.some((tag) => tag[0] === "nonce")) {
    throw new UsageError("usage/template", "give the template without its nonce tag; mining adds one");
  }
  const { before, after } = halves(template, target);
  const start = sha256.create().update(before);
  const hash = sha256.create();
  const digest = new Uint8Array(32);
  let best = 0;
  for (let nonce = from; nonce < from + count; nonce++) {
    start._cloneInto(hash);
    hash.update(digits(nonce)).update(after).digestInto(digest);
    const bits = leadingZeroBits(digest);
    if (bits > best) best = bits;
    if (bits >= target) return { done: true, event: withNonce(template, String(nonce), target), best, next: nonce + 1 };
  }
  return { done: false, best, next: from + count };
}

function digits(nonce: number): Uint8Array {
  const text = String(nonce);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function nonceTag(nonce: string, target: number): Tag {
  return ["nonce", nonce, String(target)];
}

function withNonce(template: UnsignedEvent, nonce: string, target: number): Rumor {
  return toRumor({ ...template, tags: [...template.tags, nonceTag(nonce, target)] }, template.pubkey);
}

/** The serialisation before and after the nonce's digits. */
function halves(template: UnsignedEvent, target: number): { readonly before: Uint8Array; readonly after: Uint8Array } {
  // Checked as a template is, so that what is mined can be published.
  const whole = serialise(withNonce(template, "", target));
  const tail = `","${target}"]],${JSON.stringify(template.content)}]`;
  return { before: utf8(whole.slice(0, whole.length - tail.length)), after: utf8(tail) };
}
