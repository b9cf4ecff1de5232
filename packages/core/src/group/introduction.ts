/**
 * Whose key a member's key is, where his own lies behind a signer (docs/spec/groups.md GROUP-23).
 *
 *   signer (NIP-07, NIP-46) ── signs once ──► {kind 20483, ["e", 480 id], ["p", member key], ""}
 *   483 {"introduction": …, "text": words} ──► roster detail {"by": …} ──► everybody, newcomers too
 *
 * Nothing in a group can be made by a signer: it signs events and opens texts, and a group takes a signature over an
 * event of another key, the bare point of an ECDH and a proof about it. So the client makes a key for this group alone,
 * and the person says whose it is. Of the event three values travel; the rest is known to whoever checks it. Its kind
 * is ephemeral: relays keep none that gets out.
 */
import { type EventId, fromHex, type PubkeyHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { hexText, integer, object, parseJson, type Shape, text, writeShape } from "../json.ts";
import { computeId, type EventTemplate, type VerifiedEvent } from "../nostr/event.ts";

export const INTRODUCTION = 20_483;

export interface Introduction {
  /** The person. */
  readonly pubkey: PubkeyHex;
  readonly created_at: number;
  readonly sig: string;
}

const parts = object({ pubkey: hexText(32), created_at: integer(), sig: hexText(64) });
export const introductionShape: Shape<Introduction> = {
  read: (value, path) => {
    const { pubkey, created_at, sig } = parts.read(value, path);
    return Object.freeze({ pubkey: pubkey as PubkeyHex, created_at, sig });
  },
  write: parts.write,
};

/** For the signer. `member`: the key that the client made for this group. */
export function introductionTemplate(create: EventId, member: PubkeyHex, now: number): EventTemplate {
  const tags = [
    ["e", create],
    ["p", member],
  ];
  return { kind: INTRODUCTION, created_at: now, tags, content: "" };
}

/** What of the signer's answer goes into the group; undefined where it says something else. */
export function introductionOf(signed: VerifiedEvent, create: EventId, member: PubkeyHex): Introduction | undefined {
  const { pubkey, created_at, sig, id } = signed;
  const asked = { ...introductionTemplate(create, member, created_at), pubkey };
  return computeId(asked) === id ? { pubkey, created_at, sig } : undefined;
}

/** Did this person say, of this group, that the member's key is his? */
export function introduces(said: Introduction, create: EventId, member: PubkeyHex, curve: Curve): boolean {
  const { pubkey, created_at, sig } = said;
  const id = computeId({ ...introductionTemplate(create, member, created_at), pubkey });
  const [key, signature] = [fromHex(pubkey, 32), fromHex(sig, 64)];
  return key !== undefined && signature !== undefined && curve.verifySchnorr(signature, fromHex(id)!, key);
}

const LIMITS = { maxLength: 1 << 16, maxDepth: 2 };
const request = object({ introduction: introductionShape, text: text({ max: LIMITS.maxLength }) });

/** What a 483 says: words, and who asks, if it is not the key itself. Total: what is nothing else is words. */
export interface Request {
  readonly text: string;
  readonly introduction?: Introduction;
}

export function writeRequest({ text: words, introduction }: Request): string {
  return introduction === undefined ? words : writeShape(request, { introduction, text: words });
}

export function readRequest(content: string): Request {
  if (!content.startsWith('{"introduction"')) return { text: content };
  try {
    return request.read(parseJson(content, "request", LIMITS), "request");
  } catch (error) {
    if (error instanceof WireError) return { text: content };
    throw error;
  }
}
