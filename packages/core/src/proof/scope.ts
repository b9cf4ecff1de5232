/**
 * Where one member's proofs may be linked (docs/spec/member-proofs.md, PROOF-7), in one of three spaces:
 *
 *     poll:<poll id>:<ring>              in a ballot of that poll
 *     group:<directory address>          one pseudonym per member and group; the event's `g` tag names the ring
 *     app:<origin>/<text>:<ring>         one per web origin and text; the origin is written by the provider
 *
 * The ring's name is always part of it, here or in the `g` tag: were the image the same whatever the ring, a page could
 * ask for a poll's scope over a ring of its own making and recognise a voter's ballot.
 */
import { type EventId, eventId } from "../bytes.ts";
import type { EventTemplate } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import { isRingName, type RingName } from "../ring/ring.ts";
import { type DirectoryAddress, directoryAddress } from "./directory-address.ts";

export const BALLOT_KIND = 1018;

export type Scope =
  | { readonly space: "poll"; readonly poll: EventId; readonly ring: RingName }
  | { readonly space: "group"; readonly directory: DirectoryAddress }
  | { readonly space: "app"; readonly origin: string; readonly text: string; readonly ring: RingName };

export function writeScope(scope: Scope): string {
  switch (scope.space) {
    case "poll":
      return `poll:${scope.poll}:${scope.ring}`;
    case "group":
      return `group:${scope.directory}`;
    case "app":
      return `app:${scope.origin}/${scope.text}:${scope.ring}`;
    default:
      return scope satisfies never;
  }
}

export function parseScope(text: string): Scope | undefined {
  const space = text.slice(0, text.indexOf(":"));
  const rest = text.slice(space.length + 1);
  if (space === "poll") return parsePoll(rest);
  if (space === "app") return parseApp(rest);
  const directory = space === "group" ? directoryAddress(rest) : undefined;
  return directory === undefined ? undefined : { space: "group", directory };
}

function parsePoll(rest: string): Scope | undefined {
  const poll = eventId(rest.slice(0, 64));
  const ring = rest.slice(65);
  if (poll === undefined || rest[64] !== ":" || !isRingName(ring)) return undefined;
  return { space: "poll", poll, ring };
}

function parseApp(rest: string): Scope | undefined {
  const ring = rest.slice(-64);
  const named = rest.slice(0, -65);
  const slash = named.indexOf("/", named.indexOf("://") + 3);
  const origin = named.slice(0, slash);
  const text = named.slice(slash + 1);
  if (slash === -1 || text === "" || rest.at(-65) !== ":" || !isOrigin(origin) || !isRingName(ring)) return undefined;
  return { space: "app", origin, text, ring };
}

const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?$/;
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ["http", "80"],
  ["https", "443"],
  ["ws", "80"],
  ["wss", "443"],
]);

/** As the browser serialises it: lowercase, no path, no default port. `null` is none. */
export function isOrigin(text: string): boolean {
  const [, scheme, port] = ORIGIN.exec(text) ?? [];
  if (scheme === undefined) return false;
  return port === undefined || (Number(port) <= 65_535 && DEFAULT_PORTS.get(scheme) !== port);
}

/** May an event with this kind and these tags carry a proof of this scope over this ring? */
export function scopeFits(scope: Scope, event: Pick<EventTemplate, "kind" | "tags">, ring: RingName): boolean {
  switch (scope.space) {
    case "poll": {
      const [e, ...more] = tagsNamed(event.tags, "e");
      return scope.ring === ring && event.kind === BALLOT_KIND && e?.[1] === scope.poll && more.length === 0;
    }
    case "group": {
      const [g, ...more] = tagsNamed(event.tags, "g");
      return g?.length === 3 && g[1] === scope.directory && g[2] === ring && more.length === 0;
    }
    case "app":
      return scope.ring === ring;
    default:
      return scope satisfies never;
  }
}
