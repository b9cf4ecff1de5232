/**
 * What every store of the relay must do. Implementations call this with a way to open one; `reopen` closes it properly
 * and opens the same data again.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import type { Filter } from "@subrosa/core/nostr/filter";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/event/entry.ts";
import { NOBODY, type Viewer } from "../../src/event/viewer.ts";
import type { ScanProgress, Store, StoreRules } from "../../src/store/store.ts";
import { entry, event, key, NOW } from "../events.ts";

export interface StoreUnderTest {
  readonly store: Store;
  reopen(): Promise<StoreUnderTest>;
  /** All bytes the implementation keeps of events' contents. */
  bytes(): Promise<Buffer>;
  dispose(): Promise<void>;
}

export type OpenStore = (rules?: Partial<StoreRules>) => Promise<StoreUnderTest>;

export interface Asked {
  readonly viewer?: Viewer;
  readonly now?: number;
  readonly before?: number;
  readonly maxWork?: number;
  readonly steps?: number;
}

/** Ids found, in the order of the answer. */
export async function ask(store: Store, filters: readonly Filter[], asked: Asked = {}): Promise<string[]> {
  const { viewer = NOBODY, now = NOW, before = store.tail, maxWork = 1_000_000, steps = 50 } = asked;
  const scan = store.scan({ filters, viewer, now, before, defaultLimit: 500, maxWork });
  const found: string[] = [];
  for (let slices = 0; slices < 100_000; slices++) {
    const progress: ScanProgress = await scan.run(steps, (record) => {
      found.push(record.id);
      return true;
    });
    if (progress === "done") return found;
    if (progress === "too-much") throw new Error("too much work");
  }
  throw new Error("the scan does not end");
}

const ids = (...entries: readonly Entry[]): string[] => entries.map(({ event: { id } }) => id);
const kinds = (outcomes: readonly { readonly kind: string }[]): string[] => outcomes.map(({ kind }) => kind);
const filter = (fields: object): Filter => fields as Filter;

