import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { seededRandom } from "@subrosa/testkit/random";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKernel } from "../../src/kernel.ts";
import { nodeWorker } from "../../src/pool-node.ts";
import { VerifierPool } from "../../src/verifier-pool.ts";

const folder = mkdtempSync(join(tmpdir(), "subrosa-pool-"));
const entry = join(folder, "worker.mjs");
const kernel = createKernel({ tables: 0 });
const random = seededRandom("pool");

beforeAll(async () => {
  await build({
    stdin: {
      contents: `
        import { parentPort } from "node:worker_threads";
        import { randomBytes } from "node:crypto";
        import { serveNode } from "./pool-node.ts";
        serveNode(parentPort, (length) => new Uint8Array(randomBytes(length)));`,
      resolveDir: fileURLToPath(new URL("../../src/", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["subrosa-source"],
    outfile: entry,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("signatures verified by two threads: in order, the bad ones found, cancelled on request", async () => {
  using pool = new VerifierPool({
    curve: kernel,
    workers: 2,
    openWorker: () => nodeWorker(new Worker(entry)),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    size: 16,
  });
  const items = Array.from({ length: 100 }, (_, i) => {
    const secret = kernel.scalarReduce(random(40));
    const message = random(32);
    const signature = kernel.signSchnorr(message, secret, random(32));
    if (i % 7 === 3) signature[40]! ^= 1;
    return { signature, message, pubkey: kernel.baseMultiply(secret).slice(1) };
  });
  const expected = items.map((_, i) => i % 7 !== 3);
  expect(await pool.verify(items)).toEqual(expected);
  expect(await pool.verify(items.slice(3, 5))).toEqual([false, true]);
  expect(await Promise.all(items.slice(0, 10).map((item) => pool.verifyOne(item)))).toEqual(expected.slice(0, 10));
  const controller = new AbortController();
  const cancelled = pool.verify(items, controller.signal);
  controller.abort(new Error("no longer wanted"));
  await expect(cancelled).rejects.toThrow("no longer wanted");
  expect(await pool.verify(items)).toEqual(expected);
});
