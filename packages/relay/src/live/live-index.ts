/**
 * Which subscriptions want this event? Each filter hangs under the values of one of its conditions, the one with the
 * fewest; an event asks only under its own values. So a delivery costs what it delivers and not how many listen.
 *
 * Spec: NIP-01. A subscription gets an event once, whichever of its filters match. Who may see it is asked last, with
 * the keys that are authenticated now.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { type Filter, tagConditions } from "@subrosa/core/nostr/filter";
import { compileFilters, type Matcher } from "@subrosa/core/nostr/filter-match";
import { parseSearch, type Search } from "../proofs/search.ts";

export interface Listener {
  readonly filters: readonly Filter[];
}

interface Hook<L extends Listener> {
  readonly listener: L;
  /** PROOF-9: what the filter searches for is known only when the event's proof was judged. */
  readonly search: Extract<Search, { ok: true }> | undefined;
  readonly matches: Matcher;
}

const EVERYTHING = "*";

export class LiveIndex<L extends Listener> {
  readonly #hooks = new Map<string, Set<Hook<L>>>();
  readonly #ofListener = new Map<L, { readonly keys: readonly string[]; readonly hook: Hook<L> }[]>();

  get size(): number {
    return this.#ofListener.size;
  }

  add(listener: L): void {
    const entries = listener.filters.map((filter) => {
      const search = filter.search === undefined ? undefined : parseSearch(filter.search);
      // A search that cannot be made matches nothing.
      if (search?.ok === false) return { keys: [], hook: { listener, search: undefined, matches: () => false } };
      const hook = { listener, search, matches: compileFilters([filter]) };
      const keys = hookKeys(filter);
      for (const key of keys) {
        const hooks = this.#hooks.get(key);
        if (hooks === undefined) this.#hooks.set(key, new Set([hook]));
        else hooks.add(hook);
      }
      return { keys, hook };
    });
    this.#ofListener.set(listener, entries);
  }

  remove(listener: L): void {
    for (const { keys, hook } of this.#ofListener.get(listener) ?? []) {
      for (const key of keys) {
        const hooks = this.#hooks.get(key);
        hooks?.delete(hook);
        if (hooks?.size === 0) this.#hooks.delete(key);
      }
    }
    this.#ofListener.delete(listener);
  }

  /** Every listener that wants the event whatever its proof is worth, each once. */
  match(event: SignedEvent): Set<L> {
    return this.#find(event, ({ search }) => search === undefined);
  }

  /** Every listener that waited for the event's proof to be found good. */
  matchVerified(event: SignedEvent, ring: string): Set<L> {
    return this.#find(event, ({ search }) => search !== undefined && (search.ring ?? ring) === ring);
  }

  #find(event: SignedEvent, wanted: (hook: Hook<L>) => boolean): Set<L> {
    const found = new Set<L>();
    for (const key of eventKeys(event)) {
      const hooks = this.#hooks.get(key);
      if (hooks === undefined) continue;
      for (const hook of hooks) {
        if (!found.has(hook.listener) && wanted(hook) && hook.matches(event)) found.add(hook.listener);
      }
    }
    return found;
  }
}

/** The values of the filter's shortest list, as keys; an empty list gives none, so the filter never matches. */
function hookKeys(filter: Filter): readonly string[] {
  const lists: (readonly string[])[] = tagConditions(filter).map(([letter, values]) =>
    values.map((value) => `#${letter}${value}`),
  );
  if (filter.ids) lists.push(filter.ids.map((id) => `i${id}`));
  if (filter.authors) lists.push(filter.authors.map((author) => `a${author}`));
  // A kind is shared by many more events than a key or a tag.
  if (lists.length === 0 && filter.kinds) lists.push(filter.kinds.map((kind) => `k${kind}`));
  const [first = [EVERYTHING], ...others] = lists;
  return [...new Set(others.reduce((shortest, list) => (list.length < shortest.length ? list : shortest), first))];
}

function* eventKeys(event: SignedEvent): Iterable<string> {
  yield `i${event.id}`;
  yield `a${event.pubkey}`;
  yield `k${event.kind}`;
  yield EVERYTHING;
  const seen = new Set<string>();
  for (const [name, value] of event.tags) {
    if (name?.length !== 1 || value === undefined) continue;
    const key = `#${name}${value}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield key;
  }
}
