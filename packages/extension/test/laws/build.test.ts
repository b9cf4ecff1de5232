/** The zips are the same bytes wherever they are made, and the manifest asks for no more than is used. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildExtension } from "../../build.mjs";
import { crc32 } from "../../zip.mjs";

const folders = ["a", "another-name"].map((name) => join(mkdtempSync(join(tmpdir(), "subrosa-build-")), name));
const [first = "", second = ""] = folders;
const zips = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".zip"));

beforeAll(async () => {
  for (const folder of folders) await buildExtension(folder);
});
afterAll(() => {
  for (const folder of folders) rmSync(join(folder, ".."), { recursive: true });
});

test("two builds in two places are the same bytes", () => {
  expect(zips(first)).toEqual(["subrosa-0.1.0-chromium.zip", "subrosa-0.1.0-firefox.zip"]);
  for (const name of zips(first)) {
    expect(readFileSync(join(first, name)).equals(readFileSync(join(second, name))), name).toBe(true);
  }
});

test("what is built mentions no folder of the machine it was built on, and loads nothing from elsewhere", () => {
  for (const name of readdirSync(join(first, "chromium"))) {
    const text = readFileSync(join(first, "chromium", name), "latin1");
    expect(text.includes(process.cwd()), name).toBe(false);
    expect(/\b(?:eval|importScripts)\(|new Function\(|innerHTML/.test(text), name).toBe(false);
    expect(/console\.\w+\(/.test(text), name).toBe(false);
  }
});

test("no host permissions, no page of ours inside a site's, and a strict policy", () => {
  for (const browser of ["chromium", "firefox"]) {
    const manifest = JSON.parse(readFileSync(join(first, browser, "manifest.json"), "utf8"));
    expect(manifest.permissions).toEqual(["storage", "alarms"]);
    expect(manifest.host_permissions ?? manifest.web_accessible_resources ?? manifest.externally_connectable).toBe(
      undefined,
    );
    expect(manifest.content_security_policy.extension_pages).toMatch(
      /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/,
    );
    expect(manifest.content_scripts.every((one: { all_frames?: boolean }) => one.all_frames !== true)).toBe(true);
  }
});

test("the zip's checksum is CRC-32 (check value of the standard)", () => {
  expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
});
