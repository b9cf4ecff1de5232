/**
 * A channel's description, the content of 400 and 402.
 *
 * Spec: docs/spec/channels.md, CHANNEL-4. Clients may add fields, so unknown ones are left alone. A picture is a text
 * here: nothing fetches it. Relays are `r` tags; what is no WebSocket address is left out, and none is dialled without
 * the user's consent.
 */
import { object, type ShapeValue, text } from "../json.ts";
import type { Tag } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";

export const metadataShape = object(
  {},
  {
    optional: { name: text({ max: 256 }), about: text({ max: 8_192 }), picture: text({ max: 2_048 }) },
    unknown: "ignore",
  },
);
export type Metadata = ShapeValue<typeof metadataShape>;

export const MAX_RELAYS = 20;
const RELAY = /^wss?:\/\/[^\s/]\S{0,510}$/;

export function readRelays(tags: readonly Tag[]): readonly string[] {
  const urls = tagsNamed(tags, "r").flatMap(([, url]) => (url !== undefined && RELAY.test(url) ? [url] : []));
  return Object.freeze([...new Set(urls)].slice(0, MAX_RELAYS));
}

export function relayTags(relays: readonly string[]): readonly Tag[] {
  return relays.map((url) => ["r", url]);
}
