/**
 * The shipped score: how near a key is in the viewer's follows, and how many near ones muted it.
 *
 *     score(viewer) = 1;   score(k) = 0 where the viewer muted k, or k is more than 3 follows away
 *     distance 1:  1
 *     distance d:  2^(1−d) · f / (f + m)       d = 2, 3
 *
 * f: keys at distance d−1 that follow k; m: keys at distance 1 and 2 that mute k. A key that the viewer muted is not
 * walked through and its mutes do not count. So the viewer's own word is final, one enemy of many friends weighs
 * little, and a stranger's only road to a score is through people who follow him (docs/spec/member-proofs.md, NIP97-4).
 */
import type { VerifiedEvent } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import type { Score } from "./wot.ts";

const DEPTH = 3;

export interface SocialGraph {
  /** Whom a key follows (NIP-02). */
  follows(pubkey: string): Iterable<string>;
  /** Whom it mutes in public (NIP-51). */
  mutes(pubkey: string): Iterable<string>;
}

export function followScore(viewer: string, graph: SocialGraph): Score {
  const muted = new Set(graph.mutes(viewer));
  const distance = new Map([[viewer, 0]]);
  /** How many keys one step nearer follow a key, and how many near ones mute it. */
  const followers = new Map<string, number>();
  const mutes = new Map<string, number>();
  let near: readonly string[] = [viewer];
  for (let depth = 1; depth <= DEPTH; depth++) {
    const found = new Set<string>();
    for (const key of near) {
      for (const followed of new Set(graph.follows(key))) {
        if (muted.has(followed)) continue;
        if (!distance.has(followed)) {
          distance.set(followed, depth);
          found.add(followed);
        }
        if (distance.get(followed) === depth) followers.set(followed, (followers.get(followed) ?? 0) + 1);
      }
      if (depth === 1) continue;
      for (const key2 of new Set(graph.mutes(key))) mutes.set(key2, (mutes.get(key2) ?? 0) + 1);
    }
    near = [...found];
  }
  return (key) => {
    const d = muted.has(key) ? undefined : distance.get(key);
    if (d === undefined) return key === viewer ? 1 : 0;
    if (d <= 1) return 1;
    const f = followers.get(key) ?? 0;
    return (2 ** (1 - d) * f) / (f + (mutes.get(key) ?? 0));
  };
}

const FOLLOWS_KIND = 3;
const MUTES_KIND = 10_000;

/** The graph that a set of events tells: of every author's lists, the newest counts (NIP-01). */
export function graphOf(events: Iterable<VerifiedEvent>): SocialGraph {
  const newest = new Map<string, VerifiedEvent>();
  for (const event of events) {
    if (event.kind !== FOLLOWS_KIND && event.kind !== MUTES_KIND) continue;
    const place = `${event.kind}:${event.pubkey}`;
    const known = newest.get(place);
    if (known === undefined || isNewer(event, known)) newest.set(place, event);
  }
  const keys = (kind: number, pubkey: string): readonly string[] =>
    tagsNamed(newest.get(`${kind}:${pubkey}`)?.tags ?? [], "p").map(([, key]) => key ?? "");
  return { follows: (pubkey) => keys(FOLLOWS_KIND, pubkey), mutes: (pubkey) => keys(MUTES_KIND, pubkey) };
}

function isNewer(a: VerifiedEvent, b: VerifiedEvent): boolean {
  return a.created_at > b.created_at || (a.created_at === b.created_at && a.id < b.id);
}
