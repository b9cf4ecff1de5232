/**
 * The relay, as its clients meet it: events until OK (durable, verified), queries, fan-out. The relay and the load are
 * processes of their own; connections and signed events are made beforehand. A sweep over connections × depth, since
 * one event in flight measures the disk and nothing else.
 *
 * Peers from npm stand in the table as skipped where their store needs a native module that an install script fetches.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Area, Line, Peer, Work } from "./harness.ts";
import type { LoadOrder, LoadReport } from "./relay-load.ts";

const PEERS: readonly Peer[] = [
  { name: "@nostr-relay/core", skipped: "its store, better-sqlite3, is fetched by an install script" },
];
const HOST = "127.0.0.1";

export async function relay(): Promise<Area> {
  const dir = mkdtempSync(join(tmpdir(), "subrosa-bench-"));
  const server = await Server.start(dir);
  const load = new Load();
  process.once("exit", () => {
    server.child.kill("SIGKILL");
    load.child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  });
  const connect = (connections: number, greet?: string): Promise<LoadReport> =>
    load.ask({ do: "connect", host: HOST, port: server.port, connections, greet });

  await connect(64);
  await load.ask({ do: "sign", events: 30_000 });
  const publishing = (connections: number, depth: number, events: number): Work => ({
    name: `event-ok ${connections} × ${depth}`,
    unit: "per_s",
    things: events,
    ours: () => load.right({ do: "publish", events, connections, depth }),
    peers: PEERS,
  });
  const asking = (
    name: string,
    filters: readonly object[],
    queries: number,
    connections: number,
    depth: number,
    each: number,
  ): Work => ({
    name,
    unit: "per_s",
    things: queries,
    ours: () => load.right({ do: "query", queries, connections, depth, filters, each }),
    peers: PEERS,
  });
  const topics = Array.from({ length: 50 }, (_, i) => ({ "#t": [`t${i}`], limit: 1 }));
  return {
    area: "relay",
    works: [
      publishing(1, 1, 100),
      publishing(8, 8, 800),
      publishing(64, 16, 1_500),
      asking("query-500", [{ kinds: [1], limit: 500 }], 30, 1, 1, 500),
      asking("query-1", topics, 2_000, 8, 8, 1),
    ],
    facts: async () => {
      const lines = [...(await latencies(load, server)), ...(await crowd(load, server, connect))];
      await load.end();
      await server.end();
      rmSync(dir, { recursive: true, force: true });
      return lines;
    },
  };
}

/** What a rate does not say: the slowest hundredth, and what one event costs the relay. */
async function latencies(load: Load, server: Server): Promise<Line[]> {
  const events = 3_000;
  const before = server.cpuMicroseconds();
  const report = await load.right({ do: "publish", events, connections: 64, depth: 16 });
  const cpu = server.cpuMicroseconds() - before;
  const p99 = report.latencies[Math.floor(report.latencies.length * 0.99)]!;
  return [
    { area: "relay", work: "event-ok 64 × 16, p99", ours: Math.round(p99), unit: "us" },
    { area: "relay", work: "CPU of the relay for one event", ours: Math.round(cpu / events), unit: "us" },
  ];
}

/** A thousand subscribers of everything, then ten thousand idle connections. */
async function crowd(
  load: Load,
  server: Server,
  connect: (connections: number, greet?: string) => Promise<LoadReport>,
): Promise<Line[]> {
  await load.ask({ do: "disconnect" });
  await connect(1);
  await connect(1_000, '["REQ","all",{"limit":0}]');
  const fanOut = await load.ask({ do: "fan-out", events: 100 });
  await load.ask({ do: "disconnect" });
  await new Promise((done) => setTimeout(done, 1_000));
  const before = server.residentBytes();
  const idle = 10_000;
  await connect(idle);
  const perConnection = (server.residentBytes() - before) / idle;
  await load.ask({ do: "disconnect" });
  return [
    {
      area: "relay",
      work: "fanout-1000, deliveries",
      ours: Math.round(100_000 / (fanOut.milliseconds / 1_000)),
      unit: "per_s",
    },
    { area: "relay", work: "memory of an idle connection", ours: Math.round(perConnection / 1_024), unit: "kib" },
  ];
}

class Server {
  readonly child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
  }

  static async start(dir: string): Promise<Server> {
    const program = createRequire(import.meta.url).resolve("@subrosa/relay/cli");
    const child = spawn(process.execPath, [program, "--port", "0", "--data", dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    return new Promise((resolve, reject) => {
      child.stdout.on("data", (data: Buffer) => {
        const port = /:(\d+)\s*$/.exec(data.toString())?.[1];
        if (port !== undefined) resolve(new Server(child, Number(port)));
      });
      child.once("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
    });
  }

  /** Of the process with all its threads, from the system's own account. */
  cpuMicroseconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }

  residentBytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, "utf8"))![1]) * 1_024;
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await gone;
  }
}

class Load {
  readonly child = fork(new URL("./relay-load.js", import.meta.url), { serialization: "advanced" });

  ask(order: LoadOrder): Promise<LoadReport> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the load ended with ${code}`));
      this.child.once("exit", ended);
      this.child.once("message", (report) => {
        this.child.off("exit", ended);
        resolve(report as LoadReport);
      });
      this.child.send(order);
    });
  }

  /** Throws where any answer was wrong: a rate of refusals is no rate. */
  async right(order: LoadOrder): Promise<LoadReport> {
    const report = await this.ask(order);
    if (report.wrong > 0) throw new Error(`${report.wrong} answers were wrong`);
    return report;
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await gone;
  }
}
