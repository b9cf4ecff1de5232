/** Programs of this package as processes of their own: bundled from their sources once, started, and ended by their id. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** Native and Node-only modules stay where they are; so the bundle must lie below them. */
const EXTERNAL = ["lmdb", "ws", "hono", "pino", "pg"];

/** Bundles one source of this package; returns the path to run, and a way to remove it. */
export async function bundle(source: string): Promise<{ readonly path: string; remove(): void }> {
  mkdirSync(join(PACKAGE, "dist"), { recursive: true });
  const dir = mkdtempSync(join(PACKAGE, "dist", "test-"));
  const path = join(dir, "program.js");
  await build({
    entryPoints: {
      program: join(PACKAGE, source),
      "verify/worker": join(PACKAGE, "src/verify/worker.ts"),
      "proofs/worker": join(PACKAGE, "src/proofs/worker.ts"),
      "policy/script-worker": join(PACKAGE, "src/policy/script-worker.ts"),
    },
    outdir: dir,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["subrosa-source"],
    external: EXTERNAL,
    logLevel: "error",
  });
  return { path, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A process that says where it listens in its first line, as `… ws://host:port`. */
export class Listening {
  readonly url: string;
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  static start(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Listening> {
    const options = { env: { ...process.env, ...env } };
    return Listening.of(spawn(process.execPath, [path, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] }));
  }

  static of(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Listening> {
    let output = "";
    return new Promise((resolve, reject) => {
      const read = (data: Buffer): void => {
        output += data.toString();
        const url = /ws:\/\/[^\s"]+/.exec(output)?.[0];
        if (url !== undefined) resolve(new Listening(child, url));
      };
      child.stdout.on("data", read);
      child.stderr.on("data", (data: Buffer) => {
        output += data.toString();
      });
      child.once("exit", (code) => reject(new Error(`the process ended with ${code}: ${output.slice(-2_000)}`)));
    });
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const gone = new Promise<number | null>((resolve) => this.child.once("exit", resolve));
    this.child.kill(signal);
    return gone;
  }
}
