/**
 * A WebSocket in Node 20, from `ws`. Frames above the most that a message may be are not even received; compression is
 * off, because a small frame must not become a large one here.
 */
import { DEFAULT_FRAME_LIMITS } from "@subrosa/core/nostr/frame";
import { WebSocket } from "ws";
import type { Connect, WebSocketLike } from "./connect.ts";

/** UTF-8 takes at most three bytes for one UTF-16 unit. */
const MAX_PAYLOAD = 3 * DEFAULT_FRAME_LIMITS.maxLength;

export const connectNode: Connect = (url) =>
  new WebSocket(url, {
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    handshakeTimeout: 30_000,
  }) as unknown as WebSocketLike;
