/**
 * The zips are the same bytes wherever they are made, and the manifest asks for no more than is used. What is said of
 * the manifest here is what `web-ext lint` says an error or a warning about; docs/extension.md tells how to run that too.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildExtension } from "../../build.mjs";
import { crc32 } from "../../zip.mjs";

const folders = ["a", "another-name"].map((name) => join(mkdtempSync(join(tmpdir(), "subrosa-build-")), name));
const [first = "", second = ""] = folders;
const zips = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".zip"));

beforeAll(async () => {
  await buildExtension(first);
  // As somebody else would: the program, from another folder, in another part of the world, under another name for it.
  const program = join(import.meta.dirname, "../../build.mjs");
  const env = { PATH: process.env["PATH"], TZ: "Pacific/Chatham", LC_ALL: "tr_TR.UTF-8", NODE_ENV: "development" };
  execFileSync(process.execPath, [program, second], { cwd: join(second, ".."), env, stdio: "ignore" });
}, 400_000);
afterAll(() => {
  for (const folder of folders) rmSync(join(folder, ".."), { recursive: true });
});

test("two builds, in two places, time zones, languages and environments, are the same bytes", () => {
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

test("the folder and the zip hold the same files, each once, and nothing else", () => {
  for (const browser of ["chromium", "firefox"]) {
    const bytes = readFileSync(join(first, `subrosa-0.1.0-${browser}.zip`));
    const names: string[] = [];
    // The local headers, one after the other: a name's length is at 26, the stored size at 18 and 22.
    for (let at = 0; bytes.readUInt32LE(at) === 0x0403_4b50; ) {
      const name = bytes.toString("utf8", at + 30, at + 30 + bytes.readUInt16LE(at + 26));
      const start = at + 30 + bytes.readUInt16LE(at + 26);
      at = start + bytes.readUInt32LE(at + 22);
      expect(bytes.subarray(start, at).equals(readFileSync(join(first, browser, name))), name).toBe(true);
      names.push(name);
    }
    expect(names).toEqual(readdirSync(join(first, browser)).sort());
  }
});

test("the manifest names files that are there, icons of the size they have, and knows no unknown field", () => {
  for (const browser of ["chromium", "firefox"]) {
    const at = (name: string) => join(first, browser, name);
    const manifest = JSON.parse(readFileSync(at("manifest.json"), "utf8"));
    const known =
      "action background browser_specific_settings content_scripts content_security_policy description icons incognito";
    const names = [...known.split(" "), "manifest_version", "minimum_chrome_version", "name", "options_ui"];
    expect(Object.keys(manifest).filter((key) => ![...names, "permissions", "version"].includes(key))).toEqual([]);
    const { service_worker: worker, scripts } = manifest.background;
    const programs = manifest.content_scripts.flatMap((one: { js: string[] }) => one.js);
    for (const name of [worker ?? scripts[0], manifest.options_ui.page, manifest.action.default_icon, ...programs]) {
      expect(existsSync(at(name)), name).toBe(true);
    }
    for (const [size, name] of Object.entries<string>(manifest.icons)) {
      const png = readFileSync(at(name));
      expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(["PNG", +size, +size]);
    }
    expect(manifest.name.length <= 45 && manifest.description.length <= 132).toBe(true);
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("Firefox is told the extension's name, that it collects nothing, and no version that does not know that", () => {
  const { browser_specific_settings: settings } = JSON.parse(
    readFileSync(join(first, "firefox", "manifest.json"), "utf8"),
  );
  expect(settings.gecko.id).toMatch(/^[a-z0-9-]+@[a-z0-9.-]+$/);
  expect(settings.gecko.data_collection_permissions).toEqual({ required: ["none"] });
  // The field is known from 140 on, on Android from 142 on; worlds of content scripts, from 128 on.
  expect(Number.parseInt(settings.gecko.strict_min_version, 10)).toBeGreaterThanOrEqual(142);
});

test("the extension's pages have no script, style or handler of their own inside, and load theirs alone", () => {
  for (const name of ["options.html", "prompt.html"]) {
    const html = readFileSync(join(first, "firefox", name), "utf8");
    expect(/\son\w+\s*=|\sstyle\s*=|<style|javascript:|https?:/i.test(html), name).toBe(false);
    for (const [, file = ""] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
      expect(existsSync(join(first, "firefox", file)), file).toBe(true);
    }
    expect([...html.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, inside]) => inside)).toEqual([""]);
  }
});

test("the zip's checksum is CRC-32 (check value of the standard)", () => {
  expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
});
