import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findChromium } from "./chromium.ts";

test("the first program on the path is taken, a file that cannot be run is not", () => {
  const folder = mkdtempSync(join(tmpdir(), "subrosa-"));
  try {
    const path = join(folder, "chromium-browser");
    writeFileSync(path, "");
    expect(findChromium({ PATH: folder })).toBeUndefined();
    chmodSync(path, 0o755);
    expect(findChromium({ PATH: folder })).toBe(path);
    expect(findChromium({ PATH: folder, CHROMIUM: join(folder, "none") })).toBeUndefined();
    expect(findChromium({ PATH: "", CHROMIUM: path })).toBe(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
