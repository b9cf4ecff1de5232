/**
 * The door, against what clients use today: events checked and named, subscriptions matched, NIP-44 texts opened.
 *
 * Events are checked as a client does that plugs the kernel in; the kernel's own figures are in the area `curve`.
 */
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { computeId, plain, type SignedEvent, signEvent, toRumor, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { compileFilters } from "@subrosa/core/nostr/filter-match";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";
import * as tools from "nostr-tools";
import { initNostrWasm } from "nostr-wasm";
import type { Area } from "./harness.ts";

const NOW = 1_700_000_000;
const SUBSCRIBERS = 1_000;

export async function nostr(): Promise<Area> {
  const curve = openCurve();
  const secret = Secret.from(new Uint8Array(32).fill(7), curve);
  const pubkey = toHex(secret.pubkey) as PubkeyHex;
  const tags = Array.from({ length: 8 }, (_, i) => ["p", toHex(new Uint8Array(32).fill(i)), `wss://relay${i}.example`]);
  const template = { kind: 1, created_at: NOW, tags, content: "in confidence, under the rose. ".repeat(10) };
  const event = plain(signEvent(template, secret, new Uint8Array(32), curve));
  const rumor = toRumor(template, pubkey);
  const wasm = await initNostrWasm();

  // As they come from the wire: strings that were built otherwise compare otherwise.
  const filters: Filter[][] = JSON.parse(JSON.stringify(subscriptions(pubkey)));
  const matchers = filters.map(compileFilters);
  const copy: tools.Event = JSON.parse(JSON.stringify(event));
  const key = ConversationKey.between(secret, secret.pubkey, curve)!;
  const payload = encrypt(template.content, key, new Uint8Array(32));

  return {
    area: "nostr",
    works: [
      {
        name: "check an event",
        unit: "us",
        ours: () => VerifiedEvent.check(event, curve).ok,
        peers: [
          { name: "nostr-tools", run: () => tools.verifyEvent(unmarked(event)) },
          { name: "nostr-wasm", run: () => wasm.verifyEvent(unmarked(event)) },
        ],
      },
      {
        name: "name an event",
        unit: "us",
        ours: () => computeId(rumor),
        peers: [{ name: "nostr-tools", run: () => tools.getEventHash(copy) }],
      },
      {
        name: "match 1,000 subscriptions",
        unit: "us",
        ours: () => matchers.filter((matches) => matches(rumor)).length,
        peers: [
          {
            name: "nostr-tools",
            run: () => filters.filter((one) => tools.matchFilters(mutable(one), copy)).length,
          },
        ],
      },
      {
        name: "open a NIP-44 text",
        unit: "us",
        ours: () => decrypt(payload, key),
        peers: [{ name: "nostr-tools", run: () => tools.nip44.decrypt(payload, key.expose()) }],
      },
    ],
  };
}

/** What subscribers ask for: some authors, some mentions, some kinds; one in ten wants our event. */
function subscriptions(author: PubkeyHex): Filter[][] {
  return Array.from({ length: SUBSCRIBERS }, (_, i) => {
    const others = Array.from({ length: 50 }, (_, k) => toHex(new Uint8Array(32).fill((i + k) % 256)) as PubkeyHex);
    return [{ kinds: [1, 6], authors: i % 10 === 0 ? [...others, author] : others, since: NOW - 1_000 }];
  });
}

/** A fresh copy: nostr-tools remembers on the object that it was verified. */
function unmarked(event: SignedEvent): tools.Event {
  const { id, pubkey, created_at, kind, tags, content, sig } = event;
  return { id, pubkey, created_at, kind, tags: tags as string[][], content, sig };
}

const mutable = (filters: Filter[]): tools.Filter[] => filters as unknown as tools.Filter[];
