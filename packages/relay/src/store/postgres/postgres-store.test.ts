import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenStore, relayStoreConformance, type StoreUnderTest } from "../../../test/conformance/relay-store.ts";
import { entry, NOW } from "../../../test/events.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../../../test/postgres.ts";
import type { StoreRules } from "../store.ts";
import { openPostgresStore } from "./postgres-store.ts";

let server: PostgresUnderTest;
let url: string;
let schemas = 0;

async function openAt(schema: string, rules: Partial<StoreRules>): Promise<StoreUnderTest> {
  const store = await openPostgresStore({ connectionString: url, schema, clock: () => NOW, ...rules });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openAt(schema, rules);
    },
    // What can be asked for: PostgreSQL itself keeps the pages of what was deleted until it vacuums.
    bytes: async () => {
      const rows = await server.query(
        url,
        `select record as bytes from ${schema}.event union all select tag from ${schema}.event_tag
         union all select key from ${schema}.mark union all select value::bytea from ${schema}.meta`,
      );
      return Buffer.concat(rows.map(({ bytes }) => bytes as Buffer));
    },
    dispose: () => store.close(),
  };
}

/** In some file of a table or an index; the log of what is to be written (pg_wal) is not among them. */
function onDisk(words: string): boolean {
  const base = join(server.dir, "data", "base");
  const files = readdirSync(base, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return files.some(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(words));
}

const open: OpenStore = (rules = {}) => openAt(`test_${schemas++}`, rules);

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("PostgreSQL", () => {
  beforeAll(async () => {
    server = await PostgresUnderTest.start();
    url = await server.database();
  }, PATIENCE_MS);
  afterAll(() => server[Symbol.asyncDispose](), PATIENCE_MS);

  relayStoreConformance("the store on PostgreSQL", open);

  test("R4: once the tables are rewritten, their files on disk have nothing left of what expired or vanished", async () => {
    const schema = `test_${schemas++}`;
    const { store, dispose } = await openAt(schema, {});
    try {
      const expires = [["expiration", String(NOW + 1)]];
      const expiring = Array.from({ length: 50 }, (_, i) => entry({ content: `ephemeral-rose ${i}`, tags: expires }));
      const vanishing = Array.from({ length: 50 }, (_, i) => entry({ by: 2, content: `vanished-rose ${i}` }));
      await store.append([entry({ by: 3, content: "staying-rose" }), ...expiring, ...vanishing], NOW);
      await server.query(url, "checkpoint");
      for (const words of ["ephemeral-rose", "vanished-rose", "staying-rose"]) expect(onDisk(words)).toBe(true);
      await store.append([entry({ by: 2, kind: 62, tags: [["relay", "ALL_RELAYS"]] })], NOW);
      while ((await store.purge(NOW + 50, 40)).more);
      await server.query(url, `vacuum full ${schema}.event`);
      await server.query(url, `vacuum full ${schema}.event_tag`);
      await server.query(url, "checkpoint");
      expect(onDisk("staying-rose")).toBe(true);
      expect(onDisk("ephemeral-rose")).toBe(false);
      expect(onDisk("vanished-rose")).toBe(false);
    } finally {
      await dispose();
    }
  });
});
