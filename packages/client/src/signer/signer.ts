/**
 * Whoever signs for the user, as NIP-07 shapes it, and what we hold it to.
 *
 * A signer is an extension, a bunker, another library: somebody else's program. So its shape is looked at and nothing
 * else about it, and each answer is checked: the event is verified, it is by the key that was named, and it says what it
 * was asked to say. An answer that is none, for whatever cause, is one reason: what a signer throws is not ours to show.
 */
import { fromHex, type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { type EventTemplate, serialise, VerifiedEvent } from "@subrosa/core/nostr/event";

type Awaitable<T> = T | Promise<T>;

export interface Nip07Cipher {
  encrypt(pubkey: string, plaintext: string): Awaitable<string>;
  decrypt(pubkey: string, ciphertext: string): Awaitable<string>;
}

/** What NIP-07 gives, and what other libraries give: promises or values, methods on an object or on its class. */
export interface Nip07Signer {
  getPublicKey(): Awaitable<string>;
  signEvent(event: {
    kind: number;
    created_at: number;
    tags: string[][];
    content: string;
    pubkey: string;
  }): Awaitable<unknown>;
  readonly nip04?: Nip07Cipher | undefined;
  readonly nip44?: Nip07Cipher | undefined;
  /** Beyond NIP-07: docs/spec/member-proofs.md, "Provider". */
  signEventAsGroupMember?(template: unknown, options?: unknown): Awaitable<unknown>;
  /** Our extension's own. */
  readonly subrosa?: { batchDecrypt?(items: unknown, purpose: string): Awaitable<unknown> } | undefined;
}

export interface SealedText {
  readonly form: "nip04" | "nip44";
  readonly peer: PubkeyHex;
  readonly ciphertext: string;
  /** By a key that is used once: nothing about it is worth keeping. */
  readonly isOnce?: boolean;
}

export interface Capabilities {
  readonly nip04: boolean;
  readonly nip44: boolean;
  readonly memberProofs: boolean;
  /** Many messages with one prompt. */
  readonly batchDecrypt: boolean;
}

/** For a screen that says why something cannot be done. */
export const LACKING: Readonly<Record<keyof Capabilities, string>> = Object.freeze({
  nip04: "This signer cannot open old direct messages (NIP-04).",
  nip44: "This signer cannot encrypt (NIP-44): private messages, contacts and channels stay closed.",
  memberProofs: "This signer cannot sign as a member of a group without giving its key away.",
  batchDecrypt: "This signer opens messages one by one, and may ask for each.",
});

export type SignerFault =
  | "signer-no-answer"
  | "signer-key"
  | "signer-event"
  | "signer-other-key"
  | "signer-other-event"
  | "signer-text"
  | "signer-lacks-it";
type Refused = { readonly ok: false; readonly reason: SignerFault };
export type Signed = { readonly ok: true; readonly event: VerifiedEvent } | Refused;
export type SignerText = { readonly ok: true; readonly text: string } | Refused;
export type BatchDecrypted = { readonly ok: true; readonly texts: readonly (string | undefined)[] } | Refused;
export type SignerOpening = { readonly ok: true; readonly signer: Signer } | Refused;

/** Asks for the public key, which may show a prompt. */
export async function openSigner(theirs: Nip07Signer, curve: Curve): Promise<SignerOpening> {
  const answer = await answerOf(() => theirs.getPublicKey());
  if (!answer.ok) return answer;
  const pubkey = pubkeyHex(answer.value);
  if (pubkey === undefined || !curve.isXOnlyKey(fromHex(pubkey)!)) return { ok: false, reason: "signer-key" };
  return { ok: true, signer: new Signer(theirs, pubkey, curve) };
}

export class Signer {
  readonly pubkey: PubkeyHex;
  readonly capabilities: Capabilities;
  readonly #theirs: Nip07Signer;
  readonly #curve: Curve;

  /** Only `openSigner` makes one. @internal */
  constructor(theirs: Nip07Signer, pubkey: PubkeyHex, curve: Curve) {
    this.#theirs = theirs;
    this.pubkey = pubkey;
    this.#curve = curve;
    this.capabilities = Object.freeze({
      nip04: isCipher(theirs.nip04),
      nip44: isCipher(theirs.nip44),
      memberProofs: typeof theirs.signEventAsGroupMember === "function",
      batchDecrypt: typeof theirs.subrosa?.batchDecrypt === "function",
    });
  }

  async sign(template: EventTemplate): Promise<Signed> {
    const { pubkey } = this;
    const { kind, created_at, content } = template;
    // A copy, for a signer that writes into what it is given.
    const tags = template.tags.map((tag) => [...tag]);
    const answer = await answerOf(() => this.#theirs.signEvent({ kind, created_at, tags, content, pubkey }));
    if (!answer.ok) return answer;
    const verdict = VerifiedEvent.check(answer.value, this.#curve);
    if (!verdict.ok) return { ok: false, reason: "signer-event" };
    const { event } = verdict;
    if (event.pubkey !== pubkey) return { ok: false, reason: "signer-other-key" };
    const isAsked = serialise(event) === serialise({ ...template, pubkey });
    return isAsked ? { ok: true, event } : { ok: false, reason: "signer-other-event" };
  }

  encrypt(form: "nip04" | "nip44", peer: PubkeyHex, plaintext: string): Promise<SignerText> {
    return this.#text(form, (cipher) => cipher.encrypt(peer, plaintext));
  }

  decrypt(form: "nip04" | "nip44", peer: PubkeyHex, ciphertext: string): Promise<SignerText> {
    return this.#text(form, (cipher) => cipher.decrypt(peer, ciphertext));
  }

  /** An event with a proof of membership, by a key of its own; the proof is the asker's to verify. */
  async proveMembership(template: EventTemplate, options?: unknown): Promise<Signed> {
    if (!this.capabilities.memberProofs) return { ok: false, reason: "signer-lacks-it" };
    const tags = template.tags.map((tag) => [...tag]);
    const answer = await answerOf(() => this.#theirs.signEventAsGroupMember?.({ ...template, tags }, options));
    if (!answer.ok) return answer;
    const verdict = VerifiedEvent.check(answer.value, this.#curve);
    return verdict.ok ? verdict : { ok: false, reason: "signer-event" };
  }

  /** In the order of the items; undefined: this one cannot be opened. The extension takes 500 at once. */
  async batchDecrypt(items: readonly SealedText[], purpose: string): Promise<BatchDecrypted> {
    if (!this.capabilities.batchDecrypt) return { ok: false, reason: "signer-lacks-it" };
    const asked = items.map(({ form, peer, ciphertext }) => ({ pubkey: peer, ciphertext, scheme: form }));
    const answer = await answerOf(() => this.#theirs.subrosa?.batchDecrypt?.(asked, purpose));
    if (!answer.ok) return answer;
    if (!Array.isArray(answer.value) || answer.value.length !== items.length)
      return { ok: false, reason: "signer-text" };
    return { ok: true, texts: answer.value.map(plaintextOf) };
  }

  async #text(form: "nip04" | "nip44", ask: (cipher: Nip07Cipher) => Awaitable<string>): Promise<SignerText> {
    const cipher = this.#theirs[form];
    if (cipher === undefined || !this.capabilities[form]) return { ok: false, reason: "signer-lacks-it" };
    const answer = await answerOf(() => ask(cipher));
    if (!answer.ok) return answer;
    return typeof answer.value === "string" ? { ok: true, text: answer.value } : { ok: false, reason: "signer-text" };
  }
}

function isCipher(value: Nip07Cipher | undefined): boolean {
  return typeof value?.encrypt === "function" && typeof value.decrypt === "function";
}

function plaintextOf(result: unknown): string | undefined {
  if (typeof result !== "object" || result === null || !("ok" in result) || result.ok !== true) return undefined;
  return "plaintext" in result && typeof result.plaintext === "string" ? result.plaintext : undefined;
}

async function answerOf(ask: () => unknown): Promise<{ readonly ok: true; readonly value: unknown } | Refused> {
  try {
    return { ok: true, value: await ask() };
  } catch {
    return { ok: false, reason: "signer-no-answer" };
  }
}
