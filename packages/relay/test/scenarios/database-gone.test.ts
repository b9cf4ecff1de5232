/**
 * The database goes away under a running relay and comes back: everybody is told, with a reason; nothing acknowledged
 * is lost; and the relay needs no restart.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import type { Store } from "../../src/store/store.ts";
import { event, NOW } from "../events.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const AWAY_MS = process.env["SUBROSA_LONG"] === undefined ? 1_000 : 60_000;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function health(it: RelayUnderTest): Promise<{ status: number; reason?: string }> {
  const response = await fetch(`${it.relay.url.replace("ws", "http")}/health`);
  return { status: response.status, ...((await response.json()) as { reason?: string }) };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("not within a minute");
    await pause(20);
  }
}

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("the database goes and comes back", () => {
  let server: PostgresUnderTest;
  beforeAll(async () => {
    server = await PostgresUnderTest.start();
  }, PATIENCE_MS);
  afterAll(() => server[Symbol.asyncDispose](), PATIENCE_MS);

  const withRelays = async (
    run: (one: RelayUnderTest, other: RelayUnderTest, url: string, store: Store) => Promise<void>,
  ): Promise<void> => {
    const url = await server.database();
    const open = (): Promise<Store> => openPostgresStore({ connectionString: url, clock: () => NOW });
    const store = await open();
    await using one = await RelayUnderTest.open({ store });
    await using other = await RelayUnderTest.open({ store: await open() });
    await run(one, other, url, store);
  };

  for (const how of ["fast", "immediate"] as const) {
    test(`the server is stopped (${how}) and started again`, () =>
      withRelays(async (one, other, _, store) => {
        const [writer, listener] = [await one.client(), await other.client()];
        listener.send("REQ", "live", { kinds: [1], limit: 0 });
        await listener.settle();
        const before = Array.from({ length: 20 }, (_, i) => event({ content: `before ${i}`, created_at: NOW - i }));
        for (const each of before) expect((await writer.publish(each)).accepted).toBe(true);

        await server.down(how);
        await until(async () => (await health(one)).status === 503 && (await health(other)).status === 503);
        expect((await health(one)).reason).toMatch(/database cannot be reached/);
        const lost = event({ content: "while it is away" });
        expect(await writer.publish(lost)).toEqual({
          accepted: false,
          reason: expect.stringMatching(/^error: .*cannot be reached; try again later/),
        });
        const ephemeral = await writer.publish(event({ kind: 20_001, content: "while it is away" }));
        expect(ephemeral).toEqual({ accepted: false, reason: expect.stringMatching(/^error: /) });
        expect((await writer.ask({ kinds: [1] })).closed).toMatch(/^error: .*cannot be reached/);
        expect(await writer.count({ kinds: [1] })).toMatch(/^error: .*cannot be reached/);
        await listener.wait(([verb, text]) => verb === "NOTICE" && String(text).startsWith("error: "));
        await pause(AWAY_MS);
        expect((await health(one)).status).toBe(503);

        await server.up();
        await until(async () => (await health(one)).status === 200 && (await health(other)).status === 200);
        const after = event({ content: "after" });
        await until(async () => (await writer.publish(after)).accepted);
        await listener.wait(([verb, , body]) => verb === "EVENT" && (body as { id: string }).id === after.id);
        const expected = [...before.map(({ id }) => id), after.id].sort();
        expect(listener.events("live").sort()).toEqual(expected);
        expect((await listener.ask({ kinds: [1] })).ids.sort()).toEqual(expected);
        for await (const fault of store.check()) expect(fault).toBe("");
      }));
  }

  test("connections are cut again and again while events come: each arrives once", () =>
    withRelays(async (one, other, url) => {
      const [writer, listener] = [await one.client(), await other.client()];
      listener.send("REQ", "live", { kinds: [1], limit: 0 });
      await listener.settle();
      const acknowledged: string[] = [];
      for (let i = 0; i < 60; i++) {
        const it = event({ content: `${i}`, created_at: NOW - i });
        if (i % 10 === 9) await server.cut(url);
        await until(async () => (await writer.publish(it)).accepted);
        acknowledged.push(it.id);
      }
      await until(async () => listener.events("live").length >= acknowledged.length);
      expect(listener.events("live").sort()).toEqual(acknowledged.sort());
    }));

  test("a database that is not there when the relay starts: a sentence that does not show the connection string", async () => {
    const opening = openPostgresStore({ connectionString: "postgres://rose:thorn@127.0.0.1:1/none" });
    await expect(opening).rejects.toThrow(/^store\/unavailable: the database cannot be reached$/);
    await expect(openPostgresStore({ connectionString: "postgres://rose:thorn@[::1/none" })).rejects.toThrow(
      /^(?!.*thorn).*connection string is not right/,
    );
  });
});
