/**
 * Does what was allowed, with the key of the account that was asked. Only the broker calls it, after consent.
 *
 * A failure of the page's making is one of few words. A member's signature goes through core's `answerAsMember`: "not a
 * member", "denied" and "invalid ring" are one answer after one amount of work (review finding P-03).
 */

import { deriveAlias } from "@subrosa/core/alias/derive";
import { anonymousEvent } from "@subrosa/core/anonymous/anonymous-event";
import { fromHex, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { plain, signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { encryptNip04, openNip04Content } from "@subrosa/core/nostr/nip04";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import { DirectoryBook } from "@subrosa/core/proof/directory";
import { addressOf, type DirectoryAddress } from "@subrosa/core/proof/directory-address";
import { answerAsMember } from "@subrosa/core/proof/provider";
import type { ScopeRequest } from "@subrosa/core/proof/scope-request";
import { verifyMemberProof } from "@subrosa/core/proof/verify";
import type { RingName } from "@subrosa/core/ring/ring";
import type { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { Secret } from "@subrosa/core/secret";
import { type AskedScope, type Call, MAX_RESULT, type Sealed } from "./call.ts";
import type { Answer } from "./queue.ts";

export interface Tools {
  readonly curve: Curve;
  readonly random: RandomSource;
}

export type KeyedCall = Exclude<Call, { readonly method: "getPublicKey" | "verifyGroupMemberProof" }>;
export type MemberCall = Extract<Call, { readonly method: "signEventAsGroupMember" }>;

export interface Performed {
  readonly answer: Answer;
  /** A ring that was signed for in a group: the account remembers it. */
  readonly signedFor?: { readonly address: DirectoryAddress; readonly ring: RingName };
}

const FAILED: Performed = { answer: { ok: false, code: "failed" } };
const REFUSED: Performed = { answer: { ok: false, code: "refused" } };

function done(value: unknown): Performed {
  const text = JSON.stringify(value);
  return text.length > MAX_RESULT ? FAILED : { answer: { ok: true, value: text } };
}

export function needsKey(call: Call): call is KeyedCall {
  return call.method !== "getPublicKey" && call.method !== "verifyGroupMemberProof";
}

export function perform(call: KeyedCall, secret: Secret, origin: string, tools: Tools): Performed {
  try {
    return attempt(call, secret, origin, tools);
  } catch (error) {
    // What the page asked for cannot be done: an event that cannot be published, a key that is not on the curve.
    if (error instanceof UsageError) return FAILED;
    throw error;
  }
}

function attempt(call: KeyedCall, secret: Secret, origin: string, { curve, random }: Tools): Performed {
  switch (call.method) {
    case "signEvent":
      // Compared only now: before consent, the answer would tell whose account this is.
      if (call.author !== undefined && call.author !== toHex(secret.pubkey)) return REFUSED;
      return done(plain(signEvent(call.template, secret, random(32), curve)));
    case "nip04.encrypt":
      return done(encryptNip04(call.plaintext, secret, call.peer, random(16), curve));
    case "nip44.encrypt": {
      using key = ConversationKey.between(secret, fromHex(call.peer)!, curve);
      return key === undefined ? FAILED : done(encrypt(call.plaintext, key, random(32)));
    }
    case "nip04.decrypt":
    case "nip44.decrypt": {
      const scheme = call.method === "nip04.decrypt" ? "nip04" : "nip44";
      const text = opened({ pubkey: call.peer, ciphertext: call.ciphertext, scheme }, secret, curve);
      return text === undefined ? FAILED : done(text);
    }
    case "subrosa.batchDecrypt":
      return done(call.items.map((item) => resultOf(opened(item, secret, curve))));
    case "subrosa.deriveAlias": {
      using alias = deriveAlias(secret, call.peer, call.index, curve);
      return done({ pubkey: toHex(alias.pubkey), secret: toHex(alias.expose()) });
    }
    case "subrosa.anonymousSign": {
      const { content: text, ...rest } = call.template;
      using alias = Secret.from(random(32), curve);
      const event = anonymousEvent({ ...rest, text }, { real: secret, alias }, random, curve);
      return done(plain(signEvent(event, alias, random(32), curve)));
    }
    case "signEventAsGroupMember":
      return asMember(call, secret, origin, { curve, random });
    default:
      return call satisfies never;
  }
}

function opened({ pubkey, ciphertext, scheme }: Sealed, secret: Secret, curve: Curve): string | undefined {
  if (scheme === "nip04") return openNip04Content(ciphertext, secret, pubkey, curve);
  using key = ConversationKey.between(secret, fromHex(pubkey)!, curve);
  const result = key && decrypt(ciphertext, key);
  return result?.ok ? result.plaintext : undefined;
}

function resultOf(text: string | undefined): { readonly ok: boolean; readonly plaintext?: string } {
  return text === undefined ? { ok: false } : { ok: true, plaintext: text };
}

function asMember(call: MemberCall, secret: Secret, origin: string, { curve, random }: Tools): Performed {
  const scope = call.scope && scopeOf(call.scope, origin, curve);
  const consent = call.scope === undefined || scope !== undefined;
  const request = { template: call.template, consent, ...(scope === undefined ? {} : { scope }) };
  const answer = answerAsMember(request, secret, random, curve);
  if (!answer.ok) return REFUSED;
  const signedFor =
    scope !== undefined && "group" in scope ? { address: scope.group.address, ring: scope.group.ring } : undefined;
  return { ...done(plain(answer.event)), ...(signedFor === undefined ? {} : { signedFor }) };
}

/** The same work as a signature, for a no: a key that is nobody's stands in for the account's. */
export function refuseAsMember(call: MemberCall, origin: string, { curve, random }: Tools): Performed {
  const scope = call.scope && scopeOf(call.scope, origin, curve);
  using nobody = Secret.from(random(32), curve);
  answerAsMember(
    { template: call.template, consent: false, ...(scope === undefined ? {} : { scope }) },
    nobody,
    random,
    curve,
  );
  return REFUSED;
}

/** Undefined where no such scope can be signed for. The origin is the browser's word. */
function scopeOf(asked: AskedScope, origin: string, curve: Curve): ScopeRequest | undefined {
  if ("poll" in asked) return asked;
  if ("app" in asked) return { app: { origin, text: asked.app } };
  const book = new DirectoryBook();
  const [named] = asked.group;
  for (const event of asked.group) {
    const verdict = VerifiedEvent.check(event, curve);
    if (!verdict.ok || !book.add(verdict.event)) return undefined;
  }
  const address = named && addressOf(named);
  const group = address && book.resolve(address);
  return group?.ok ? { group } : undefined;
}

export function publicKey(account: PubkeyHex): Answer {
  return { ok: true, value: JSON.stringify(account) };
}

export function verify(event: unknown, shelf: RingShelf): Answer {
  return { ok: true, value: JSON.stringify(verifyMemberProof(event, shelf).ok) };
}
