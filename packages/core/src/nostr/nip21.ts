/** NIP-21: `nostr:` and a NIP-19 name. A secret never becomes a URI: NIP-21 excludes nsec, and `Entity` has none. */
import { WireError } from "../errors.ts";
import { decodeEntity, type Entity, encodeEntity } from "./nip19.ts";

const SCHEME = "nostr:";

export function encodeUri(entity: Entity): string {
  return SCHEME + encodeEntity(entity);
}

/** Throws WireError. */
export function decodeUri(uri: string): Entity {
  if (!uri.startsWith(SCHEME)) throw new WireError("wire/text", "uri");
  return decodeEntity(uri.slice(SCHEME.length));
}
