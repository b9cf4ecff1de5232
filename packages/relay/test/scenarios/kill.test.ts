/**
 * kill −9 at a random moment, again and again, while clients publish: every event that was acknowledged is there
 * afterwards, nothing is there that nobody sent, the database opens at once and `check` finds nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { Client } from "../client.ts";
import { event, generator, key, NOW } from "../events.ts";
import { bundle, Listening } from "../process.ts";

const LONG = process.env["SUBROSA_LONG"] !== undefined;
const LANES = 2;
const KILLS = (LONG ? 1_000 : 100) / LANES;
const CLIENTS = 4;
const IN_FLIGHT = LONG ? 128 : 32;
/** Answers to wait for before a kill, at most; on average half of it, and what is in flight then. */
const MOST_ANSWERS = LONG ? 1_200 : 60;
const ENOUGH = LONG ? 500_000 : KILLS * LANES;

let program: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  program = await bundle("test/programs/trusting-relay.ts");
});
afterAll(() => program.remove());

type Random = (below: number) => number;

/** Mostly notes; some events that replace, delete and expire, so that recovery has decisions to repeat. */
function nextEvent(random: Random, n: number, sent: readonly string[]): SignedEvent {
  const created_at = Math.floor(Date.now() / 1_000) - random(100);
  const by = 1 + random(20);
  switch (random(20)) {
    case 0:
      return event({ by: 1_000 + random(5), kind: 0, created_at, content: String(n) });
    case 1:
      return event({
        by: 1_000 + random(5),
        kind: 30_000,
        created_at,
        tags: [["d", String(random(3))]],
        content: String(n),
      });
    case 2:
      return event({
        by: 99,
        kind: 5,
        created_at,
        tags: [["e", sent[random(Math.max(1, sent.length))] ?? key(1)]],
        content: String(n),
      });
    default:
      return event({ by, created_at, tags: [["t", `t${random(50)}`]], content: `${n} ${"x".repeat(random(800))}` });
  }
}

/** Publishes with many events in flight until the connection breaks. */
async function publishUntilCut(client: Client, random: Random, life: Life): Promise<void> {
  const flight = new Map<string, SignedEvent>();
  const fill = (): void => {
    while (flight.size < IN_FLIGHT) {
      const next = nextEvent(random, life.sent.length, life.sent);
      life.sent.push(next.id);
      flight.set(next.id, next);
      client.send("EVENT", next);
    }
  };
  let read = 0;
  fill();
  while (client.closed === undefined) {
    await client.grown(read);
    for (; read < client.frames.length; read++) {
      const [verb, id, accepted] = client.frames[read]!;
      if (verb !== "OK") continue;
      const it = flight.get(id as string);
      flight.delete(id as string);
      if (accepted === true && it !== undefined && it.kind === 1) life.acknowledged.push(it.id);
    }
    if (client.closed === undefined) fill();
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

interface Life {
  readonly sent: string[];
  /** Notes, which nothing replaces; deletions in this test come from a key that wrote none of them. */
  readonly acknowledged: string[];
}

async function lane(
  seed: number,
): Promise<{ kills: number; acknowledged: number; lost: string[]; invented: string[]; faults: string[] }> {
  const random = generator(seed);
  const dir = mkdtempSync(join(tmpdir(), "subrosa-kill-"));
  const life: Life = { sent: [], acknowledged: [] };
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const relay = await Listening.start(program.path, [dir]);
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => Client.open(relay.url)));
      const publishing = clients.map((client) => publishUntilCut(client, random, life));
      // At a random moment of its work, however fast the machine is: after so many answers, and a little later.
      const target = life.acknowledged.length + 1 + random(MOST_ANSWERS);
      const patience = performance.now() + 10_000;
      while (life.acknowledged.length < target && performance.now() < patience) await pause(2);
      await pause(random(20));
      await relay.end("SIGKILL");
      await Promise.all(publishing);
    }
    const store = await openLmdbStore({ dir });
    const stored = new Set<string>();
    const scan = store.everything();
    while (scan.run(10_000, (record) => Boolean(stored.add(record.id))) !== "done");
    const sent = new Set(life.sent);
    const faults: string[] = [];
    for await (const fault of store.check()) faults.push(fault);
    await store.close();
    return {
      kills: KILLS,
      acknowledged: life.acknowledged.length,
      lost: life.acknowledged.filter((id) => !stored.has(id)),
      invented: [...stored].filter((id) => !sent.has(id)),
      faults,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test(`${KILLS * LANES} kills: 0 acknowledged events lost, 0 invented, check clean`, {
  timeout: 7_200_000,
}, async () => {
  const seeds = Array.from({ length: LANES }, (_, i) => NOW + i);
  const results = await Promise.all(seeds.map(lane));
  for (const [i, { acknowledged, lost, invented, faults }] of results.entries()) {
    const where = `seed ${seeds[i]}, ${acknowledged} acknowledged`;
    expect(lost, where).toEqual([]);
    expect(invented, where).toEqual([]);
    expect(faults, where).toEqual([]);
  }
  expect(results.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).toBeGreaterThanOrEqual(ENOUGH);
});
