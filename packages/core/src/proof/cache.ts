/**
 * Verdicts already reached, by event id *and* digest of the whole event (docs/spec/member-proofs.md, PROOF-8; review
 * finding P-22): a relay that repeats an id with another body never meets the verdict of the first. Bounded; what was
 * not used longest goes first. Only verdicts reached here are kept, never a relay's word (PROOF-9).
 */
import { toHex, utf8 } from "../bytes.ts";
import { sha256 } from "../hash.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import type { MemberVerdict } from "./verify.ts";

const DEFAULT_CAPACITY = 10_000;

export class ProofCache {
  readonly #capacity: number;
  readonly #verdicts = new Map<string, MemberVerdict>();

  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = capacity;
  }

  get(event: VerifiedEvent): MemberVerdict | undefined {
    const key = cacheKey(event);
    const verdict = this.#verdicts.get(key);
    if (verdict !== undefined) {
      this.#verdicts.delete(key);
      this.#verdicts.set(key, verdict);
    }
    return verdict;
  }

  set(event: VerifiedEvent, verdict: MemberVerdict): void {
    const key = cacheKey(event);
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    for (const oldest of this.#verdicts.keys()) {
      if (this.#verdicts.size <= this.#capacity) return;
      this.#verdicts.delete(oldest);
    }
  }
}

function cacheKey({ id, pubkey, created_at, kind, tags, content, sig }: VerifiedEvent): string {
  return id + toHex(sha256(utf8(JSON.stringify([id, pubkey, created_at, kind, tags, content, sig]))));
}
