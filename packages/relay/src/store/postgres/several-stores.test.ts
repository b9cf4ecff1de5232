/** Several stores on one database: who makes its tables, in which order what they write is seen, and by whom. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../../../test/conformance/relay-store.ts";
import { entry, key, NOW } from "../../../test/events.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../../../test/postgres.ts";
import type { StoreFollower } from "../store.ts";
import { openPostgresStore, type PostgresStore, type PostgresStoreOptions } from "./postgres-store.ts";

const IGNORED: StoreFollower = { stored() {}, verified() {}, ephemeral() {}, changed() {}, turned() {} };

/** Everything a store hands on, in order. */
function heardBy(store: PostgresStore): string[] {
  const heard: string[] = [];
  store.follow({
    ...IGNORED,
    stored: ({ id }) => heard.push(id),
    verified: ({ id }, _, ring) => heard.push(`${id} of ${ring}`),
    changed: (name) => heard.push(`changed ${name}`),
  });
  return heard;
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("not within a minute");
    await new Promise((done) => setTimeout(done, 10));
  }
}

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("several stores on one PostgreSQL", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await PostgresUnderTest.start();
  }, PATIENCE_MS);
  afterAll(() => server[Symbol.asyncDispose](), PATIENCE_MS);

  async function withStores(
    count: number,
    run: (stores: readonly PostgresStore[], url: string) => Promise<void>,
    options: Partial<PostgresStoreOptions> = {},
  ): Promise<void> {
    const url = await server.database();
    const open = (): Promise<PostgresStore> =>
      openPostgresStore({ connectionString: url, clock: () => NOW, ...options });
    const stores = await Promise.all(Array.from({ length: count }, open));
    try {
      await run(stores, url);
    } finally {
      for (const store of stores) await store.close();
    }
  }

  test("stores that open an empty database at the same time make its tables once", () =>
    withStores(5, async (stores, url) => {
      expect(await server.query(url, "select version from subrosa.migration")).toEqual([{ version: 1 }]);
      const it = entry({ content: "one database" });
      await stores[0]!.append([it], NOW);
      for (const store of stores)
        expect(await ask(store, [{}], { before: Number.MAX_SAFE_INTEGER })).toEqual([it.event.id]);
    }));

  test("a database of a later version is refused, and a step that fails leaves nothing behind", async () => {
    const later = await server.database();
    await server.query(later, "create schema subrosa");
    await server.query(later, "create table subrosa.migration (version integer primary key, at timestamptz)");
    await server.query(later, "insert into subrosa.migration values (99, now())");
    await expect(openPostgresStore({ connectionString: later })).rejects.toThrow(/^store\/format: .*later version/);

    const broken = await server.database();
    await server.query(broken, "create schema subrosa");
    await server.query(broken, "create table subrosa.meta (something_else text)");
    await expect(openPostgresStore({ connectionString: broken })).rejects.toThrow(/^store\/write: /);
    const tables =
      "select relname from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'subrosa'";
    expect(await server.query(broken, `${tables} and relkind = 'r'`)).toEqual([{ relname: "meta" }]);
    await server.query(broken, "drop table subrosa.meta");
    await (await openPostgresStore({ connectionString: broken })).close();
  });

  test("all follow one order without gaps or repetitions, however their commits interleave", () =>
    withStores(3, async (stores) => {
      const heard = stores.map(heardBy);
      const written = stores.map((_, s) =>
        Array.from({ length: 150 }, (_, i) => entry({ by: s + 1, content: `${s} ${i}` })),
      );
      await Promise.all(
        stores.map(async (store, s) => {
          for (let i = 0; i < 150; ) {
            const size = 1 + ((i * 7 + s) % 5);
            await store.append(written[s]!.slice(i, i + size), NOW);
            // An outcome is given out after what it says was handed on here.
            expect(heard[s]).toContain(written[s]![i]!.event.id);
            i += size;
          }
        }),
      );
      await stores[1]!.setMeta("colour", "rose", undefined);
      await stores[2]!.setVerdict(written[0]![0]!.event.id, key(5));
      await until(() => heard.every(({ length }) => length >= 452));
      expect(heard[1]).toEqual(heard[0]);
      expect(heard[2]).toEqual(heard[0]);
      expect(new Set(heard[0]).size).toBe(452);
      expect(heard[0]!.slice(-2)).toEqual(["changed colour", `${written[0]![0]!.event.id} of ${key(5)}`]);
      for (const store of stores) expect(store.stats()).toEqual(stores[0]!.stats());
      for await (const fault of stores[0]!.check()) expect(fault).toBe("");
    }));

  test("what meets at two stores at once meets as in one: a newer version, a duplicate, a deletion", () =>
    withStores(2, async ([one, other]) => {
      for (let round = 0; round < 20; round++) {
        const versions = [0, 1].map((age) => entry({ by: 60 + round, kind: 0, created_at: NOW - age }));
        const note = entry({ by: 60 + round, content: "note" });
        const deletion = entry({ by: 60 + round, kind: 5, tags: [["e", note.event.id]] });
        const same = entry({ by: 60 + round, content: "same" });
        const outcomes = await Promise.all([
          one!.append([versions[0]!, note, same], NOW),
          other!.append([versions[1]!, deletion, same], NOW),
        ]);
        const kinds = outcomes.map((list) => list.map(({ kind }) => kind));
        expect(kinds.map((list) => list[2]).sort()).toEqual(["duplicate", "stored"]);
        const kept = [versions[0]!, deletion, same].map(({ event: { id } }) => id).sort();
        for (const store of [one!, other!]) {
          expect(
            (await ask(store, [{ authors: [key(60 + round)] }], { before: Number.MAX_SAFE_INTEGER })).sort(),
          ).toEqual(kept);
        }
      }
      for await (const fault of one!.check()) expect(fault).toBe("");
    }));

  test("partitions are made ahead of time, what lies ahead moves into them, and answers stay the same", () => {
    let now = NOW;
    return withStores(
      1,
      async ([store], url) => {
        const entries = [-5_000, -900, -1, 0, 999, 1_000, 2_500, 9_999].map((ahead) =>
          entry({ created_at: NOW + ahead, content: `${ahead}`, tags: [["t", "time"]] }),
        );
        await store!.append(entries, NOW);
        const before = await ask(store!, [{}]);
        const partitions = async (): Promise<number> =>
          (await server.query(url, "select inhrelid from pg_inherits where inhparent = 'subrosa.event'::regclass"))
            .length;
        const first = await partitions();
        now = NOW + 8_000;
        await store!.purge(NOW, 10);
        expect(await partitions()).toBeGreaterThan(first);
        expect(await ask(store!, [{}])).toEqual(before);
        expect(await ask(store!, [{ "#t": ["time"] } as object])).toEqual(before);
        for await (const fault of store!.check()) expect(fault).toBe("");
      },
      { clock: () => now, spanSeconds: 1_000 },
    );
  });

  test("a statement that takes too long is too much, and never an answer that ends early", () =>
    withStores(
      1,
      async ([store], url) => {
        await store!.append(
          Array.from({ length: 20 }, (_, i) => entry({ content: `${i}` })),
          NOW,
        );
        const held = "do $$ begin lock table subrosa.vanishing; perform pg_sleep(2); end $$";
        const holding = server.query(url, held);
        const locks = "select from pg_locks where relation = 'subrosa.vanishing'::regclass and granted";
        while ((await server.query(url, `${locks} and mode = 'AccessExclusiveLock'`)).length === 0);
        await expect(ask(store!, [{}])).rejects.toThrow("too much");
        await holding;
        expect((await ask(store!, [{}])).length).toBe(20);
      },
      { queryMs: 200 },
    ));
});
