/**
 * The relay, as its clients meet it: events until OK (durable, verified), queries, fan-out, neighbours in a flood. The
 * relay and the load are processes of their own; connections and signed events are made beforehand. A sweep over
 * connections × depth, since one event in flight measures the disk and nothing else.
 *
 * 100,000 events are stored before it begins, 1,000,000 with SUBROSA_LONG. Each figure is the best of three rounds of a
 * fixed size; it ends in about two minutes on an idle machine. The two TypeScript relays that npm has do not install
 * without a script that fetches a native module, and stand in the table with that reason.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Area, Line, Unit } from "./harness.ts";
import { fill } from "./relay-fill.ts";
import type { LoadReport } from "./relay-load.ts";
import { Load, Server } from "./relay-processes.ts";

const STORED = process.env["SUBROSA_LONG"] === undefined ? 100_000 : 1_000_000;
const ROUNDS = 3;
const SWEEP = [
  { connections: 1, depth: 1, events: 150 },
  { connections: 8, depth: 8, events: 1_500 },
  { connections: 64, depth: 16, events: 5_000 },
] as const;
const IDLE = 10_000;

export async function relay(): Promise<Area> {
  return { area: "relay", works: [], facts };
}

/** The same relay on the PostgreSQL that SUBROSA_DATABASE names, which should be empty and on this machine. */
export async function relayOnPostgres(): Promise<Area> {
  const facts = async (): Promise<readonly Line[]> => {
    const lines: Line[] = [];
    await loaded(["--store", "postgres"], newFolder(), async (load, server) => {
      lines.push(...(await publishing(load, server)), ...(await asking(load, "what was published")));
    });
    return lines.map((found) => ({ ...found, area: "relay-postgres" }));
  };
  return { area: "relay-postgres", works: [], facts };
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), "subrosa-bench-"));

const line = (work: string, ours: number, unit: Unit): Line => ({
  area: "relay",
  work,
  ours: Number(ours.toPrecision(4)),
  unit,
});

async function facts(): Promise<readonly Line[]> {
  const dir = newFolder();
  const lines: Line[] = [
    {
      ...{ area: "relay", work: "event-ok", peer: "@nostr-relay/core" },
      skipped: "its store, better-sqlite3, is fetched by an install script",
    },
    line(`opening ${STORED} events`, (await fill(dir, STORED)) * 1_000, "us"),
  ];
  await loaded([], dir, async (load, server) => {
    lines.push(...(await publishing(load, server)), ...(await asking(load, `${STORED}`)));
    lines.push(...(await flooded(load, server)), ...(await stalled(load, server)), ...(await crowd(load, server)));
  });
  return lines;
}

/** A relay over this folder and a load with 64 connections to it; both are gone afterwards, and the folder. */
async function loaded(
  args: readonly string[],
  dir: string,
  measure: (load: Load, server: Server) => Promise<void>,
): Promise<void> {
  const server = await Server.start(dir, args);
  const load = new Load();
  const release = (): void => {
    server.child.kill("SIGKILL");
    load.child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  };
  process.once("exit", release);
  try {
    await load.connect(server, 64);
    await measure(load, server);
    await load.end();
    await server.end();
  } finally {
    process.off("exit", release);
    release();
  }
}

const rate = (count: number, { milliseconds }: LoadReport): number => (count * 1_000) / milliseconds;
const p99 = ({ latencies }: LoadReport): number => latencies[Math.floor(latencies.length * 0.99)]!;

async function publishing(load: Load, server: Server): Promise<Line[]> {
  await load.ask({ do: "sign", events: ROUNDS * SWEEP.reduce((sum, { events }) => sum + events, 0) });
  const lines: Line[] = [];
  let cpu = Number.POSITIVE_INFINITY;
  for (const { connections, depth, events } of SWEEP) {
    let best: LoadReport | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const before = server.cpuMicroseconds();
      const report = await load.right({ do: "publish", events, connections, depth });
      if (connections === 64) cpu = Math.min(cpu, (server.cpuMicroseconds() - before) / events);
      if (best === undefined || report.milliseconds < best.milliseconds) best = report;
    }
    lines.push(line(`event-ok ${connections} × ${depth}`, rate(events, best!), "per_s"));
    lines.push(line(`event-ok ${connections} × ${depth}, p99`, p99(best!), "us"));
  }
  return [...lines, line("CPU of the relay for one event", cpu, "us")];
}

