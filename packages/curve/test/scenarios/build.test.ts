import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildKernel } from "../../build/build.mjs";

const committed = fileURLToPath(new URL("../../src/kernel.generated.ts", import.meta.url));

test("the committed kernel is what its sources give, byte for byte", { timeout: 300_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), "subrosa-kernel-"));
  try {
    await buildKernel(directory);
    const built = readFileSync(join(directory, "src/kernel.generated.ts"), "utf8");
    expect(built === readFileSync(committed, "utf8"), "run npm run build and commit what changed").toBe(true);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
