/**
 * Links that people hand to each other: this page's own address with everything behind the `#`, which no server sees. A
 * link to a person carries where he reads and what he calls himself, which is his word and nobody else's.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { readPublicKey } from "@subrosa/core/nostr/keys";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { type Place, writePlace } from "../frame/route.ts";
import { tidyName } from "../talk/line.ts";

export interface Card {
  readonly person: PubkeyHex;
  readonly relays: readonly string[];
  readonly name: string;
}

export function writeCard({ person, relays, name }: Card): string {
  const entity = encodeEntity({ type: "nprofile", pubkey: person, relays: relays.slice(0, 3) });
  const tidy = tidyName(name);
  return tidy === "" ? entity : `${entity}/${encodeURIComponent(tidy)}`;
}

/** Of a link, a card, an npub, an nprofile or hex; undefined for anything else. */
export function readCard(given: string, curve: Curve): Card | undefined {
  const text = given.trim().replace(/^[\s\S]*#\/add\//, "");
  const cut = text.indexOf("/");
  const [code, name] = cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut + 1)];
  const read = readPublicKey(code, curve);
  return read.ok ? { person: read.pubkey, relays: read.relays, name: readName(name) } : undefined;
}

/** An invite to a group, of a link or as it is. */
export function readInviteText(given: string): string | undefined {
  const text = given.trim().replace(/^[\s\S]*#\/join\//, "");
  return /^nostr:nevent1[0-9a-z]+\?key=[0-9a-f]{64}$/.test(text) ? text : undefined;
}

/** Of the page that is open, wherever it is served from. */
export function linkTo(place: Place): string {
  return `${location.origin}${location.pathname}${writePlace(place)}`;
}

function readName(text: string): string {
  try {
    return tidyName(decodeURIComponent(text));
  } catch (error) {
    if (error instanceof URIError) return "";
    throw error;
  }
}
