/**
 * The native peer: a small C program around Debian's libsecp256k1, built into a temporary folder and kept running, so
 * that a run costs one line each way. Where it cannot be built, the table says why.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Peer } from "./harness.ts";

const SOURCE = fileURLToPath(new URL("../native/two-term.c", import.meta.url));

/** A peer that does `count` products a·G + b·P in a run. */
export function nativeProducts(count: number): Peer {
  const name = "libsecp256k1";
  const program = join(mkdtempSync(join(tmpdir(), "subrosa-bench-")), "two-term");
  try {
    execFileSync("cc", ["-O2", "-o", program, SOURCE, "-lsecp256k1"], { stdio: "pipe" });
  } catch {
    return { name, skipped: "needs a C compiler and libsecp256k1-dev" };
  }
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const [input, output] = [child.stdin as Socket, child.stdout as Socket];
  // The bench ends when its works are done: only while an answer is awaited does the child keep it alive.
  for (const handle of [child, input, output]) handle.unref();
  const run = (): Promise<unknown> =>
    new Promise((resolve) => {
      output.ref();
      output.once("data", (line) => {
        output.unref();
        resolve(line);
      });
      input.write(`${count}\n`);
    });
  return { name, run };
}
