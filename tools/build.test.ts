import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { kernelDigest } from "./build.mjs";

test("the kernel is stale when a source of it, its generator or its result has changed", () => {
  const root = mkdtempSync(join(tmpdir(), "subrosa-build-"));
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    return kernelDigest(root);
  };
  try {
    const digests = [
      write("packages/curve/build/build.mjs", "1"),
      write("packages/curve/assembly/field.ts", "1"),
      write("packages/curve/assembly/field.ts", "2"),
      write("packages/curve/assembly/deep/er.ts", "1"),
      write("packages/curve/src/kernel.generated.ts", "1"),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(write("packages/curve/src/other.ts", "1")).toBe(digests.at(-1));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
