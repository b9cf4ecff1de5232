import { afterAll, beforeAll, describe, test } from "vitest";
import { type OpenStore, relayStoreConformance, type StoreUnderTest } from "../../../test/conformance/relay-store.ts";
import { NOW } from "../../../test/events.ts";
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

const open: OpenStore = (rules = {}) => openAt(`test_${schemas++}`, rules);

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("PostgreSQL", () => {
  beforeAll(async () => {
    server = await PostgresUnderTest.start();
    url = await server.database();
  }, PATIENCE_MS);
  afterAll(() => server[Symbol.asyncDispose](), PATIENCE_MS);

  relayStoreConformance("the store on PostgreSQL", open);
});
