/**
 * The program as a process: bundled from its sources with everything of ours, and the relay's program beside it, so that
 * tests need no build. Inside node_modules, so that it finds what it does not bundle.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const PACKAGES = fileURLToPath(new URL("../../..", import.meta.url));
const EXTERNAL = ["lmdb", "ws", "hono", "pino", "pg", "commander"];

export interface Programs extends Disposable {
  readonly subrosa: string;
  readonly relay: string;
  readonly work: string;
}

export async function bundle(): Promise<Programs> {
  const cache = join(PACKAGES, "../node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "subrosa-cli-"));
  const common: BuildOptions = {
    bundle: true,
    format: "esm",
    target: "node20.19",
    platform: "node",
    conditions: ["subrosa-source"],
    external: EXTERNAL,
    logLevel: "silent",
  };
  const relay = join(folder, "relay/program.js");
  const cli = join(PACKAGES, "cli");
  const shims = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  await Promise.all([
    build({
      ...common,
      banner: shims,
      splitting: true,
      entryPoints: { main: join(cli, "test/programs/main.ts"), "work-thread": join(cli, "src/work-thread.ts") },
      outdir: folder,
    }),
    build({
      ...common,
      entryPoints: {
        program: join(PACKAGES, "relay/src/cli.ts"),
        "verify/worker": join(PACKAGES, "relay/src/verify/worker.ts"),
      },
      outdir: join(folder, "relay"),
    }),
  ]);
  return {
    subrosa: join(folder, "main.js"),
    relay,
    work: join(folder, "work-thread.js"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A process, with what it said, ended by its own id. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out = "";
  err = "";

  constructor(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { PATH = "", HOME = "" } = process.env;
    this.child = spawn(process.execPath, [path, ...args], { stdio: "pipe", env: { PATH, HOME, ...env } });
    this.child.stdout?.on("data", (data: Buffer) => {
      this.out += data.toString();
    });
    this.child.stderr?.on("data", (data: Buffer) => {
      this.err += data.toString();
    });
    this.child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      this.child.once("close", (code, signal) => resolve({ code, signal, out: this.out, err: this.err }));
    });
  }

  /** Waits until it has said this; a process that ends before is a failure with all that it said. */
  async said(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(this.out);
      if (found !== null) return found;
      const next = new Promise<"more">((resolve) => this.child.stdout?.once("data", () => resolve("more")));
      if ((await Promise.race([next, this.ended])) !== "more") {
        const last = words.exec(this.out);
        if (last !== null) return last;
        throw new Error(`it ended and had not said ${words}: ${this.out.slice(-1_000)} ${this.err.slice(-1_000)}`);
      }
    }
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}
