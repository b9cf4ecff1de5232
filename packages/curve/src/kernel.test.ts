import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { seededRandom } from "@subrosa/testkit/random";
import { describe, expect, test } from "vitest";
import { KERNEL_BASE64, KERNEL_SHA256 } from "./kernel.generated.ts";
import { createKernel } from "./kernel.ts";
import { fromBase64, instantiate } from "./wasm.ts";

const CALLS = process.env["SUBROSA_LONG"] === undefined ? 20_000 : 1_000_000;

describe("the kernel", () => {
  test("embeds the bytes that its digest names, within 60 kB gzip", () => {
    const bytes = fromBase64(KERNEL_BASE64);
    expect(Buffer.from(bytes).equals(Buffer.from(KERNEL_BASE64, "base64"))).toBe(true);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(KERNEL_SHA256);
    expect(gzipSync(bytes, { level: 9 }).length).toBeLessThan(60 * 1024);
  });

  test("needs nothing of its host: it is instantiated without imports", () => {
    expect(instantiate<object>(fromBase64(KERNEL_BASE64))).toHaveProperty("memory");
  });

  test("states its memory, which the options decide", () => {
    const small = createKernel({ keys: 4, tables: 0 });
    const large = createKernel({ keys: 5000, tables: 100 });
    expect(small.memory.keys).toBe(4);
    expect(large.memory.keys).toBe(8192);
    const grown = (8192 - 4) * large.memory.bytesPerKey + 100 * large.memory.bytesPerTable;
    expect(Math.abs(large.memory.bytes - small.memory.bytes - grown)).toBeLessThan(2 * 65_536);
    expect(small.memory.bytes).toBeGreaterThan(small.memory.baseTableBytes);
    expect(() => createKernel({ tables: -1 })).toThrow(/usage\/range/);
    expect(() => createKernel({ tables: 0.5 })).toThrow(/usage\/range/);
    expect(() => createKernel({ keys: 1e9 })).toThrow(/usage\/range/);
  });

  test(`memory is the same after ${CALLS} calls, with more keys than it remembers`, { timeout: 3_600_000 }, () => {
    const kernel = createKernel({ keys: 64, tables: 8 });
    const random = seededRandom("leak");
    const keys = Array.from({ length: 300 }, () => kernel.baseMultiply(kernel.scalarReduce(random(40))).slice(1));
    const secret = kernel.scalarReduce(random(40));
    const message = random(32);
    const signature = kernel.signSchnorr(message, secret, random(32));
    const item = { signature, message, pubkey: kernel.baseMultiply(secret).slice(1) };
    const before = kernel.memory.bytes;
    for (let i = 0; i < CALLS; i++) {
      const key = keys[(i * i) % keys.length]!;
      if (i % 100 === 0) {
        const ring = kernel.openRing(keys.slice(i % 290, (i % 290) + 10))!;
        const scalars = new Uint8Array(320).fill(i & 127);
        ring.sums(scalars, scalars);
        expect(kernel.verifySchnorrBatch([item, item, item, item, item], random)).not.toContain(false);
      }
      kernel.verifySchnorr(signature, message, i % 10 === 0 ? item.pubkey : key);
    }
    expect(kernel.verifySchnorr(signature, message, item.pubkey)).toBe(true);
    expect(kernel.memory.bytes).toBe(before);
    expect(createKernel({ keys: 64, tables: 8 }).memory.bytes).toBe(before);
  });
});
