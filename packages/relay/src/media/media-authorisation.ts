/**
 * May this be done? (Blossom BUD-01, BUD-11) A signed event of kind 24242 in the Authorization header names the verb in
 * `t`, until when it holds in `expiration`, and the blobs it is for in `x`.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { expirationOf } from "@subrosa/core/nostr/nip40";
import { onlyTag, tagsNamed } from "@subrosa/core/nostr/tags";
import { authorizationEvent } from "../http/authorization-event.ts";

const BLOSSOM_AUTH = 24_242;
const MAX_LENGTH = 16_384;
/** A clock may be so many seconds ahead. */
const TOLERANCE = 60;

export type MediaVerb = "upload" | "delete";
export type Authorised =
  | { readonly ok: true; readonly pubkey: string; readonly hashes: ReadonlySet<string> }
  | { readonly ok: false; readonly why: string };

export function authorise(header: string | undefined, verb: MediaVerb, curve: Curve, now: number): Authorised {
  const encoded = /^Nostr ([A-Za-z0-9+/_=-]+)$/.exec(header ?? "")?.[1];
  if (encoded === undefined) return refuse("sign the request with an event of kind 24242");
  const event = authorizationEvent(encoded, MAX_LENGTH, curve);
  if (event === undefined) return refuse("the Authorization header holds no event that verifies");
  if (event.kind !== BLOSSOM_AUTH) return refuse("the event is not of kind 24242");
  if (event.created_at > now + TOLERANCE) return refuse("the event is of the future; check your clock");
  const until = expirationOf(event);
  if (until === undefined || until <= now) return refuse("the event has expired, or does not say when it does");
  if (onlyTag(event.tags, "t")?.[1] !== verb) return refuse(`the event does not allow to ${verb}`);
  const hashes = new Set(tagsNamed(event.tags, "x").flatMap(([, hash]) => (hash === undefined ? [] : [hash])));
  return hashes.size === 0 ? refuse("the event names no blob in x") : { ok: true, pubkey: event.pubkey, hashes };
}

function refuse(why: string): Authorised {
  return { ok: false, why };
}
