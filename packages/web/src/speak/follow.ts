/**
 * Reads what members say, as nobody: on sockets of its own that never name this account. Relays that check proofs
 * themselves are asked with which key they sign their word (NIP-11, `self`).
 */

import { type PubkeyHex, pubkeyHex } from "@subrosa/core/bytes";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { POLL_KIND } from "@subrosa/core/poll/poll";
import type { Opened } from "../account/opened.ts";

/** Notes, threads, and announcements of pseudonyms; ballots and reactions belong elsewhere. */
const KINDS = [1, 11, 2001, 30_023];
const MOST = 500;

/** Until the answer is called. */
export function followFeed({ feed, network, polls, relays, rings }: Opened): () => void {
  const open: Disposable[] = [];
  const ending = new AbortController();
  void vouchersOf(relays, ending.signal).then((vouchers) => {
    if (ending.signal.aborted) return;
    open.push(feed.follow({ relays, vouchers, filters: [{ kinds: KINDS, limit: MOST }] }));
  });
  const presence = network.anonymously();
  open.push(presence, rings.follow(presence));
  if (polls !== undefined && relays.length > 0) {
    const filter = { kinds: [POLL_KIND], limit: 100 };
    open.push(presence.follow(relays, { filter, onEvent: (event) => void polls.learn(event, relays) }));
  }
  return () => {
    ending.abort();
    for (const each of open.reverse()) each[Symbol.dispose]();
  };
}

async function vouchersOf(relays: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<RelayUrl, PubkeyHex>> {
  const vouchers = new Map<RelayUrl, PubkeyHex>();
  await Promise.all(
    relays.map(async (text) => {
      const url = relayUrl(text);
      const self = url === undefined ? undefined : await selfOf(url, signal);
      if (url !== undefined && self !== undefined) vouchers.set(url, self);
    }),
  );
  return vouchers;
}

async function selfOf(url: RelayUrl, signal: AbortSignal): Promise<PubkeyHex | undefined> {
  try {
    const response = await fetch(url.replace(/^ws/, "http"), {
      headers: { accept: "application/nostr+json" },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    });
    const document: unknown = await response.json();
    const self = typeof document === "object" && document !== null && "self" in document ? document.self : undefined;
    return pubkeyHex(self);
  } catch {
    // Away, or no document: its word is not asked for.
    return undefined;
  }
}
