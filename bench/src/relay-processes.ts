/** The relay as a process of its own, and processes that load it. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { LoadOrder, LoadReport } from "./relay-load.ts";

const HOST = "127.0.0.1";

export class Server {
  readonly child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
  }

  static async start(dir: string, args: readonly string[] = []): Promise<Server> {
    const program = createRequire(import.meta.url).resolve("@subrosa/relay/cli");
    // With the nursery that the systemd unit and the container give it.
    const child = spawn(
      process.execPath,
      ["--max-semi-space-size=32", program, "--port", "0", "--data", dir, ...args],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    return new Promise((resolve, reject) => {
      child.stdout.on("data", (data: Buffer) => {
        const port = /:(\d+)\s*$/.exec(data.toString())?.[1];
        if (port !== undefined) resolve(new Server(child, Number(port)));
      });
      child.once("exit", (code) => reject(new Error(`the relay ended with ${code}`)));
    });
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: HOST, port: this.port };
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

export class Load {
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

  /** Opens so many more, each of which says `greet` first. */
  connect(server: Server, connections: number, greet?: string, stalls = false): Promise<LoadReport> {
    return this.ask({ do: "connect", ...server.address, connections, greet, stalls });
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
