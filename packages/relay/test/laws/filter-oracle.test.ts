/**
 * Random filters against the dumb matcher: what the index finds, in its order, is what a look at every event finds;
 * and what is delivered live is what matches. The oracle below uses nothing of the relay.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { expect, test } from "vitest";
import type { Entry } from "../../src/event/entry.ts";
import { NOBODY, type Viewer } from "../../src/event/viewer.ts";
import { type Listener, LiveIndex } from "../../src/live/live-index.ts";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import type { Store } from "../../src/store/store.ts";
import { admit, event, generator, key, NOW } from "../events.ts";
import { PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";

const LONG = process.env["SUBROSA_LONG"] !== undefined;
const GROUPS = LONG ? 1_000_000 : 10_000;
const EVENTS = 100_000;
const AT_ONCE = 8;
const SEED = 20_260_101;

type Random = (below: number) => number;

/** Few values for everything, so that conditions meet. */
function randomEvent(random: Random, n: number): SignedEvent {
  const kinds = [0, 1, 1, 1, 3, 4, 7, 1059, 10_002, 30_000, 30_023];
  const tags: string[][] = [];
  for (let i = random(4); i > 0; i--) tags.push(randomTag(random));
  return event({
    by: random(15),
    kind: kinds[random(kinds.length)]!,
    created_at: NOW - random(2_000),
    tags,
    content: random(3) === 0 ? "" : String(n),
  });
}

function randomTag(random: Random): string[] {
  switch (random(6)) {
    case 0:
      return ["p", key(random(15))];
    case 1:
      return ["e", key(random(15))];
    case 2:
      return ["t", `topic-${random(9)}`, "more"];
    case 3:
      return ["d", "x".repeat(4 * random(10))];
    case 4:
      return ["T", ""];
    default:
      return ["word", "not indexed"];
  }
}

function some<T>(random: Random, make: () => T, most: number): T[] {
  return Array.from({ length: random(most + 1) }, make);
}

function randomFilter(random: Random, ids: readonly string[]): Filter {
  const filter: Record<string, unknown> = {};
  if (random(12) === 0) filter["ids"] = some(random, () => ids[random(ids.length)], 8);
  if (random(3) === 0) filter["authors"] = some(random, () => key(random(16)), 6);
  if (random(3) === 0) filter["kinds"] = some(random, () => [0, 1, 3, 7, 1059, 30_023, 9][random(7)], 3);
  if (random(5) === 0) filter["#p"] = some(random, () => key(random(16)), 4);
  if (random(6) === 0) filter["#e"] = some(random, () => key(random(16)), 4);
  if (random(6) === 0) filter["#t"] = some(random, () => `topic-${random(10)}`, 4);
  if (random(12) === 0) filter["#d"] = some(random, () => "x".repeat(4 * random(10)), 6);
  if (random(20) === 0) filter["#T"] = [""];
  if (random(4) === 0) filter["since"] = NOW - 250 * random(9);
  if (random(4) === 0) filter["until"] = NOW - 250 * random(9);
  if (random(10) !== 0) filter["limit"] = random(40);
  return filter as Filter;
}

// ── the oracle ──

function dumbMatch(filter: Readonly<Record<string, unknown>>, it: SignedEvent): boolean {
  for (const [name, wanted] of Object.entries(filter)) {
    if (name === "limit") continue;
    if (name === "since" && !(it.created_at >= (wanted as number))) return false;
    if (name === "until" && !(it.created_at <= (wanted as number))) return false;
    if (name === "ids" && !(wanted as string[]).some((id) => id === it.id)) return false;
    if (name === "authors" && !(wanted as string[]).some((author) => author === it.pubkey)) return false;
    if (name === "kinds" && !(wanted as number[]).some((kind) => kind === it.kind)) return false;
    if (name.startsWith("#")) {
      const met = it.tags.some(
        (tag) => tag[0] === name[1] && tag.length > 1 && (wanted as string[]).some((value) => value === tag[1]),
      );
      if (!met) return false;
    }
  }
  return true;
}

function dumbVisible(it: SignedEvent, viewer: Viewer): boolean {
  if (it.kind !== 4 && it.kind !== 1059 && it.kind !== 21_059) return true;
  return viewer.has(it.pubkey) || it.tags.some((tag) => tag[0] === "p" && viewer.has(tag[1]!));
}