async function asking(load: Load, stored: string): Promise<Line[]> {
  const topics = Array.from({ length: 50 }, (_, i) => ({ "#t": [`t${i}`], limit: 1 }));
  const works = [
    { work: "query-500", filters: [{ kinds: [1], limit: 500 }], queries: 300, connections: 1, depth: 1, each: 500 },
    { work: "query-1", filters: topics, queries: 5_000, connections: 8, depth: 8, each: 1 },
  ] as const;
  const lines: Line[] = [];
  for (const { work, ...order } of works) {
    let best = 0;
    for (let round = 0; round < ROUNDS; round++) {
      best = Math.max(best, rate(order.queries, await load.right({ do: "query", ...order })));
    }
    lines.push(line(`${work} at ${stored}`, best, "per_s"));
  }
  return lines;
}

/** The slowest hundredth of a calm client, alone and beside 10,000 bad signatures and malformed frames a second. */
async function flooded(load: Load, server: Server): Promise<Line[]> {
  const order = { do: "publish", events: 1_200, connections: 8, depth: 2 } as const;
  await load.ask({ do: "sign", events: 2 * ROUNDS * order.events });
  const flooder = new Load();
  const best = { calm: Number.POSITIVE_INFINITY, flooded: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    best.calm = Math.min(best.calm, p99(await load.right(order)));
    await flooder.ask({ do: "flood", ...server.address, perSecond: 10_000 });
    best.flooded = Math.min(best.flooded, p99(await load.right(order)));
    await flooder.ask({ do: "stop-flood" });
  }
  await flooder.end();
  return [line("p99 of a calm client", best.calm, "us"), line("p99 beside a flood", best.flooded, "us")];
}

/** The slowest hundredth of a writer whose events go to a thousand readers, and to a thousand more that do not read. */
async function stalled(load: Load, server: Server): Promise<Line[]> {
  const order = { do: "publish", events: 300, connections: 8, depth: 2 } as const;
  await load.ask({ do: "sign", events: 2 * ROUNDS * order.events });
  const [readers, sleepers] = [new Load(), new Load()];
  const everything = '["REQ","all",{"limit":0}]';
  await readers.connect(server, 1_000, everything);
  const best = { reading: Number.POSITIVE_INFINITY, stalled: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) best.reading = Math.min(best.reading, p99(await load.right(order)));
  const before = server.residentBytes();
  await sleepers.connect(server, 1_000, everything, true);
  for (let round = 0; round < ROUNDS; round++) best.stalled = Math.min(best.stalled, p99(await load.right(order)));
  const taken = server.residentBytes() - before;
  await Promise.all([readers.end(), sleepers.end()]);
  return [
    line("p99 beside 1000 readers", best.reading, "us"),
    line("p99 beside 1000 readers, 1000 that stall", best.stalled, "us"),
    line("memory of a reader that stalls", taken / 1_000 / 1_024, "kib"),
  ];
}

/** A thousand subscribers of everything, then ten thousand idle connections. */
async function crowd(load: Load, server: Server): Promise<Line[]> {
  await load.ask({ do: "disconnect" });
  await load.connect(server, 1);
  await load.connect(server, 1_000, '["REQ","all",{"limit":0}]');
  const fanOut = await load.ask({ do: "fan-out", events: 100 });
  await load.ask({ do: "disconnect" });
  await new Promise((done) => setTimeout(done, 1_000));
  const before = server.residentBytes();
  await load.connect(server, IDLE);
  const perConnection = (server.residentBytes() - before) / IDLE;
  await load.ask({ do: "disconnect" });
  return [
    line("fanout-1000, deliveries", rate(100_000, fanOut), "per_s"),
    line("memory of an idle connection", perConnection / 1_024, "kib"),
    line("memory of the relay", server.residentBytes() / 1_024, "kib"),
  ];
}
