/**
 * What a client says to a relay, one union.
 *
 * Spec: NIP-01 (EVENT, REQ, CLOSE), NIP-42 (AUTH), NIP-45 (COUNT), NIP-77 (NEG-OPEN, NEG-MSG, NEG-CLOSE).
 *
 * Events in EVENT and AUTH are claims: their shape is checked and nothing else. Verifying them is the reader's next
 * step, so that it can be done in batches and after the cheaper refusals.
 */
import { WireError } from "../errors.ts";
import type { Shape } from "../json.ts";
import { plain, readSignedEvent, type SignedEvent } from "./event.ts";
import { type Filter, filterShape } from "./filter.ts";
import {
  DEFAULT_FRAME_LIMITS,
  expectLength,
  type Frame,
  type FrameLimits,
  readFrame,
  readNegentropy,
  readSubscriptionId,
  type SubscriptionId,
} from "./frame.ts";

export type ClientMessage =
  | { readonly type: "EVENT"; readonly event: SignedEvent }
  | { readonly type: "REQ"; readonly subscription: SubscriptionId; readonly filters: readonly Filter[] }
  | { readonly type: "CLOSE"; readonly subscription: SubscriptionId }
  | { readonly type: "COUNT"; readonly subscription: SubscriptionId; readonly filters: readonly Filter[] }
  | { readonly type: "AUTH"; readonly event: SignedEvent }
  | {
      readonly type: "NEG-OPEN";
      readonly subscription: SubscriptionId;
      readonly filter: Filter;
      /** Lowercase hex. */
      readonly message: string;
    }
  | { readonly type: "NEG-MSG"; readonly subscription: SubscriptionId; readonly message: string }
  | { readonly type: "NEG-CLOSE"; readonly subscription: SubscriptionId };

export type ClientMessageDecoder = (text: string) => ClientMessage;

/** A decoder for these limits; it throws FrameError and nothing else. */
export function clientMessageDecoder(limits: FrameLimits = DEFAULT_FRAME_LIMITS): ClientMessageDecoder {
  const filter = filterShape(limits.filter);
  return (text) => readFrame(text, limits, (frame) => Object.freeze(read(frame, limits, filter)));
}

function read(frame: Frame, limits: FrameLimits, filter: Shape<Filter>): ClientMessage {
  const [type] = frame;
  switch (type) {
    case "EVENT":
    case "AUTH":
      expectLength(frame, 2);
      return { type, event: readSignedEvent(frame[1], limits.event) };
    case "REQ":
    case "COUNT": {
      const subscription = readSubscriptionId(frame[1]);
      if (frame.length < 3) throw new WireError("wire/length", "message");
      if (frame.length - 2 > limits.maxFilters) throw new WireError("wire/too-many", "message");
      const filters = frame.slice(2).map((value, i) => filter.read(value, `message[${i + 2}]`));
      return { type, subscription, filters: Object.freeze(filters) };
    }
    case "CLOSE":
    case "NEG-CLOSE":
      expectLength(frame, 2);
      return { type, subscription: readSubscriptionId(frame[1]) };
    case "NEG-OPEN":
      expectLength(frame, 4);
      return {
        type,
        subscription: readSubscriptionId(frame[1]),
        filter: filter.read(frame[2], "message[2]"),
        message: readNegentropy(frame[3], "message[3]"),
      };
    case "NEG-MSG":
      expectLength(frame, 3);
      return { type, subscription: readSubscriptionId(frame[1]), message: readNegentropy(frame[2], "message[2]") };
    default:
      throw new WireError("wire/unknown-kind", "message[0]");
  }
}

const filters = filterShape();

export function encodeClientMessage(message: ClientMessage): string {
  return JSON.stringify(frameOf(message));
}

function frameOf(message: ClientMessage): Frame {
  switch (message.type) {
    case "EVENT":
    case "AUTH":
      return [message.type, plain(message.event)];
    case "REQ":
    case "COUNT":
      return [message.type, message.subscription, ...message.filters.map((filter) => filters.write(filter))];
    case "CLOSE":
    case "NEG-CLOSE":
      return [message.type, message.subscription];
    case "NEG-OPEN":
      return [message.type, message.subscription, filters.write(message.filter), message.message];
    case "NEG-MSG":
      return [message.type, message.subscription, message.message];
    default:
      return message satisfies never;
  }
}
