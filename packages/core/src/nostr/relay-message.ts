/**
 * What a relay says to a client, one union.
 *
 * Spec: NIP-01 (EVENT, OK, EOSE, CLOSED, NOTICE), NIP-42 (AUTH), NIP-45 (COUNT), NIP-77 (NEG-MSG, NEG-ERR).
 *
 * The event in EVENT is a claim. A relay that keeps events as JSON sends them with `eventFrame` or `eventFrameBytes`,
 * which copy what is stored and parse nothing. Reasons keep the relay's own words; reason.ts reads their prefix.
 */
import { concat, type EventId, eventId, isWellFormed, utf8 } from "../bytes.ts";
import { WireError } from "../errors.ts";
import { boolean, hexText, integer, object } from "../json.ts";
import { plain, readSignedEvent, type SignedEvent } from "./event.ts";
import {
  DEFAULT_FRAME_LIMITS,
  expectLength,
  type Frame,
  type FrameLimits,
  MAX_REASON,
  readFrame,
  readNegentropy,
  readSubscriptionId,
  type SubscriptionId,
} from "./frame.ts";

export type RelayMessage =
  | { readonly type: "EVENT"; readonly subscription: SubscriptionId; readonly event: SignedEvent }
  | { readonly type: "OK"; readonly id: EventId; readonly accepted: boolean; readonly reason: string }
  | { readonly type: "EOSE"; readonly subscription: SubscriptionId }
  | { readonly type: "CLOSED"; readonly subscription: SubscriptionId; readonly reason: string }
  | { readonly type: "NOTICE"; readonly text: string }
  | { readonly type: "AUTH"; readonly challenge: string }
  | { readonly type: "COUNT"; readonly subscription: SubscriptionId; readonly result: CountResult }
  | { readonly type: "NEG-MSG"; readonly subscription: SubscriptionId; readonly message: string }
  | { readonly type: "NEG-ERR"; readonly subscription: SubscriptionId; readonly reason: string };

export interface CountResult {
  readonly count: number;
  readonly approximate?: boolean;
  /** NIP-45 HyperLogLog: 256 registers as lowercase hex. */
  readonly hll?: string;
}

const countResult = object(
  { count: integer() },
  { optional: { approximate: boolean, hll: hexText(256) }, unknown: "ignore" },
);

export type RelayMessageDecoder = (text: string) => RelayMessage;

/** A decoder for these limits; it throws FrameError and nothing else. */
export function relayMessageDecoder(limits: FrameLimits = DEFAULT_FRAME_LIMITS): RelayMessageDecoder {
  return (text) => readFrame(text, limits, (frame) => Object.freeze(read(frame, limits)));
}

function read(frame: Frame, limits: FrameLimits): RelayMessage {
  const [type] = frame;
  switch (type) {
    case "EVENT": {
      expectLength(frame, 3);
      const subscription = readSubscriptionId(frame[1]);
      return { type, subscription, event: readSignedEvent(frame[2], limits.event) };
    }
    case "OK": {
      expectLength(frame, 4);
      const id = eventId(frame[1]);
      if (id === undefined) throw new WireError("wire/hex", "message[1]");
      return { type, id, accepted: boolean.read(frame[2], "message[2]"), reason: readText(frame, 3) };
    }
    case "EOSE":
      expectLength(frame, 2);
      return { type, subscription: readSubscriptionId(frame[1]) };
    case "CLOSED":
    case "NEG-ERR":
      expectLength(frame, 3);
      return { type, subscription: readSubscriptionId(frame[1]), reason: readText(frame, 2) };
    case "NOTICE":
      expectLength(frame, 2);
      return { type, text: readText(frame, 1) };
    case "AUTH":
      expectLength(frame, 2);
      return { type, challenge: readText(frame, 1) };
    case "COUNT":
      expectLength(frame, 3);
      return { type, subscription: readSubscriptionId(frame[1]), result: countResult.read(frame[2], "message[2]") };
    case "NEG-MSG":
      expectLength(frame, 3);
      return { type, subscription: readSubscriptionId(frame[1]), message: readNegentropy(frame[2], "message[2]") };
    default:
      throw new WireError("wire/unknown-kind", "message[0]");
  }
}

function readText(frame: Frame, at: number): string {
  const value = frame[at];
  const path = `message[${at}]`;
  if (typeof value !== "string") throw new WireError("wire/type", path);
  if (value.length > MAX_REASON) throw new WireError("wire/too-long", path);
  if (!isWellFormed(value)) throw new WireError("wire/text", path);
  return value;
}

export function encodeRelayMessage(message: RelayMessage): string {
  return JSON.stringify(frameOf(message));
}

function frameOf(message: RelayMessage): Frame {
  switch (message.type) {
    case "EVENT":
      return [message.type, message.subscription, plain(message.event)];
    case "OK":
      return [message.type, message.id, message.accepted, message.reason];
    case "EOSE":
      return [message.type, message.subscription];
    case "CLOSED":
    case "NEG-ERR":
      return [message.type, message.subscription, message.reason];
    case "NOTICE":
      return [message.type, message.text];
    case "AUTH":
      return [message.type, message.challenge];
    case "COUNT":
      return [message.type, message.subscription, countResult.write(message.result)];
    case "NEG-MSG":
      return [message.type, message.subscription, message.message];
    default:
      return message satisfies never;
  }
}

/** An EVENT around the JSON of one event, which the caller vouches for. */
export function eventFrame(subscription: SubscriptionId, json: string): string {
  return `${eventFramePrefix(subscription)}${json}]`;
}

/** The same in UTF-8, for stores that keep bytes. */
export function eventFrameBytes(subscription: SubscriptionId, json: Uint8Array): Uint8Array {
  return concat(utf8(eventFramePrefix(subscription)), json, CLOSE_BRACKET);
}

const CLOSE_BRACKET = utf8("]");

function eventFramePrefix(subscription: SubscriptionId): string {
  return `["EVENT",${JSON.stringify(subscription)},`;
}
