/**
 * A small repository on which every check holds, for the tests of the checks: each of them then seeds one fault.
 * It takes this repository's own configuration, so a setting that was loosened here is loose there too.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./project.mjs";

export type Files = Readonly<Record<string, string>>;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const locked = (version: string, more: object = {}): object => ({ version, integrity: "sha512-x", ...more });

export const LOCK = {
  "": { name: "fixture" },
  "node_modules/@fixture/core": { resolved: "packages/core", link: true },
  "packages/core": { name: "@fixture/core", dependencies: { "@noble/hashes": "2.4.0" } },
  "node_modules/@noble/hashes": locked("2.4.0"),
  "node_modules/tool": locked("1.0.0", { dev: true, hasInstallScript: true }),
};

export const lockfile = (packages: object): string => json({ lockfileVersion: 3, packages });

export const CORE_MANIFEST = {
  name: "@fixture/core",
  version: "0.1.0",
  type: "module",
  exports: { "./*": "./dist/*.js" },
  dependencies: { "@noble/hashes": "2.4.0" },
};

const SOUND: Files = {
  "package.json": json({ name: "fixture", private: true, workspaces: ["packages/*"] }),
  "package-lock.json": lockfile(LOCK),
  "tsconfig.json": json({ files: [], references: [{ path: "packages/core" }] }),
  ".gitignore": "node_modules/\ndist/\n",
  "README.md": '# A fixture\n\n```ts\nimport assert from "node:assert";\n\nassert.equal(1 + 1, 2);\n```\n',
  "docs/spec/rings.md": "# Rings\n\nImplemented: RING-1\n\n- **RING-1** A ring has keys.\n- **RING-2** Not yet.\n",
  "vectors/ring.json": json({ spec: "RING-1", source: "written here", cases: [] }),
  "api/core.txt":
    "## @fixture/core/bytes\nexport declare function first(bytes: Uint8Array): number | undefined;\n\n" +
    "## @fixture/core/ring/ring\nexport declare function ringSize(keys: Uint8Array): number;\n",
  "tools/sizes.json": json({ "": 1000 }),
  "packages/core/package.json": json(CORE_MANIFEST),
  "packages/core/src/bytes.ts":
    "/** Bytes. */\nexport function first(bytes: Uint8Array): number | undefined {\n  return bytes[0];\n}\n",
  "packages/core/src/ring/ring.ts":
    '/** RING-1. */\nimport { first } from "../bytes.ts";\n\n' +
    "export function ringSize(keys: Uint8Array): number {\n  return first(keys) ?? 0;\n}\n",
  "packages/core/test/ring.test.ts":
    'import { test } from "vitest";\n\ntest("RING-1: a ring has keys", () => void "../../../vectors/ring.json");\n',
};

const COPIED = [".npmrc", "biome.json", "tsconfig.base.json", "packages/core/tsconfig.json"];

/** Makes the repository with these files over it, hands its folder to `use`, and removes it. */
export async function withRepository<T>(seeded: Files, use: (root: string) => T | Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), "subrosa-fixture-"));
  try {
    const files = { ...SOUND, ...seeded };
    for (const path of [...COPIED, ...Object.keys(files)]) mkdirSync(dirname(join(root, path)), { recursive: true });
    for (const path of COPIED) copyFileSync(join(ROOT, path), join(root, path));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
