/**
 * Opens what waits: the wraps of a batch together, then the seals inside them together, so that a signer is asked twice
 * and not twice for each.
 *
 * Spec: NIP-59. A seal's signature is checked before its content is asked for: whoever claims another's name costs us
 * nothing. Every failure is one reason; nothing throws for what a stranger sent.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { type Rumor, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Clock } from "../ports.ts";
import type { SealedText } from "../signer/signer.ts";
import {
  type DirectMessage,
  OLD_MESSAGE,
  peerOfOld,
  readDirect,
  readOld,
  readSeal,
  readSealed,
  type Unreadable,
} from "./direct-words.ts";
import type { Opener } from "./opener.ts";

/** `rumor` and `seal`, or `text` where there is no seal: where it could be opened and is no message. */
export type Tried =
  | { readonly id: EventId; readonly ok: true; readonly message: DirectMessage }
  | {
      readonly id: EventId;
      readonly ok: false;
      readonly reason: Unreadable;
      readonly rumor?: Rumor;
      readonly seal?: VerifiedEvent;
      readonly text?: string;
    };

export interface OpeningInputs {
  readonly opener: Opener;
  readonly clock: Clock;
  readonly curve: Curve;
  readonly isBlocked: ((person: PubkeyHex) => boolean) | undefined;
  readonly signal: AbortSignal;
}

const PURPOSE = "your private messages";

export async function openWaiting(
  events: readonly SignedEvent[],
  inputs: OpeningInputs,
): Promise<readonly Tried[] | "refused" | "aborted"> {
  const { opener, clock, signal } = inputs;
  const tried = new Map<EventId, Tried>();
  try {
    const outer = await opener.open(
      events.map((event) => outerOf(event, opener.pubkey)),
      PURPOSE,
      signal,
    );
    if (outer === undefined) return "refused";
    const seals = events.flatMap((event, i) => {
      const read = readOuter(event, outer[i], inputs);
      if ("seal" in read && !("ok" in read)) return [read];
      tried.set(event.id, read);
      return [];
    });
    const asked = seals.map(({ seal }): SealedText => ({ form: "nip44", peer: seal.pubkey, ciphertext: seal.content }));
    const inner = asked.length === 0 ? [] : await opener.open(asked, PURPOSE, signal);
    if (inner === undefined) return "refused";
    seals.forEach(({ id, seal }, i) => {
      tried.set(id, readInner(id, seal, inner[i], opener.pubkey, clock.now()));
    });
  } catch (cause) {
    if (signal.aborted) return "aborted";
    throw cause;
  }
  return events.flatMap(({ id }) => tried.get(id) ?? []);
}

interface Unsealed {
  readonly id: EventId;
  readonly seal: VerifiedEvent;
}

function readOuter(event: SignedEvent, text: string | undefined, inputs: OpeningInputs): Unsealed | Tried {
  const { opener, clock, curve, isBlocked } = inputs;
  const { id } = event;
  const fail = (reason: Unreadable): Tried => ({ id, ok: false, reason });
  if (text === undefined) return fail("sealed");
  if (event.kind === OLD_MESSAGE) {
    if (isBlocked?.(event.pubkey) === true) return fail("blocked");
    const read = readOld(event, text, opener.pubkey, clock.now());
    return read.ok ? { id, ok: true, message: read.value } : fail(read.reason);
  }
  const verdict = VerifiedEvent.check(readSeal(text), curve);
  if (!verdict.ok) return { id, ok: false, reason: "seal-shape", text };
  return isBlocked?.(verdict.event.pubkey) === true ? fail("blocked") : { id, seal: verdict.event };
}

function outerOf(event: SignedEvent, me: PubkeyHex): SealedText {
  if (event.kind !== OLD_MESSAGE) return { form: "nip44", peer: event.pubkey, ciphertext: event.content, isOnce: true };
  // Safety: what is between nobody and us was not taken.
  return { form: "nip04", peer: peerOfOld(event, me)!, ciphertext: event.content };
}

function readInner(id: EventId, seal: VerifiedEvent, text: string | undefined, me: PubkeyHex, now: number): Tried {
  if (text === undefined) return { id, ok: false, reason: "sealed" };
  const rumor = readSealed(text, seal.pubkey);
  if (!rumor.ok) return { id, ok: false, reason: rumor.reason };
  const read = readDirect(rumor.value, me, now);
  if (read.ok) return { id, ok: true, message: read.value };
  return { id, ok: false, reason: read.reason, rumor: rumor.value, seal };
}
