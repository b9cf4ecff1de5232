/**
 * Does an event match a filter? (NIP-01)
 *
 * All conditions of one filter hold (and), some value of each list is met (or). `limit` is no condition, it counts
 * stored events; `search` is none either: what it finds is each relay's own to say (NIP-50), so whoever answers a
 * search decides before asking here.
 */

import type { Rumor, UnsignedEvent } from "./event.ts";
import { type Filter, tagConditions } from "./filter.ts";

export function matches(filter: Filter, event: Rumor): boolean {
  return (
    (filter.ids === undefined || filter.ids.includes(event.id)) &&
    (filter.authors === undefined || filter.authors.includes(event.pubkey)) &&
    (filter.kinds === undefined || filter.kinds.includes(event.kind)) &&
    (filter.since === undefined || filter.since <= event.created_at) &&
    (filter.until === undefined || event.created_at <= filter.until) &&
    tagConditions(filter).every(([letter, values]) => hasTag(event, letter, (value) => values.includes(value)))
  );
}

export type Matcher = (event: Rumor) => boolean;

/**
 * The filters of one subscription (or), prepared for many events: lists become sets, and a filter whose range of time
 * is empty or that has an empty list is left out.
 */
export function compileFilters(filters: readonly Filter[]): Matcher {
  const matchers = filters.flatMap((filter) => compileFilter(filter) ?? []);
  const [only] = matchers;
  if (only !== undefined && matchers.length === 1) return only;
  return (event) => matchers.some((matcher) => matcher(event));
}

/** Undefined where nothing can match. */
function compileFilter(filter: Filter): Matcher | undefined {
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = filter;
  const ids = filter.ids && new Set<string>(filter.ids);
  const authors = filter.authors && new Set<string>(filter.authors);
  const kinds = filter.kinds && new Set(filter.kinds);
  const tags = tagConditions(filter).map(([letter, values]) => ({ letter, values: new Set(values) }));
  const lists = [ids, authors, kinds, ...tags.map((tag) => tag.values)];
  if (since > until || lists.some((list) => list?.size === 0)) return undefined;
  return (event) =>
    since <= event.created_at &&
    event.created_at <= until &&
    (kinds === undefined || kinds.has(event.kind)) &&
    (authors === undefined || authors.has(event.pubkey)) &&
    (ids === undefined || ids.has(event.id)) &&
    tags.every(({ letter, values }) => hasTag(event, letter, (value) => values.has(value)));
}

function hasTag(event: UnsignedEvent, letter: string, accept: (value: string) => boolean): boolean {
  return event.tags.some((tag) => tag[0] === letter && tag[1] !== undefined && accept(tag[1]));
}
