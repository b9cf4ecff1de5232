/**
 * A relay on a disk of its own that can be full: a tmpfs in a mount namespace of its own, which needs no privileges
 * where the system allows user namespaces. From outside it is seen through the process.
 */
import { spawn, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Listening } from "./process.ts";

export const canMount =
  spawnSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"], { stdio: "ignore" }).status === 0;

export class FullDisk {
  readonly #dir: string;
  readonly relay: Listening;

  private constructor(relay: Listening, dir: string) {
    this.relay = relay;
    this.#dir = dir;
  }

  /** The data is in `dir`/data; `keep` is copied in before the relay starts. */
  static async start(program: string, dir: string, megabytes: number, ...args: readonly string[]): Promise<FullDisk> {
    const script = `mount -t tmpfs -o size=${megabytes}m none "$0" && exec "$@"`;
    const command = ["-rm", "sh", "-c", script, dir, process.execPath, program, "--port", "0"];
    const child = spawn("unshare", [...command, "--data", join(dir, "data"), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new FullDisk(await Listening.of(child), dir);
  }

  /** The same folder, as this process sees it. */
  get inside(): string {
    return join(`/proc/${this.relay.child.pid}/root`, this.#dir);
  }

  /** Takes all the space there is left. */
  fill(): void {
    for (let size = 1 << 20; size >= 4_096; size >>= 1) {
      for (let i = 0; this.#take(`filler-${size}-${i}`, size); i++);
    }
  }

  #take(name: string, size: number): boolean {
    try {
      writeFileSync(join(this.inside, name), Buffer.alloc(size, 1));
      return true;
    } catch {
      rmSync(join(this.inside, name), { force: true });
      return false;
    }
  }

  free(): void {
    spawnSync("sh", ["-c", `rm -f "$0"/filler-*`, this.inside]);
  }
}
