import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../test/stage.ts";
import { COMMANDS } from "./commands.ts";

const NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";

test("a secret key among the arguments is refused, and not repeated", async () => {
  for (const args of [
    ["key", "public", NSEC],
    ["decode", NSEC],
    ["event", "make", `my key is ${NSEC}`],
    ["decode", NSEC.toUpperCase()],
    ["event", "sign", `--key-file=${NSEC}`],
    ["event", "sign", "bunker://aa?relay=wss://r.example&secret=hush"],
  ]) {
    const { code, out, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toMatch(/--key-file, --key-fd or SUBROSA_KEY/);
    expect(`${out}${err}`.toLowerCase()).not.toMatch(/nsec1v|hush/);
  }
});

test("options that would take a secret do not exist, and what was given to them is not repeated", async () => {
  const secret = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa";
  for (const args of [
    ["--sec", secret],
    [`--nsec=${secret}`],
    ["--password", secret],
    [`--colour=${secret}`],
    [secret],
  ]) {
    const { code, out, err } = await run(["key", "new", ...args, "--json"]);
    expect(code, args.join(" ")).toBe(2);
    expect(`${out}${err}`).not.toContain(secret.slice(0, 20));
  }
});

test("wrong arguments: exit code 2, a sentence, and with --json an object with a code", async () => {
  expect(await run(["kye"])).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/key/) });
  expect(await run(["event", "make", "--kind", "many"])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--kind/),
  });
  expect((await run(["event", "publish", "--relay", "http://x", "--json"])).objects).toEqual([
    { type: "error", code: "arguments", message: expect.stringMatching(/ws:\/\//) },
  ]);
  expect((await run(["event", "fetch"])).code).toBe(2);
});

test("without a command the overview is shown", async () => {
  expect(await run([])).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/convert keys/) });
});

test("the version is the package's", async () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  expect((await run(["--version"])).out.trim()).toBe(manifest.version);
});

test("names of commands are written once, and each loads what it names", async () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, load } of COMMANDS) expect(typeof (await load()).run, name).toBe("function");
});

test("--timeout ends what takes too long with the exit code 124", async () => {
  const { code, objects } = await run(["event", "fetch", "--relay", "ws://127.0.0.1:9", "--timeout", "1", "--json"]);
  expect(code).toBe(124);
  expect(objects).toEqual([{ type: "error", code: "timeout", message: "The time is over." }]);
});

test("Ctrl-C ends what waits, without a word", async () => {
  const stop = new AbortController();
  const running = run(["event", "fetch", "--relay", "ws://127.0.0.1:9"], { signal: stop.signal });
  const { Failure } = await import("./failure.ts");
  stop.abort(new Failure("interrupted", "Interrupted."));
  expect(await running).toMatchObject({ code: 130, out: "", err: "" });
});
