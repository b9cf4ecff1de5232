/**
 * A leave (484), as its signer made it and as others pass it on (docs/spec/groups.md GROUP-8, GROUP-12).
 *
 * What counts is what the leaver signed, not the ciphertext it came in: opened once, its parts prove themselves to
 * everybody, newcomers too. Inside it he states the epoch that he saw; leaves from before he was taken (back) are void.
 */
import { OpenedEvent } from "../anonymous/anonymous-event.ts";
import { signedHash } from "../anonymous/inner.ts";
import { type EventId, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import { integer, object, readShape, text, writeShape } from "../json.ts";
import type { LeaveFact } from "./facts.ts";
import type { CarriedLeave } from "./metadata.ts";
import { LEAVE, refsOf } from "./wire.ts";

const LIMITS = { maxLength: 4_096, maxDepth: 1 };
const leave = object({ epoch: integer() }, { optional: { reason: text({ max: 500 }) }, unknown: "ignore" });

export function leaveText(epoch: number, reason = ""): string {
  return writeShape(leave, reason === "" ? { epoch } : { epoch, reason });
}

/** Undefined where it is no leave of this group. */
export function leaveFact(opened: OpenedEvent, create: EventId): LeaveFact | undefined {
  if (opened.kind !== LEAVE) return undefined;
  try {
    if (refsOf(opened.tags)[0] !== create) return undefined;
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

export function carry(opened: OpenedEvent): CarriedLeave {
  const { alias, created_at, kind, pubkey, content, sig } = opened;
  return { alias, created_at, kind, tags: opened.tags.filter((tag) => tag[0] !== "nonce"), pubkey, content, sig };
}

/** The leave that somebody passes on, if its signature holds. */
export function carriedFact(carried: CarriedLeave, create: EventId, curve: Curve): LeaveFact | undefined {
  const opened = OpenedEvent.check(carried, curve);
  return opened && leaveFact(opened, create);
}
