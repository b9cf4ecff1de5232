/** Our own relay as a process of its own, bundled from its sources: what the client meets in the world, it meets here. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const RELAY = fileURLToPath(new URL("../../../relay/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/subrosa-relay/", import.meta.url));

export class RelayProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, dir: string, url: string) {
    this.#child = child;
    this.#dir = dir;
    this.url = url;
  }

  get http(): string {
    return this.url.replace(/^ws/, "http");
  }

  static async start(): Promise<RelayProcess> {
    mkdirSync(CACHE, { recursive: true });
    const dir = mkdtempSync(join(CACHE, "run-"));
    await build({
      entryPoints: { cli: join(RELAY, "src/cli.ts"), "verify/worker": join(RELAY, "src/verify/worker.ts") },
      ...{ outdir: dir, bundle: true, platform: "node", format: "esm", target: "node20.19" },
      conditions: ["subrosa-source"],
      external: ["lmdb", "ws", "hono", "pino", "pg"],
      logLevel: "error",
    });
    const args = [join(dir, "cli.js"), "serve", "--port", "0", "--host", "127.0.0.1", "--data", join(dir, "data")];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const url = await new Promise<string>((resolve, reject) => {
      const read = (data: Buffer): void => {
        said += data.toString();
        const found = /ws:\/\/[^\s"]+/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("exit", () => reject(new Error(`the relay did not start: ${said}`)));
    });
    return new RelayProcess(child, dir, url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.removeAllListeners("exit");
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
