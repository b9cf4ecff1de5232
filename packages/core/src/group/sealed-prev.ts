/**
 * `sealed-prev`: lets everyone who holds the previous key tell a true rotation, and its author, from a stranger's,
 * although he cannot open the rotation itself (docs/spec/groups.md GROUP-22).
 *
 *   NIP-44, in the previous group key's conversation with itself, of {prev, epoch, author, sig}
 *   sig = BIP340( author, H_"group/prev"( 480 id ‖ prev ‖ u32 epoch ‖ alias ‖ p[0] ‖ u64 created_at ) )
 *
 * The alias in it is the event's own key, so it cannot be moved to another event.
 */
import { concat, type EventId, fromHex, type PubkeyHex, toHex, u32, u64 } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { taggedHash } from "../hash.ts";
import { hexText, integer, object, readShape, writeShape } from "../json.ts";
import { type ConversationKey, decrypt, encrypt } from "../nostr/nip44.ts";
import type { Secret } from "../secret.ts";
import type { SealedPrev } from "./facts.ts";

const LIMITS = { maxLength: 1_024, maxDepth: 1 };
const sealed = object({
  prev: hexText(32),
  epoch: integer({ max: 0xffff_ffff }),
  author: hexText(32),
  sig: hexText(64),
});

/** The event that carries it. */
export interface SealedFrame {
  readonly create: EventId;
  readonly alias: PubkeyHex;
  readonly key: PubkeyHex;
  readonly created_at: number;
}

function digest({ create, alias, key, created_at }: SealedFrame, prev: EventId, epoch: number): Uint8Array {
  const ids = concat(fromHex(create)!, fromHex(prev)!, u32(epoch));
  return taggedHash("group/prev", ids, fromHex(alias)!, fromHex(key)!, u64(created_at));
}

export function sealPrev(
  frame: SealedFrame,
  { prev, epoch }: Pick<SealedPrev, "prev" | "epoch">,
  author: Secret,
  previous: ConversationKey,
  random: RandomSource,
  curve: Curve,
): string {
  const sig = toHex(curve.signSchnorr(digest(frame, prev, epoch), author.expose(), random(32)));
  const text = writeShape(sealed, { prev, epoch, author: toHex(author.pubkey), sig });
  return encrypt(text, previous, random(32));
}

/** Undefined where this key does not open it, or where it proves nothing. */
export function openSealedPrev(
  payload: string,
  frame: SealedFrame,
  previous: ConversationKey,
  curve: Curve,
): SealedPrev | undefined {
  const plain = decrypt(payload, previous);
  if (!plain.ok) return undefined;
  const read = readOrUndefined(plain.plaintext);
  if (read === undefined) return undefined;
  const [prev, author] = [read.prev as EventId, read.author as PubkeyHex];
  const message = digest(frame, prev, read.epoch);
  if (!curve.verifySchnorr(fromHex(read.sig)!, message, fromHex(author)!)) return undefined;
  return { prev, epoch: read.epoch, author };
}

function readOrUndefined(text: string) {
  try {
    return readShape(sealed, text, "sealed-prev", LIMITS);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
