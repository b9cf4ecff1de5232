/**
 * A leave (484), as its signer made it and as others pass it on (docs/spec/groups.md GROUP-8, GROUP-12).
 *
 * What counts is what the leaver signed, not the ciphertext it came in: opened once, its parts prove themselves to
 * everybody, newcomers too. Inside it he states the epoch that he saw; leaves from before he was taken (back) are void.
 */
import { type Opened, OpenedEvent } from "../anonymous/anonymous-event.ts";
import { signedHash } from "../anonymous/inner.ts";
import { type EventId, type PubkeyHex, toHex, utf8 } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { hexText, integer, list, object, readShape, type Shape, text, writeShape } from "../json.ts";
import type { Tag } from "../nostr/event.ts";
import type { LeaveFact } from "./facts.ts";
import { LEAVE, refsOf } from "./wire.ts";

const LIMITS = { maxLength: 4_096, maxDepth: 1 };
/**
 * GROUP-8: a leave that a 486 could not carry would lock everybody out, so what is larger is none. An ordinary one has
 * 600 bytes; the rest is room for a reason, and for a tag or two of somebody else's client.
 */
export const MAX_LEAVE_BYTES = 1_500;

const tag: Shape<Tag> = list(text({ max: MAX_LEAVE_BYTES }), { max: 8, min: 1 });
const parts = object({
  alias: hexText(32),
  created_at: integer(),
  kind: integer({ max: 65_535 }),
  tags: list(tag, { max: 8 }),
  pubkey: hexText(32),
  content: text({ max: MAX_LEAVE_BYTES }),
  sig: hexText(64),
});
/** A leave, opened: its signature can be checked without any key (GROUP-8). */
export const carriedLeave: Shape<Opened> = {
  read: (value, path) => {
    const read = parts.read(value, path);
    if (utf8(writeShape(parts, read)).length > MAX_LEAVE_BYTES) throw new WireError("wire/too-long", path);
    return Object.freeze({ ...read, alias: read.alias as PubkeyHex, pubkey: read.pubkey as PubkeyHex });
  },
  write: parts.write,
};

const leave = object({ epoch: integer() }, { optional: { reason: text({ max: 500 }) }, unknown: "ignore" });

export function leaveText(epoch: number, reason = ""): string {
  return writeShape(leave, reason === "" ? { epoch } : { epoch, reason });
}

/** Undefined where it is no leave of this group. */
export function leaveFact(opened: OpenedEvent, create: EventId): LeaveFact | undefined {
  if (opened.kind !== LEAVE) return undefined;
  try {
    if (refsOf(opened.tags)[0] !== create) return undefined;
    carriedLeave.read(carry(opened), "leave");
    const { epoch } = readShape(leave, opened.content, "leave", LIMITS);
    return {
      kind: "leave",
      id: toHex(signedHash(opened, opened.pubkey, opened.content)),
      person: opened.pubkey,
      epoch,
    };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

export function carry(opened: OpenedEvent): Opened {
  const { alias, created_at, kind, pubkey, content, sig } = opened;
  return { alias, created_at, kind, tags: opened.tags.filter((tag) => tag[0] !== "nonce"), pubkey, content, sig };
}

/** The leave that somebody passes on, if its signature holds. */
export function carriedFact(carried: Opened, create: EventId, curve: Curve): LeaveFact | undefined {
  const opened = OpenedEvent.check(carried, curve);
  return opened && leaveFact(opened, create);
}
