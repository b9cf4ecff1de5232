/**
 * libsecp256k1 beside the kernel: bench/native/libsecp256k1.c, compiled on demand and driven over a pipe, 128 things
 * for each letter, so that the pipe costs nothing that shows. Where there is no compiler or no library it says so.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Peer, Run } from "./harness.ts";

/** Things in one run, here and in the C file. */
export const THINGS = 128;

const SOURCE = fileURLToPath(new URL("../native/libsecp256k1.c", import.meta.url));

/** Opens the native peer; what it returns names a peer for each letter that the C file understands. */
export function openNative(): (letter: "v" | "t" | "e" | "s") => Peer {
  const program = join(mkdtempSync(join(tmpdir(), "subrosa-bench-")), "libsecp256k1");
  const compiled = spawnSync("cc", ["-O2", "-o", program, SOURCE, "-lsecp256k1"], { encoding: "utf8" });
  if (compiled.status !== 0) {
    const skipped = compiled.error === undefined ? "no libsecp256k1-dev" : "no C compiler";
    return () => ({ name: "libsecp256k1", skipped });
  }
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  // It ends with the program that asks: nothing else keeps it.
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as { unref(): void }).unref();
  child.stdout.setEncoding("utf8");
  const ask = (letter: string): Run => {
    return () =>
      new Promise((resolve, reject) => {
        child.stdout.once("data", (answer: string) =>
          answer.startsWith(letter) ? resolve(answer) : reject(new Error("libsecp256k1 failed at its own signatures")),
        );
        (child.stdout as unknown as { ref(): void }).ref();
        child.stdin.write(`${letter}\n`);
      }).finally(() => (child.stdout as unknown as { unref(): void }).unref());
  };
  return (letter) => ({ name: "libsecp256k1", run: ask(letter) });
}