/**
 * The dumb matcher, asked once for every event and every single condition and remembered as bits; a filter is then
 * ands and ors. Events stand newest first, then lowest id, so the answer is the first bits.
 */
class DumbStore {
  readonly #sorted: readonly SignedEvent[];
  readonly #remembered = new Map<string, Uint32Array>();

  constructor(sorted: readonly SignedEvent[]) {
    this.#sorted = sorted;
  }

  #bits(name: string, holds: (it: SignedEvent) => boolean): Uint32Array {
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const bits = new Uint32Array((this.#sorted.length + 31) >>> 5);
    this.#sorted.forEach((it, i) => {
      if (holds(it)) bits[i >>> 5]! |= 1 << (i & 31);
    });
    this.#remembered.set(name, bits);
    return bits;
  }

  #matching(filter: Filter, viewer: Viewer): Uint32Array {
    const result = this.#bits(`visible to ${[...viewer].join()}`, (it) => dumbVisible(it, viewer)).slice();
    for (const [name, wanted] of Object.entries(filter)) {
      if (name === "limit") continue;
      const values: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      const any = new Uint32Array(result.length);
      for (const value of values) {
        const condition = { [name]: Array.isArray(wanted) ? [value] : value };
        const bits = this.#bits(JSON.stringify(condition), (it) => dumbMatch(condition, it));
        for (let w = 0; w < any.length; w++) any[w]! |= bits[w]!;
      }
      for (let w = 0; w < any.length; w++) result[w]! &= any[w]!;
    }
    return result;
  }

  answer(filters: readonly Filter[], viewer: Viewer): string[] {
    const found = new Set<number>();
    for (const filter of filters) {
      const bits = this.#matching(filter, viewer);
      let left = filter.limit ?? 500;
      for (let i = 0; i < this.#sorted.length && left > 0; i++) {
        if (bits[i >>> 5] === 0) i |= 31;
        else if ((bits[i >>> 5]! >>> (i & 31)) & 1) {
          found.add(i);
          left--;
        }
      }
    }
    return [...found].sort((a, b) => a - b).map((i) => this.#sorted[i]!.id);
  }
}

/** What is left of the corpus when replaceable events have replaced each other. */
function survivors(corpus: readonly SignedEvent[]): SignedEvent[] {
  const best = new Map<string, SignedEvent>();
  for (const it of corpus) {
    const replaceable = it.kind === 0 || it.kind === 3 || (it.kind >= 10_000 && it.kind < 20_000);
    const d = it.tags.find((tag) => tag[0] === "d")?.[1] ?? "";
    const name = replaceable ? `${it.kind}:${it.pubkey}` : it.kind >= 30_000 ? `${it.kind}:${it.pubkey}:${d}` : it.id;
    const other = best.get(name);
    const wins = !other || it.created_at > other.created_at || (it.created_at === other.created_at && it.id < other.id);
    if (wins) best.set(name, it);
  }
  return [...best.values()].sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1));
}

// ── the comparison ──

async function ask(store: Store, filters: readonly Filter[], viewer: Viewer): Promise<string[]> {
  const scan = store.scan({ filters, viewer, now: NOW, before: store.tail, defaultLimit: 500, maxWork: 10_000_000 });
  const found: string[] = [];
  for (;;) {
    const progress = await scan.run(997, (record) => {
      found.push(record.id);
      return true;
    });
    if (progress === "done") return found;
    if (progress !== "more") throw new Error(String(progress));
  }
}

const onDisk = async (): Promise<OpenedStore> => {
  const dir = mkdtempSync(join(tmpdir(), "subrosa-oracle-"));
  return { store: await openLmdbStore({ dir }), remove: async () => rmSync(dir, { recursive: true }) };
};

/** Spans so short that what is asked for lies in several partitions. */
const onPostgres = async (): Promise<OpenedStore> => {
  const server = await PostgresUnderTest.start();
  const connectionString = await server.database();
  const store = await openPostgresStore({ connectionString, clock: () => NOW - 700, spanSeconds: 400 });
  return { store, remove: () => server[Symbol.asyncDispose]() };
};

