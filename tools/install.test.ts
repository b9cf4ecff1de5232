import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isInstalled, nodeTooOld } from "./install.mjs";
import { servers } from "./up.mjs";

describe("an old Node is answered with one sentence", () => {
  test.each(["18.20.4", "20.18.9", "20.9.0", "4.0.0"])("%s is too old", (version) => {
    expect(nodeTooOld(version)).toMatch(/^Subrosa needs Node 20\.19 or newer, and this is Node .*\.$/);
  });
  test.each(["20.19.0", "20.20.2", "22.1.0", "100.0.0"])("%s will do", (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  });
});

describe("what is installed is compared with the lockfile", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "subrosa-install-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, content: unknown): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  };
  const repository = (installed: Record<string, object>): void => {
    const wanted = {
      "": {},
      "packages/core": {},
      "node_modules/ours": { resolved: "packages/core", link: true },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/for-another-platform": { version: "1.0.0", optional: true },
    };
    write("package-lock.json", { packages: wanted });
    write("node_modules/.package-lock.json", { packages: installed });
    write("node_modules/a/package.json", {});
    write("node_modules/ours/package.json", {});
  };

  test("the same versions are fresh, without what is for another platform", () => {
    repository({ "node_modules/a": { version: "1.0.0" } });
    expect(isInstalled(root)).toBe(true);
  });
  test("another version is stale", () => {
    repository({ "node_modules/a": { version: "1.0.1" } });
    expect(isInstalled(root)).toBe(false);
  });
  test("a missing package is stale", () => {
    repository({});
    expect(isInstalled(root)).toBe(false);
  });
  test("a package whose folder was deleted is stale", () => {
    repository({ "node_modules/a": { version: "1.0.0" } });
    rmSync(join(root, "node_modules/a"), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
  test("a workspace that is not linked is stale", () => {
    repository({ "node_modules/a": { version: "1.0.0" } });
    rmSync(join(root, "node_modules/ours"), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
  test("a bare clone is stale", () => {
    write("package-lock.json", { packages: {} });
    expect(isInstalled(root)).toBe(false);
  });

  test("npm start serves the packages that say how, and no other", () => {
    write("package.json", { workspaces: ["packages/*"] });
    write("packages/core/package.json", { name: "core" });
    write("packages/relay/package.json", { name: "relay", subrosa: { serve: "./dist/serve.js" } });
    expect(servers(root)).toEqual([join(root, "packages/relay/dist/serve.js")]);
  });
});
