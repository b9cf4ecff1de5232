import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@subrosa/core/errors";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "./config.ts";
import { settingsTable } from "./config-help.ts";
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

  test("a policy stands beside the file that names it", () => {
    const path = file({ policy: "./own.mjs" });
    expect(readSettings(["--config", path]).config.policy).toBe(join(dir, "own.mjs"));
  });

  const advised: [unknown, RegExp][] = [
    [{ prot: 7 }, /no setting "prot"; did you mean port; see subrosa-relay settings/],
    [{ maxEventByte: 7 }, /did you mean maxEventBytes/],
    [{ zzz: 7 }, /no setting "zzz"; see/],
    [{ pow: "12" }, /pow takes a whole number from 0 to 64/],
    [{ pow: 65 }, /pow takes a whole number from 0 to 64/],
    [{ members: ["ab".repeat(32), "npub1"] }, /members\[1\] takes a list of keys/],
    [{ anonymousRing: [] }, /anonymousRing takes a list of 3 to 1000 keys/],
    [{ proofs: "maybe" }, /proofs takes `off`, `after` or `before`/],
    ['{"pow":1,"pow":2}', /twice; remove one/],
    ["port = 7", /no JSON object; see relay.example.json/],
  ];
  for (const [content, advice] of advised) {
    test(`${JSON.stringify(content).slice(0, 50)}: the path and what to do`, () => {
      expect(() => readSettings(["--config", file(content)])).toThrow(advice);
    });
  }

  test("a flag that is wrong: what it takes", () => {
    expect(() => readSettings(["--durability", "maybe"])).toThrow(/durability takes `full` or `relaxed`/);
  });

  test("the page of settings says what the program says, and the example is right", () => {
    const guide = new URL("../../../docs/guide/", import.meta.url);
    expect(readFileSync(new URL("settings.md", guide), "utf8")).toContain(settingsTable());
    const example = fileURLToPath(new URL("relay.example.json", guide));
    expect(readSettings(["--config", example]).config).toMatchObject({ urls: [expect.stringMatching(/^wss:/)] });
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