interface OpenedStore {
  readonly store: Store;
  remove(): Promise<void>;
}

type Case = readonly [name: string, groups: number, events: number, open: () => Promise<OpenedStore>];

/** A question to a server costs more than one to memory: without SUBROSA_LONG it gets fewer. */
const STORES: readonly Case[] = [
  ["the embedded store", GROUPS, EVENTS, onDisk],
  ...(postgres === undefined
    ? []
    : [["PostgreSQL", LONG ? GROUPS : 600, LONG ? EVENTS : 10_000, onPostgres] satisfies Case]),
];
if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

test.each(STORES)(
  "%s, %i random groups of filters over %i events: 0 differences, stored and live",
  {
    timeout: 36_000_000,
  },
  async (_name, groups, events, open) => {
    const random = generator(SEED);
    const { store, remove } = await open();
    try {
      const corpus = Array.from({ length: events }, (_, n) => randomEvent(random, n));
      for (let i = 0; i < corpus.length; i += 1_000) {
        await store.append(
          corpus.slice(i, i + 1_000).map((it) => admit(it)),
          NOW,
        );
      }
      const sorted = survivors(corpus);
      expect(store.stats().events).toBe(sorted.length);
      const dumb = new DumbStore(sorted);
      // Comparing is cheap, an assertion is not: what differs is collected.
      const differences: string[] = [];
      // Few values of everything are asked for, so that what is remembered stays small.
      const ids = Array.from({ length: 30 }, () => corpus[random(corpus.length)]!.id);
      const viewers: Viewer[] = [NOBODY, new Set([key(1)]), new Set([key(2), key(3)])];
      const live: Entry[] = corpus.slice(0, 300).map((it) => admit(it));
      const asked: Promise<void>[] = [];
      for (let group = 0; group < groups; group++) {
        const filters = Array.from({ length: 1 + random(3) }, () => randomFilter(random, ids));
        const viewer = viewers[random(viewers.length)]!;
        const compared = ask(store, filters, viewer).then((found) => {
          const expected = dumb.answer(filters, viewer);
          if (found.join() !== expected.join()) differences.push(`group ${group}: ${JSON.stringify(filters)}`);
        });
        asked.push(compared);
        // A store elsewhere answers several at once.
        if (asked.length === AT_ONCE) await Promise.all(asked.splice(0));
        const listener: Listener = { filters };
        const index = new LiveIndex();
        index.add(listener);
        for (let i = 0; i < 5; i++) {
          const it = live[random(live.length)]!.event;
          const wanted = filters.some((filter) => dumbMatch(filter as Readonly<Record<string, unknown>>, it));
          if (index.match(it).has(listener) !== wanted) differences.push(`group ${group}, live ${it.id}`);
        }
        index.remove(listener);
        if (index.match(live[0]!.event).size !== 0) differences.push(`group ${group}: a listener stayed`);
      }
      await Promise.all(asked);
      expect(differences, `seed ${SEED}`).toEqual([]);
    } finally {
      await store.close();
      await remove();
    }
  },
);

test("many subscriptions at once: each gets exactly what it asked for", () => {
  const random = generator(SEED + 1);
  const corpus = Array.from({ length: 400 }, (_, n) => randomEvent(random, n));
  const ids = corpus.map(({ id }) => id);
  const listeners: Listener[] = Array.from({ length: 800 }, () => ({
    filters: Array.from({ length: 1 + random(3) }, () => randomFilter(random, ids)),
  }));
  const index = new LiveIndex<Listener>();
  for (const listener of listeners) index.add(listener);
  const differences: string[] = [];
  for (const it of corpus) {
    const found = index.match(it);
    for (const [i, listener] of listeners.entries()) {
      const wanted = listener.filters.some((filter) => dumbMatch(filter as Readonly<Record<string, unknown>>, it));
      if (found.has(listener) !== wanted) differences.push(`listener ${i}, event ${it.id}`);
    }
  }
  expect(differences, `seed ${SEED + 1}`).toEqual([]);
  for (const listener of listeners) index.remove(listener);
  expect(index.size).toBe(0);
  expect(index.match(corpus[0]!).size).toBe(0);
});
