/**
 * NIP-98: who sends this HTTP request? A signed event of kind 27235 in the Authorization header, for this address, this
 * method, this body, and this minute. The relay's own names come from its configuration, as for NIP-42.
 */
import { createHash } from "node:crypto";
import type { Curve } from "@subrosa/core/curve/curve";
import { onlyTag } from "@subrosa/core/nostr/tags";
import { authorizationEvent } from "../http/authorization-event.ts";

export const HTTP_AUTH = 27_235;
const WINDOW = 60;
const MAX_LENGTH = 8_192;

export interface SignedRequest {
  readonly authorization: string | undefined;
  readonly method: string;
  /** Path and query, as they were asked for. */
  readonly path: string;
  readonly body: Uint8Array;
}

export type Sender = { readonly ok: true; readonly pubkey: string } | { readonly ok: false; readonly why: string };

export function senderOf(request: SignedRequest, hosts: ReadonlySet<string>, curve: Curve, now: number): Sender {
  const encoded = /^Nostr ([A-Za-z0-9+/=]+)$/.exec(request.authorization ?? "")?.[1];
  if (encoded === undefined) return refuse("sign the request with NIP-98");
  const event = authorizationEvent(encoded, MAX_LENGTH, curve);
  if (event === undefined) return refuse("the Authorization header holds no event that verifies");
  if (event.kind !== HTTP_AUTH) return refuse("the event is not of kind 27235");
  if (Math.abs(event.created_at - now) > WINDOW) return refuse("the event is not of now; check your clock");
  if (onlyTag(event.tags, "method")?.[1]?.toUpperCase() !== request.method)
    return refuse("the event is for another method");
  if (!isForHere(onlyTag(event.tags, "u")?.[1], request.path, hosts)) return refuse("the event is for another address");
  const digest = createHash("sha256").update(request.body).digest("hex");
  const signed = onlyTag(event.tags, "payload")?.[1];
  // The NIP makes the payload optional; a request that changes something has to say what it changes.
  if (request.body.length > 0 && signed !== digest) return refuse("the event is for another body");
  return { ok: true, pubkey: event.pubkey };
}

function isForHere(address: string | undefined, path: string, hosts: ReadonlySet<string>): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  const url = new URL(address);
  const isPath = `${url.pathname}${url.search}` === path;
  return /^(https?|wss?):$/.test(url.protocol) && hosts.has(url.host) && isPath;
}

function refuse(why: string): Sender {
  return { ok: false, why };
}
