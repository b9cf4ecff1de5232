/**
 * What client and relay messages share: a frame is a JSON array whose first element names the message.
 *
 * Spec: NIP-01. The length of every array is exact, so that nothing travels where nobody looks. A refusal says what
 * the frame was about, as far as it could be read, so that it can be answered where the sender waits: with OK, CLOSED
 * or NEG-ERR, not with a NOTICE that nobody connects with anything.
 */
import { type Brand, type EventId, eventId, isWellFormed } from "../bytes.ts";
import { WireError, type WireErrorCode } from "../errors.ts";
import { parseJson } from "../json.ts";
import { DEFAULT_LIMITS, type EventLimits } from "./event.ts";
import { DEFAULT_FILTER_LIMITS, type FilterLimits } from "./filter.ts";

/** NIP-01: 1 to 64 characters, the name of a subscription within one connection. */
export type SubscriptionId = Brand<string, "SubscriptionId">;

export interface FrameLimits {
  /** UTF-16 units of a whole frame. */
  readonly maxLength: number;
  readonly maxFilters: number;
  readonly event: EventLimits;
  readonly filter: FilterLimits;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = Object.freeze({
  maxLength: 1 << 22,
  maxFilters: 64,
  event: DEFAULT_LIMITS,
  filter: DEFAULT_FILTER_LIMITS,
});

/** NOTICE texts, reasons and challenges are for people and for matching; they need no more. */
export const MAX_REASON = 4_096;
const MAX_DEPTH = 8;

export function subscriptionId(value: unknown): SubscriptionId | undefined {
  const fits = typeof value === "string" && value.length >= 1 && value.length <= 64 && isWellFormed(value);
  return fits ? (value as SubscriptionId) : undefined;
}

/** What a refused frame was about; both ids are as claimed by the sender. */
export type FrameSubject =
  | { readonly about: "event"; readonly id: EventId }
  | { readonly about: "subscription"; readonly verb: string; readonly id: SubscriptionId }
  | { readonly about: "nothing" };

export class FrameError extends WireError {
  readonly subject: FrameSubject;

  constructor(code: WireErrorCode, path: string, subject: FrameSubject) {
    super(code, path);
    this.subject = subject;
  }
}

export type Frame = readonly [verb: string, ...rest: unknown[]];

/** Opens a frame and hands it to `read`; whatever is refused inside leaves as FrameError. */
export function readFrame<T>(text: string, limits: FrameLimits, read: (frame: Frame) => T): T {
  let subject: FrameSubject = { about: "nothing" };
  try {
    const value = parseJson(text, "message", { maxLength: limits.maxLength, maxDepth: MAX_DEPTH });
    if (!Array.isArray(value)) throw new WireError("wire/type", "message");
    if (typeof value[0] !== "string") throw new WireError("wire/type", "message[0]");
    const frame = value as unknown as Frame;
    subject = subjectOf(frame);
    return read(frame);
  } catch (error) {
    if (error instanceof WireError) throw new FrameError(error.code, error.path, subject);
    throw error;
  }
}

function subjectOf([verb, first]: Frame): FrameSubject {
  if (typeof first === "object" && first !== null && Object.hasOwn(first, "id")) {
    const id = eventId((first as { readonly id: unknown }).id);
    if (id !== undefined) return { about: "event", id };
  }
  const id = subscriptionId(first);
  return id === undefined ? { about: "nothing" } : { about: "subscription", verb, id };
}

export function expectLength(frame: Frame, length: number): void {
  if (frame.length !== length) throw new WireError("wire/length", "message");
}

export function readSubscriptionId(value: unknown): SubscriptionId {
  if (typeof value !== "string") throw new WireError("wire/type", "message[1]");
  const id = subscriptionId(value);
  if (id === undefined) throw new WireError(isWellFormed(value) ? "wire/length" : "wire/text", "message[1]");
  return id;
}

/** A negentropy message: lowercase hex of whole bytes, at least its version byte (NIP-77). */
export function readNegentropy(value: unknown, path: string): string {
  if (typeof value !== "string") throw new WireError("wire/type", path);
  if (value.length < 2 || value.length % 2 !== 0 || !/^[0-9a-f]+$/.test(value)) throw new WireError("wire/hex", path);
  return value;
}
