import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "@subrosa/core/errors";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "./config.ts";
import { readSettings } from "./settings.ts";

const dir = mkdtempSync(join(tmpdir(), "subrosa-settings-"));
afterAll(() => rmSync(dir, { recursive: true }));

function file(content: unknown): string {
  const path = join(dir, `${Math.random()}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("settings", () => {
  test("without anything the relay has its defaults", () => {
    expect(readSettings([])).toEqual({ command: "serve", operands: [], help: false, config: DEFAULT_CONFIG });
  });

  test("flags are read", () => {
    const { config } = readSettings([
      "--port",
      "80",
      "--data=/srv/x",
      "--url",
      "wss://a",
      "--url",
      "wss://b",
      "--durability",
      "relaxed",
    ]);
    expect(config).toMatchObject({ port: 80, data: "/srv/x", urls: ["wss://a", "wss://b"], durability: "relaxed" });
  });

  test("a file sets everything; a flag goes before it", () => {
    const path = file({ name: "Rose", port: 1, pow: 12, members: ["ab".repeat(32)] });
    expect(readSettings(["--config", path, "--port", "2"]).config).toMatchObject({ name: "Rose", port: 2, pow: 12 });
  });

  test("commands have operands", () => {
    expect(readSettings(["check", "wss://x"])).toMatchObject({ command: "check", operands: ["wss://x"] });
  });

  const wrong: [string, string[]][] = [
    ["an unknown flag", ["--pork", "7"]],
    ["a flag without its value", ["--port"]],
    ["a port that is no number", ["--port", "http"]],
    ["a port that is too large", ["--port", "65536"]],
    ["a durability that does not exist", ["--durability", "maybe"]],
    ["a file that does not exist", ["--config", join(dir, "none.json")]],
    ["a file that is no JSON", ["--config", file("port = 7")]],
    ["a setting that does not exist", ["--config", file({ prot: 7 })]],
    ["a setting of the wrong kind", ["--config", file({ pow: "12" })]],
    ["a setting given twice", ["--config", file('{"pow":1,"pow":2}')]],
    ["a member that is no key", ["--config", file({ members: ["npub1"] })]],
  ];
  for (const [title, args] of wrong) {
    test(`${title}: a sentence that says so`, () => {
      expect(() => readSettings(args)).toThrow(UsageError);
    });
  }
});
