/**
 * Anonymous AUTH, the relay's side (docs/spec/member-proofs.md, PROOF-14): the ring that the operator published, what is
 * announced of it, and what an answer must look like before anything is computed for it.
 */
import { fromHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { AUTH_WINDOW } from "@subrosa/core/nostr/nip42";
import { onlyTag } from "@subrosa/core/nostr/tags";
import { type AnonymousAuthTerms, anonymousAuthEnd, anonymousMember } from "@subrosa/core/proof/anonymous-auth";
import { PROOF_TAG } from "@subrosa/core/proof/commitment";
import { MIN_SIGNING_RING, openSigningRing } from "@subrosa/core/proof/sign";
import type { Config } from "../config.ts";
import type { Judgement } from "../proofs/judge.ts";

/** Where the keys are served. */
export const KEYS_PATH = "/anonymous-auth";

export interface Admitted {
  /** The member's pseudonym of this period. */
  readonly image: string;
  /** Seconds since 1970. */
  readonly until: number;
}

export class Admission {
  readonly terms: AnonymousAuthTerms;
  /** Ascending: the order in which they are published, and in which a proof names them. */
  readonly keys: readonly string[];
  readonly members: ReadonlySet<string>;

  private constructor(terms: AnonymousAuthTerms, keys: readonly string[]) {
    this.terms = terms;
    this.keys = keys;
    this.members = new Set(keys);
  }

  /** Undefined where the operator published no ring. */
  static configured({ anonymousRing, anonymousPeriod, urls }: Config, curve: Curve): Admission | undefined {
    if (anonymousRing === undefined) return undefined;
    const [url] = urls;
    if (url === undefined || !URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
      throw new UsageError("usage/state", "anonymousRing needs the relay's own address: set urls or --url to wss://…");
    }
    return Admission.open(anonymousRing, new URL(url).origin, anonymousPeriod, curve);
  }

  static open(members: readonly string[], origin: string, period: number, curve: Curve): Admission {
    if (new Set(members).size !== members.length) {
      throw new UsageError("usage/ring", "anonymousRing names a key twice; remove one of the two");
    }
    const opening = members.length < MIN_SIGNING_RING ? undefined : openSigningRing(members, curve);
    if (opening === undefined || !opening.ok) {
      const why = opening === undefined ? `fewer than ${MIN_SIGNING_RING} keys` : opening.reason;
      throw new UsageError("usage/ring", `anonymousRing is no ring (${why}); it needs 3 to 1,000 keys on the curve`);
    }
    const keys = opening.ring.keys().map((key) => Buffer.from(key).toString("hex"));
    return new Admission({ ring: opening.ring.name, origin, period }, keys);
  }

  /** For the NIP-11 document. */
  get announcement(): object {
    return { ...this.terms, size: this.keys.length, keys: KEYS_PATH };
  }

  /** Does this answer a challenge without a name? */
  isAnonymous(event: SignedEvent): boolean {
    return event.tags.some(([name]) => name === PROOF_TAG);
  }

  /** Is it over our ring, key by key? All that is looked at before its signature. */
  fault(event: SignedEvent): string | undefined {
    const tag = onlyTag(event.tags, PROOF_TAG);
    if (tag === undefined) return "invalid: an anonymous answer carries one proof";
    const isOurs = tag.length === this.keys.length + 2 && this.keys.every((key, i) => tag[i + 2] === key);
    if (!isOurs) return `restricted: the proof is not over the ring this relay published; see ${KEYS_PATH}`;
    return this.members.has(event.pubkey) || fromHex(event.pubkey, 32) === undefined
      ? "invalid: an anonymous answer is signed with a one-time key"
      : undefined;
  }

  /** Who came, for how long; or undefined where the proof does not admit. */
  admitted(event: SignedEvent, judgement: Judgement): Admitted | undefined {
    if (!judgement.ok || judgement.kind !== "member-proof") return undefined;
    const { ring, pseudonym } = judgement;
    const verdict = { ok: true, n: this.keys.length, ring, ...(pseudonym && { pseudonym }) } as const;
    const image = anonymousMember(verdict, this.terms, event.created_at);
    if (image === undefined) return undefined;
    // An answer may be as old as NIP-42's window when it comes.
    return { image, until: anonymousAuthEnd(this.terms, event.created_at) + AUTH_WINDOW };
  }
}