export function relayStoreConformance(name: string, open: OpenStore): void {
  describe(name, () => {
    async function withStore(
      run: (opened: StoreUnderTest) => Promise<StoreUnderTest | undefined>,
      rules = {},
    ): Promise<void> {
      let opened = await open(rules);
      try {
        opened = (await run(opened)) ?? opened;
      } finally {
        await opened.dispose();
      }
    }
    const rule = (title: string, run: (store: Store, opened: StoreUnderTest) => Promise<void>, rules = {}): void => {
      test(title, () =>
        withStore(async (opened) => {
          await run(opened.store, opened);
          return undefined;
        }, rules),
      );
    };

    describe("NIP-01: what is stored", () => {
      rule("an event is found by each of its properties", async (store) => {
        const tags = [
          ["p", key(9)],
          ["t", "rose"],
          ["r", `https://example.com/${"x".repeat(300)}`],
          ["Z", ""],
          ["long", "not indexed"],
        ];
        const it = entry({ by: 2, kind: 7, tags });
        expect(kinds(await store.append([it, entry({ by: 3 })], NOW))).toEqual(["stored", "stored"]);
        const conditions: object[] = [
          { ids: [it.event.id] },
          { authors: [key(2)] },
          { kinds: [7] },
          { authors: [key(2)], kinds: [7] },
          { "#p": [key(9)] },
          { "#t": ["thorn", "rose"] },
          { "#r": [tags[2]![1]] },
          { "#Z": [""] },
          { ids: [it.event.id], authors: [key(2)], kinds: [7], "#p": [key(9)], "#t": ["rose"], since: NOW, until: NOW },
        ];
        for (const condition of conditions) {
          expect(await ask(store, [filter(condition)]), JSON.stringify(condition)).toEqual(ids(it));
        }
      });

      rule("every condition that is not met excludes", async (store) => {
        const it = entry({ by: 2, kind: 7, tags: [["t", "rose"]] });
        await store.append([it], NOW);
        const base = { ids: [it.event.id], authors: [key(2)], kinds: [7], "#t": ["rose"], since: NOW, until: NOW };
        const wrong: object[] = [
          { ids: [key(1)] },
          { authors: [key(3)] },
          { kinds: [1] },
          { "#t": ["Rose"] },
          { "#t": ["rose "] },
          { "#T": ["rose"] },
          { since: NOW + 1, until: NOW + 2 },
          { since: 0, until: NOW - 1 },
          { since: NOW, until: NOW - 1 },
          { ids: [] },
          { authors: [] },
          { kinds: [] },
          { "#t": [] },
          { limit: 0 },
        ];
        for (const change of wrong) {
          expect(await ask(store, [filter({ ...base, ...change })]), JSON.stringify(change)).toEqual([]);
          const { ids: _, ...withoutIds } = { ...base, ...change };
          if (!("ids" in change)) expect(await ask(store, [filter(withoutIds)]), JSON.stringify(change)).toEqual([]);
        }
      });

      rule("a filter of no conditions finds everything, newest first, then lowest id first", async (store) => {
        const entries = [3, 1, 2, 2, 2, 0].map((age, i) => entry({ created_at: NOW - age, content: String(i) }));
        await store.append(entries, NOW);
        const expected = [...entries].sort(
          (a, b) => b.event.created_at - a.event.created_at || (a.event.id < b.event.id ? -1 : 1),
        );
        expect(await ask(store, [{}])).toEqual(ids(...expected));
        expect(await ask(store, [{ limit: 4 }])).toEqual(ids(...expected.slice(0, 4)));
      });

      rule("since and until are inclusive", async (store) => {
        const entries = [0, 1, 2, 3, 4].map((age) => entry({ created_at: NOW - age }));
        await store.append(entries, NOW);
        expect(await ask(store, [{ since: NOW - 3, until: NOW - 1 }])).toEqual(ids(...entries.slice(1, 4)));
      });

      rule("several filters: each its own limit, nothing twice, one order", async (store) => {
        const entries = Array.from({ length: 20 }, (_, i) =>
          entry({ by: 1 + (i % 3), kind: 1 + (i % 2), created_at: NOW - i }),
        );
        await store.append(entries, NOW);
        const found = await ask(store, [
          { authors: [key(1)], limit: 3 },
          { kinds: [1], limit: 4 },
          { ids: [entries[0]!.event.id] },
        ]);
        const wanted = new Set([0, 3, 6, 2, 4]);
        expect(found).toEqual(ids(...entries.filter((_, i) => wanted.has(i) || i === 0)));
      });

      rule("a scan that pauses at every step gives the same answer", async (store) => {
        const entries = Array.from({ length: 300 }, (_, i) =>
          entry({ by: 1 + (i % 7), created_at: NOW - (i % 11), content: `${i}` }),
        );
        await store.append(entries, NOW);
        const authors = [1, 2, 3, 4, 5, 6, 7].map(key);
        const whole = await ask(store, [{ authors }], { steps: 1_000_000 });
        expect(whole.length).toBe(300);
        expect(await ask(store, [{ authors }], { steps: 1 })).toEqual(whole);
      });

      rule("events stored after the subscription began are not in its stored part", async (store) => {
        await store.append([entry({ content: "a" })], NOW);
        const before = store.tail;
        await store.append([entry({ content: "b" })], NOW);
        expect(await ask(store, [{}], { before })).toEqual(ids(entry({ content: "a" })));
      });

      rule("the bound on work is answered as such, never as the end", async (store) => {
        await store.append(
          Array.from({ length: 50 }, (_, i) => entry({ content: `${i}` })),
          NOW,
        );
        await expect(ask(store, [filter({ "#t": ["none"], kinds: [1] }), {}], { maxWork: 20 })).rejects.toThrow(
          "too much",
        );
      });

      rule("the same event again is a duplicate, within one batch as well", async (store) => {
        const it = entry();
        expect(kinds(await store.append([it, it], NOW))).toEqual(["stored", "duplicate"]);
        expect(kinds(await store.append([it], NOW))).toEqual(["duplicate"]);
        expect(await store.has(it.event.id)).toBe(true);
        expect(await store.has(entry({ content: "x" }).event.id)).toBe(false);
        expect(store.stats().events).toBe(1);
      });

      rule("large events and many tags come back as they are", async (store) => {
        const tags = Array.from({ length: 2_000 }, (_, i) => ["p", key(i)]);
        const it = entry({ content: 'é🌹\u0000\u2028"\\'.repeat(60_000), tags });
        await store.append([it], NOW);
        let json = "";
        const request = { filters: [filter({ "#p": [key(1_999)] })], viewer: NOBODY, now: NOW, before: store.tail };
        await store.scan({ ...request, defaultLimit: 1, maxWork: 100 }).run(100, (record) => {
          json = record.json.toString();
          return true;
        });
        expect(JSON.parse(json)).toEqual(it.event);
      });
    });

    describe("NIP-01: replaceable and addressable events", () => {
      for (const [title, kind, tags] of [
        ["kind 0", 0, []],
        ["kind 3", 3, []],
        ["kind 10002", 10_002, []],
        ["kind 30023 with d", 30_023, [["d", "a"]]],
        ["kind 30023 without d", 30_023, []],
      ] as const) {
        rule(`of ${title} only the newest version counts, in whatever order they come`, async (store) => {
          const old = entry({ kind, tags, created_at: NOW - 1, content: "old" });
          const now = entry({ kind, tags, created_at: NOW, content: "new" });
          expect(kinds(await store.append([old], NOW))).toEqual(["stored"]);
          expect(kinds(await store.append([now, old], NOW))).toEqual(["stored", "superseded"]);
          expect(await ask(store, [{ kinds: [kind] }])).toEqual(ids(now));
          expect(await ask(store, [{ ids: [old.event.id] }])).toEqual([]);
          expect(kinds(await store.append([old], NOW))).toEqual(["superseded"]);
        });
      }

      rule("of the same second the lowest id counts", async (store) => {
        const versions = Array.from({ length: 8 }, (_, i) => entry({ kind: 0, content: `${i}` }));
        for (const version of versions) await store.append([version], NOW);
        const lowest = ids(...versions).sort()[0]!;
        expect(await ask(store, [{ kinds: [0] }])).toEqual([lowest]);
      });

      rule("authors, kinds and d values do not replace each other", async (store) => {
        const all = [
          entry({ by: 1, kind: 30_000, tags: [["d", "a"]] }),
          entry({ by: 2, kind: 30_000, tags: [["d", "a"]] }),
          entry({ by: 1, kind: 30_001, tags: [["d", "a"]] }),
          entry({ by: 1, kind: 30_000, tags: [["d", "b"]] }),
          entry({ by: 1, kind: 30_000, tags: [["d", ""]] }),
        ];
        expect(kinds(await store.append(all, NOW))).toEqual(all.map(() => "stored"));
        expect((await ask(store, [{}])).length).toBe(5);
      });

      rule("a replaced version leaves nothing behind in any index", async (store, opened) => {
        await store.append([entry({ kind: 0, created_at: NOW - 5, tags: [["t", "old"]], content: "old words" })], NOW);
        await store.append([entry({ kind: 0, tags: [["t", "new"]] })], NOW);
        expect(await ask(store, [filter({ "#t": ["old"] })])).toEqual([]);
        expect(store.stats().events).toBe(1);
        await store.purge(NOW, 100);
        expect((await opened.bytes()).includes("old words")).toBe(false);
      });
    });

    describe("NIP-09: deletion", () => {
      rule("an author deletes by id; the event stays away, its bytes are gone", async (store, opened) => {
        const it = entry({ content: "regretted words" });
        await store.append([it], NOW);
        await store.append([entry({ kind: 5, tags: [["e", it.event.id]] })], NOW);
        expect(await ask(store, [{ kinds: [1] }])).toEqual([]);
        expect(kinds(await store.append([it], NOW))).toEqual(["deleted"]);
        await store.purge(NOW, 100);
        expect((await opened.bytes()).includes("regretted words")).toBe(false);
      });

      rule("a deletion that comes first is obeyed when the event comes", async (store) => {
        const it = entry();
        await store.append([entry({ kind: 5, tags: [["e", it.event.id]] })], NOW);
        expect(kinds(await store.append([it], NOW))).toEqual(["deleted"]);
      });

      rule("in one batch too", async (store) => {
        const it = entry();
        const deletion = entry({ kind: 5, tags: [["e", it.event.id]] });
        expect(kinds(await store.append([it, deletion, it], NOW))).toEqual(["stored", "stored", "deleted"]);
        expect(await ask(store, [{}])).toEqual(ids(deletion));
      });

      rule("nobody deletes another's event, before or after it comes", async (store) => {
        const it = entry({ by: 1 });
        const other = entry({ by: 1, content: "later" });
        const tags = [
          ["e", it.event.id],
          ["e", other.event.id],
        ];
        await store.append([it, entry({ by: 2, kind: 5, tags })], NOW);
        expect(await ask(store, [{ kinds: [1] }])).toEqual(ids(it));
        expect(kinds(await store.append([other], NOW))).toEqual(["stored"]);
      });

      rule("a deletion cannot be deleted", async (store) => {
        const it = entry();
        const deletion = entry({ kind: 5, tags: [["e", it.event.id]] });
        const second = entry({ kind: 5, created_at: NOW + 1, tags: [["e", deletion.event.id]] });
        await store.append([it, deletion, second], NOW);
        expect(await ask(store, [{ kinds: [5] }])).toEqual(ids(second, deletion));
        expect(kinds(await store.append([it], NOW))).toEqual(["deleted"]);
      });

      rule("an address is deleted up to the time of the request", async (store) => {
        const tags = [["d", "a:b"]];
        const old = entry({ kind: 30_000, tags, created_at: NOW - 10 });
        await store.append([old], NOW);
        const request = entry({ kind: 5, created_at: NOW - 5, tags: [["a", `30000:${key(1)}:a:b`]] });
        await store.append([request], NOW);
        expect(await ask(store, [{ kinds: [30_000] }])).toEqual([]);
        expect(kinds(await store.append([old], NOW))).toEqual(["deleted"]);
        expect(kinds(await store.append([entry({ kind: 30_000, tags, created_at: NOW - 5 })], NOW))).toEqual([
          "deleted",
        ]);
        const later = entry({ kind: 30_000, tags, created_at: NOW - 4 });
        expect(kinds(await store.append([later], NOW))).toEqual(["stored"]);
      });

      rule("an address of another author, or a later version, is not deleted", async (store) => {
        const it = entry({ kind: 30_000, tags: [["d", "a"]], created_at: NOW });
        await store.append([it], NOW);
        await store.append([entry({ by: 2, kind: 5, tags: [["a", `30000:${key(1)}:a`]] })], NOW);
        await store.append([entry({ kind: 5, created_at: NOW - 1, tags: [["a", `30000:${key(1)}:a`]] })], NOW);
        expect(await ask(store, [{ kinds: [30_000] }])).toEqual(ids(it));
      });

      const wrap = entry({ by: 7, kind: 1059, tags: [["p", key(8)]] });
      const byRecipient = entry({ by: 8, kind: 5, tags: [["e", wrap.event.id]] });
      const viewer = new Set<PubkeyHex>([key(8)]);
      rule("CHANNEL-10: the recipient of a gift wrap does not delete it", async (store) => {
        await store.append([wrap, byRecipient], NOW);
        expect(await ask(store, [{ kinds: [1059] }], { viewer })).toEqual(ids(wrap));
      });
      const obeys = { recipientDeletesWraps: true };
      rule(
        "NIP-59: unless configured to",
        async (store) => {
          await store.append([wrap, byRecipient], NOW);
          expect(await ask(store, [{ kinds: [1059] }], { viewer })).toEqual([]);
          expect(kinds(await store.append([wrap], NOW))).toEqual(["deleted"]);
        },
        obeys,
      );
    });

    describe("NIP-40: expiration", () => {
      rule("what expired is not found from that second on, and is refused", async (store) => {
        const it = entry({ tags: [["expiration", String(NOW + 10)]] });
        await store.append([it], NOW);
        expect(await ask(store, [{}], { now: NOW + 9 })).toEqual(ids(it));
        expect(await ask(store, [{}], { now: NOW + 10 })).toEqual([]);
        expect(await ask(store, [{ ids: [it.event.id] }], { now: NOW + 3_600 })).toEqual([]);
        const late = entry({ content: "late", tags: [["expiration", String(NOW)]] });
        expect(kinds(await store.append([late], NOW))).toEqual(["expired"]);
      });

      rule("after the purge its bytes are gone", async (store, opened) => {
        const stays = entry({ content: "words that stay", tags: [["expiration", String(NOW + 99)]] });
        const goes = Array.from({ length: 30 }, (_, i) =>
          entry({ content: `vanishing words ${i}`, tags: [["expiration", String(NOW + 1)]] }),
        );
        await store.append([stays, ...goes], NOW);
        let purged = 0;
        for (let round = 0; round < 10; round++) {
          const { erased, more } = await store.purge(NOW + 50, 10);
          purged += erased;
          if (!more) break;
        }
        expect(purged).toBe(30);
        const bytes = await opened.bytes();
        expect(bytes.includes("vanishing words")).toBe(false);
        expect(bytes.includes("words that stay")).toBe(true);
        expect(store.stats().events).toBe(1);
      });
    });

    describe("NIP-62: the right to vanish", () => {
      rule("everything of the author up to then is hidden at once and gone after the purge", async (store, opened) => {
        const mine = Array.from({ length: 700 }, (_, i) => entry({ created_at: NOW - i, content: `my words ${i}` }));
        const later = entry({ created_at: NOW + 5, content: "a new life" });
        const others = entry({ by: 2, content: "other" });
        await store.append([...mine, later, others], NOW);
        const vanish = entry({ kind: 62, created_at: NOW, tags: [["relay", "ALL_RELAYS"]] });
        expect(kinds(await store.append([vanish], NOW))).toEqual(["stored"]);
        expect(await ask(store, [{ kinds: [1] }])).toEqual(ids(later, others));
        for (let round = 0; round < 20 && (await store.purge(NOW, 100)).more; round++);
        expect(await ask(store, [{ kinds: [1] }])).toEqual(ids(later, others));
        expect(await ask(store, [{ kinds: [62] }])).toEqual(ids(vanish));
        expect(kinds(await store.append([mine[3]!, mine[699]!], NOW))).toEqual(["vanished", "vanished"]);
        expect((await opened.bytes()).includes("my words")).toBe(false);
        expect(store.stats().events).toBe(3);
      });

      test("a deletion interrupted by a restart goes on", () =>
        withStore(async (first) => {
          await first.store.append(
            Array.from({ length: 600 }, (_, i) => entry({ content: `my words ${i}` })),
            NOW,
          );
          await first.store.append([entry({ kind: 62, created_at: NOW + 1, tags: [["relay", "ALL_RELAYS"]] })], NOW);
          await first.store.purge(NOW, 100);
          const second = await first.reopen();
          expect(await ask(second.store, [{ kinds: [1] }])).toEqual([]);
          for (let round = 0; round < 20 && (await second.store.purge(NOW, 100)).more; round++);
          expect(second.store.stats().events).toBe(1);
          expect((await second.bytes()).includes("my words")).toBe(false);
          return second;
        }));
    });

    describe("NIP-59: private kinds", () => {
      const wraps = Array.from({ length: 10 }, (_, i) =>
        entry({ by: 100 + i, kind: 1059, created_at: NOW - i, tags: [["p", key(i % 2 === 0 ? 8 : 9)]] }),
      );
      const open8 = ids(...wraps.filter((_, i) => i % 2 === 0));
      rule("are found by their recipient and their author alone", async (store) => {
        await store.append(wraps, NOW);
        expect(await ask(store, [{ kinds: [1059] }])).toEqual([]);
        expect(await ask(store, [{ ids: [wraps[0]!.event.id] }])).toEqual([]);
        expect(await ask(store, [{ kinds: [1059] }], { viewer: new Set([key(8)]) })).toEqual(open8);
        expect(await ask(store, [{ kinds: [1059] }], { viewer: new Set([key(101)]) })).toEqual(ids(wraps[1]!));
        expect((await ask(store, [{}], { viewer: new Set([key(8), key(9)]) })).length).toBe(10);
      });

      rule("use up no limit of those who may not see them", async (store) => {
        const open = entry({ created_at: NOW - 50, tags: [["p", key(8)]] });
        await store.append([...wraps, open], NOW);
        expect(await ask(store, [filter({ "#p": [key(8)], limit: 1 })])).toEqual(ids(open));
        expect(await ask(store, [{ kinds: [1059], limit: 2 }], { viewer: new Set([key(8)]) })).toEqual(
          open8.slice(0, 2),
        );
      });
    });

    describe("operation", () => {
      test("everything is there after closing and opening", () =>
        withStore(async (first) => {
          const entries = Array.from({ length: 50 }, (_, i) =>
            entry({ created_at: NOW - i, kind: i % 2 === 0 ? 1 : 0, by: i }),
          );
          await first.store.append(entries, NOW);
          expect(await first.store.setMeta("name", "rose", undefined)).toBe(true);
          const second = await first.reopen();
          expect(await ask(second.store, [{}])).toEqual(ids(...entries));
          expect(second.store.stats().events).toBe(50);
          expect(await second.store.getMeta("name")).toBe("rose");
          expect(kinds(await second.store.append([entries[7]!], NOW))).toEqual(["duplicate"]);
          for await (const fault of second.store.check()) expect(fault).toBe("");
          return second;
        }));

      rule("NIP-86: the operator removes and bans, and takes it back", async (store) => {
        const it = entry();
        await store.append([it], NOW);
        expect(await store.remove([it.event.id], true)).toBe(1);
        expect(await ask(store, [{}])).toEqual([]);
        expect(kinds(await store.append([it], NOW))).toEqual(["banned"]);
        await store.allow(it.event.id);
        expect(kinds(await store.append([it], NOW))).toEqual(["stored"]);
      });

      rule("a setting changes only for whoever knows what stands there", async (store) => {
        expect(await store.setMeta("name", "rose", "thorn")).toBe(false);
        expect(await store.setMeta("name", "rose", undefined)).toBe(true);
        expect(await store.setMeta("name", "thorn", undefined)).toBe(false);
        expect(await store.getMeta("name")).toBe("rose");
        expect(await store.setMeta("name", "thorn", "rose")).toBe(true);
        expect(await store.getMeta("name")).toBe("thorn");
      });

      rule("appends that overlap are answered in their order", async (store) => {
        const entries = Array.from({ length: 200 }, (_, i) => entry({ content: `${i}` }));
        const outcomes = await Promise.all(entries.map((each) => store.append([each], NOW)));
        const offsets = outcomes.map(([outcome]) => (outcome!.kind === "stored" ? outcome!.offset : -1));
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        expect(new Set(offsets).size).toBe(200);
      });

      rule("check finds nothing wrong after replacements, deletions and purges", async (store) => {
        for (let i = 0; i < 40; i++) {
          await store.append(
            [entry({ kind: 0, created_at: NOW + i }), entry({ content: `${i}`, tags: [["t", `${i}`]] })],
            NOW,
          );
        }
        await store.append(
          [entry({ kind: 5, tags: [["e", entry({ content: "3", tags: [["t", "3"]] }).event.id]] })],
          NOW,
        );
        await store.purge(NOW, 100);
        for await (const fault of store.check()) expect(fault).toBe("");
        expect(store.stats().events).toBe(41);
      });
    });
  });
}

/** Keeps the event builder in reach of suites that extend this one. */
export { event };
