/**
 * From a filter to ranges of an index, for every store. Pure.
 *
 * A filter can usually be answered from several indices; the plan lists them as options, each with the conditions that
 * it leaves to be checked. Which option is the most selective depends on what is stored, so the store is asked for a
 * short look at each (`choose`), and only where there is a choice.
 */
import { type Filter, tagConditions } from "@subrosa/core/nostr/filter";
import { MAX_TIME } from "../event/entry.ts";
import { tagKey } from "../event/tag-key.ts";
import { parseSearch } from "../proofs/search.ts";
import { AUTHOR, AUTHOR_KIND, KIND, kindBytes, prefixed, TAG, TIME, verdictPrefix } from "./keys.ts";
import type { Position } from "./position.ts";

/** All positions under a prefix, from `until` back to `since`. */
export interface IndexRange {
  readonly prefix: Buffer;
  readonly since: number;
  readonly until: number;
}

export interface PlanOption {
  readonly ranges: readonly IndexRange[];
  readonly conditions: Conditions;
}

/** What a candidate must still be checked for. */
export interface Conditions {
  readonly ids?: ReadonlySet<string>;
  readonly authors?: ReadonlySet<string>;
  readonly kinds?: ReadonlySet<number>;
  readonly tags: readonly { readonly letter: number; readonly keys: ReadonlySet<string> }[];
}

export type Plan =
  | { readonly kind: "nothing" }
  | {
      readonly kind: "ids";
      readonly ids: readonly string[];
      readonly since: number;
      readonly until: number;
      readonly conditions: Conditions;
    }
  | { readonly kind: "ranges"; readonly options: readonly [PlanOption, ...PlanOption[]] };

/** Pairs of author and kind beyond this are scanned by author alone. */
const MAX_PAIRS = 2_000;

export function planFilter(filter: Filter): Plan {
  const since = filter.since ?? 0;
  const until = Math.min(filter.until ?? MAX_TIME, MAX_TIME);
  const tags = tagConditions(filter).map(([letter, values]) => {
    const keys = new Map(values.map((value) => tagKey(letter, value)).map((key) => [key.toString("latin1"), key]));
    return { letter: letter.charCodeAt(0), keys: new Set(keys.keys()), ordered: [...keys.values()] };
  });
  const ids = filter.ids && [...new Set(filter.ids)];
  const authors = filter.authors && new Set<string>(filter.authors);
  const kinds = filter.kinds && new Set(filter.kinds);
  const isEmpty = [ids?.length, authors?.size, kinds?.size, ...tags.map((tag) => tag.keys.size)].includes(0);
  if (isEmpty || since > until || filter.limit === 0) return { kind: "nothing" };
  const all = conditions(authors, kinds, tags);
  const search = filter.search === undefined ? undefined : parseSearch(filter.search);
  if (search?.ok === false) return { kind: "nothing" };
  if (search?.ok) {
    const prefix = verdictPrefix(search.ring);
    const wanted = ids && { ids: new Set<string>(ids) };
    return { kind: "ranges", options: [{ ranges: [{ prefix, since, until }], conditions: { ...all, ...wanted } }] };
  }
  if (ids) return { kind: "ids", ids, since, until, conditions: all };

  const range = (prefix: Buffer): IndexRange => ({ prefix, since, until });
  const options: PlanOption[] = tags.map((tag) => ({
    ranges: tag.ordered.map((key) => range(prefixed(TAG, key))),
    conditions: conditions(
      authors,
      kinds,
      tags.filter((other) => other !== tag),
    ),
  }));
  const authorKeys = authors && [...authors].map((author) => Buffer.from(author, "hex"));
  if (authorKeys && kinds && authorKeys.length * kinds.size <= MAX_PAIRS) {
    const pairs = authorKeys.flatMap((key) => [...kinds].map((kind) => prefixed(AUTHOR_KIND, key, kindBytes(kind))));
    options.push({ ranges: pairs.map(range), conditions: conditions(undefined, undefined, tags) });
  } else if (authorKeys) {
    const ranges = authorKeys.map((key) => range(prefixed(AUTHOR, key)));
    options.push({ ranges, conditions: conditions(undefined, kinds, tags) });
  } else if (kinds) {
    const ranges = [...kinds].map((kind) => range(prefixed(KIND, kindBytes(kind))));
    options.push({ ranges, conditions: conditions(authors, undefined, tags) });
  }
  const [first, ...others] = options;
  if (first !== undefined) return { kind: "ranges", options: [first, ...others] };
  return { kind: "ranges", options: [{ ranges: [range(Buffer.of(TIME))], conditions: all }] };
}

function conditions(
  authors: ReadonlySet<string> | undefined,
  kinds: ReadonlySet<number> | undefined,
  tags: readonly { readonly letter: number; readonly keys: ReadonlySet<string> }[],
): Conditions {
  return { ...(authors && { authors }), ...(kinds && { kinds }), tags };
}

/** How many positions a look at one range shows, and how many ranges of one option are looked at. */
export const LOOK = 32;
const LOOKED_RANGES = 4;

/** A first look at a range: up to `LOOK` positions from its beginning. */
export type Look = (range: IndexRange) => readonly Pick<Position, "createdAt">[];

/** The ranges that `chooseOption` looks at, for stores that look at all of them at once; none where there is no choice. */
export function lookedRanges(options: readonly PlanOption[]): readonly IndexRange[] {
  return options.length === 1 ? [] : options.flatMap(({ ranges }) => ranges.slice(0, LOOKED_RANGES));
}

/** The option with the fewest expected candidates in the range of time asked for. */
export function chooseOption(options: readonly [PlanOption, ...PlanOption[]], look: Look): PlanOption {
  if (options.length === 1) return options[0];
  let best = options[0];
  let bestCost = Number.POSITIVE_INFINITY;
  for (const option of options) {
    const cost = expectedCost(option, look);
    if (cost < bestCost) {
      best = option;
      bestCost = cost;
    }
  }
  return best;
}

function expectedCost(option: PlanOption, look: Look): number {
  const sample = option.ranges.slice(0, LOOKED_RANGES);
  let cost = 0;
  for (const range of sample) {
    const positions = look(range);
    const newest = positions[0];
    const oldest = positions.at(-1);
    if (newest === undefined || oldest === undefined) continue;
    // Fewer than asked for: that is all there is. Otherwise go on at the same rate for what is left of the time.
    const span = Math.max(1, newest.createdAt - oldest.createdAt);
    const left = Math.max(0, oldest.createdAt - Math.max(range.since, newest.createdAt - HORIZON));
    cost += positions.length < LOOK ? positions.length : positions.length * (1 + left / span);
  }
  return (cost * option.ranges.length) / sample.length;
}

/** Rates are extrapolated over this much time at most. */
const HORIZON = 365 * 24 * 3600;
