/** The program as a process among others: pipes that close, Ctrl-C, terminals, descriptors, two at once. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle, type Programs, Running } from "../programs/bundle.ts";
import { Shell } from "../programs/shell.ts";

const PASSPHRASE = "correct horse battery";
let programs: Programs;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  programs = await bundle();
  folder = mkdtempSync(join(tmpdir(), "subrosa-process-"));
  env = { SUBROSA_STORE: join(folder, "store"), SUBROSA_PASSPHRASE: PASSPHRASE };
}, 120_000);
afterAll(() => {
  programs?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], more: Record<string, string> = {}) =>
  new Running(programs.subrosa, args, { ...env, ...more }).ended;

test("bash completes commands, their options, and files, with the script as it is written", async () => {
  const script = join(folder, "subrosa.bash");
  writeFileSync(script, (await run(["completion", "bash"])).out);
  const complete = (...words: string[]): string[] => {
    const line = `source '${script}'; COMP_WORDS=(subrosa ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _subrosa; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", line], { encoding: "utf8", cwd: folder }).trim().split("\n");
  };
  expect(complete("gro")).toEqual(["group"]);
  expect(complete("ring", "")).toEqual(["sign", "verify", "link"]);
  expect(complete("--json", "key", "c")).toEqual(["convert"]);
  expect(complete("verify", "--su")).toEqual(["--summary"]);
  expect(complete("event", "publish", "--au")).toEqual(["--auth"]);
  expect(complete("ring", "verify", "subrosa.b")).toContain("subrosa.bash");
  for (const [shell, mark] of [
    ["zsh", "#compdef subrosa"],
    ["fish", "complete -c subrosa"],
  ] as const) {
    expect((await run(["completion", shell])).out).toContain(mark);
  }
});

const hasShell = (name: string): boolean => spawnSync(name, ["-c", "exit 0"]).status === 0;

test.runIf(hasShell("fish"))("fish completes commands and options, with the script as it is written", async () => {
  const script = join(folder, "subrosa.fish");
  writeFileSync(script, (await run(["completion", "fish"])).out);
  const complete = (line: string): string[] => {
    const asked = ["--no-config", "-c", `source '${script}'; complete -C '${line}'`];
    const out = execFileSync("fish", asked, { encoding: "utf8", env: { ...process.env, HOME: folder } });
    return out
      .trim()
      .split("\n")
      .map((each) => each.split("\t")[0]!);
  };
  expect(complete("subrosa gr")).toEqual(["group"]);
  expect(complete("subrosa group in")).toEqual(["info", "invite"]);
  expect(complete("subrosa dm send --re")).toEqual(["--reply"]);
});

test.runIf(hasShell("zsh"))("zsh registers the completion, with the script as it is written", async () => {
  const script = join(folder, "_subrosa");
  writeFileSync(script, (await run(["completion", "zsh"])).out);
  const line = `autoload -U +X compinit && compinit -u -D; source '${script}'; print -r -- "\${_comps[subrosa]}"`;
  expect(execFileSync("zsh", ["-f", "-c", line], { encoding: "utf8" })).toContain("_subrosa");
});

test("a pipe that closes ends it without a word", async () => {
  const program = `'${process.execPath}' '${programs.subrosa}'`;
  const lines = `for i in $(seq 3000); do echo '{"kind":1,"content":"a word"}'; done`;
  const { stdout, stderr } = spawnSync("bash", ["-c", `${lines} | ${program} decode | head -1`], { encoding: "utf8" });
  expect(stdout).toMatch(/^an event of kind 1/);
  expect(stderr).toBe("");
});

test("Ctrl-C ends what waits, quickly, without a word, with the code 130", async () => {
  await using relay = await FakeRelay.open();
  const waiting = new Running(programs.subrosa, ["event", "fetch", "--relay", relay.url, "--watch"], env);
  while (relay.connections.every(({ said }) => said.length === 0))
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await waiting.end("SIGINT")).toMatchObject({ code: 130, out: "", err: "" });
});

test("a secret is asked for on the terminal, though standard input is a pipe, and is not shown", async (context) => {
  if (spawnSync("script", ["--version"]).status !== 0)
    return context.skip("there is no script(1) to make a terminal with");
  const key = (await run(["key", "new", "--json"])).out;
  const { nsec, npub } = JSON.parse(key) as { nsec: string; npub: string };
  const inner = `echo '{"kind":1}' | '${process.execPath}' '${programs.subrosa}' event sign --json`;
  const child = spawn("script", ["-qefc", inner, "/dev/null"], { stdio: "pipe" });
  let shown = "";
  let isTyped = false;
  child.stdout.on("data", (data: Buffer) => {
    shown += data.toString();
    if (isTyped || !shown.includes("Secret key")) return;
    isTyped = true;
    child.stdin.write(`${nsec}\r`);
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(shown).not.toContain(nsec.slice(0, 12));
  const event = /\{"type":"event".*\}/.exec(shown)?.[0] ?? "";
  expect((await run(["decode", event.slice(event.indexOf('{"id"'), -1)])).out).toContain(npub);
});

test("keys and passphrases come from descriptors, files and the environment", async () => {
  const { nsec, npub } = JSON.parse((await run(["key", "new", "--json"])).out) as { nsec: string; npub: string };
  const file = join(folder, "a.key");
  writeFileSync(file, `${nsec}\n`, { mode: 0o600 });
  const fd = openSync(file, "r");
  const child = spawnSync(process.execPath, [programs.subrosa, "key", "public", "--key-fd", "3"], {
    stdio: ["ignore", "pipe", "pipe", fd],
    encoding: "utf8",
  });
  expect(child.stdout).toContain(npub);
  expect((await run(["key", "public", "--key-file", file])).out).toContain(npub);
  expect((await run(["key", "public"], { SUBROSA_KEY: nsec })).out).toContain(npub);
  const sealed = await run(["key", "convert", "--key-file", file, "--to", "ncryptsec", "--json"]);
  const { ncryptsec } = JSON.parse(sealed.out) as { ncryptsec: string };
  expect((await run(["key", "public"], { SUBROSA_KEY: ncryptsec })).out).toContain(npub);
  const wrong = await run(["key", "public"], { SUBROSA_KEY: ncryptsec, SUBROSA_PASSPHRASE: "wrong horse" });
  expect(wrong).toMatchObject({ code: 1, out: "", err: "subrosa: The passphrase does not open this key.\n" });
  const loose = join(folder, "loose.key");
  writeFileSync(loose, nsec, { mode: 0o644 });
  expect((await run(["key", "public", "--key-file", loose])).err).toMatch(/chmod 600/);
});

test("an event that every relay refuses: who refused, and why, and never the code 0; one that takes it is enough", async () => {
  await using strict = await FakeRelay.open();
  await using open = await FakeRelay.open();
  strict.misbehaviour.refuse = () => "blocked: \u001b[31mnot you";
  const key = (JSON.parse((await run(["key", "new", "--json"])).out) as { nsec: string }).nsec;
  const event = (await run(["event", "sign", '{"kind":1,"content":"x"}'], { SUBROSA_KEY: key })).out.trim();
  const all = await run(["event", "publish", event, "--relay", strict.url, "--json"]);
  expect(all.code).toBe(1);
  expect(
    all.out
      .split("\n")
      .slice(0, 2)
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { type: "published", published_to: [], rejected_by: [{ relay: strict.url, reason: "blocked: \u001b[31mnot you" }] },
    { type: "error", code: "publish-refused" },
  ]);
  expect(all.out).not.toContain("\u001b");
  const some = await run(["event", "publish", event, "--relay", strict.url, "--relay", open.url]);
  expect(some).toMatchObject({ code: 0, out: expect.stringMatching(/refused by .*: blocked/) });
});

test("one process at a time for an account: a second one is told who has it, or waits until it is free", async () => {
  await using relay = await FakeRelay.open();
  expect((await run(["account", "new", "una", "--relay", relay.url])).code).toBe(0);
  const first = await Shell.open(programs.subrosa, "una", env);
  const told = await run(["account", "show", "--account", "una", "--no-wait", "--json"]);
  expect(told.code).toBe(1);
  expect(JSON.parse(told.out)).toMatchObject({
    code: "store-busy",
    message: expect.stringContaining(`process ${first.running.child.pid}: shell`),
  });
  const late = await run(["account", "show", "--account", "una", "--timeout", "1"]);
  expect(late).toMatchObject({ code: 124, err: expect.stringMatching(/Waiting for it to end/) });
  const waiting = new Running(programs.subrosa, ["account", "show", "--account", "una"], env);
  while (!waiting.err.includes("Waiting")) await new Promise((resolve) => setTimeout(resolve, 20));
  // Taken back by the system, however it ends.
  await first.running.end("SIGKILL");
  expect((await waiting.ended).code).toBe(0);
}, 240_000);

test("a wrong passphrase is one error; a closed account shows neither keys nor words nor names nor relays on the disk", async () => {
  await using relay = await FakeRelay.open();
  const { nsec, pubkey } = JSON.parse((await run(["key", "new", "--json"])).out) as { nsec: string; pubkey: string };
  const hex = JSON.parse((await run(["key", "convert", "--to", "hex", "--json"], { SUBROSA_KEY: nsec })).out) as {
    hex: string;
  };
  await run(["account", "import", "dua", "--relay", relay.url], { SUBROSA_KEY: nsec });
  const shell = await Shell.open(programs.subrosa, "dua", env);
  const { group } = await shell.run("group", "create", "canary-of-the-rose");
  await shell.run("group", "send", String(group), "canary words in the dark");
  await shell[Symbol.asyncDispose]();
  const canaries = [nsec, hex.hex, pubkey, String(group), "canary-of-the-rose", "canary words", relay.url, PASSPHRASE];
  const forms = canaries.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, "utf16le"),
    Buffer.from(Buffer.from(text).toString("base64").slice(0, -4)),
    ...(/^[0-9a-f]{64}$/.test(text) ? [Buffer.from(text, "hex")] : []),
  ]);
  const files = readdirSync(join(folder, "store"), { recursive: true, encoding: "utf8" }).map((name) =>
    join(folder, "store", name),
  );
  const contents = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path));
  expect(contents.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(4_096);
  for (const bytes of contents)
    for (const form of forms) expect(bytes.includes(form), form.toString("latin1")).toBe(false);
  for (const wrong of ["incorrect horse", "", "x".repeat(1_000)]) {
    const asked = wrong === "" ? { SUBROSA_PASSPHRASE: " " } : { SUBROSA_PASSPHRASE: wrong };
    const { code, out, err } = await run(["account", "show", "--account", "dua", "--json"], asked);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      ...{ type: "error", code: "passphrase", reason: "store-passphrase", message: "The passphrase is wrong." },
    });
    expect(err).toBe("subrosa: The passphrase is wrong.\n");
  }
  expect(existsSync(join(folder, "store", "current"))).toBe(true);
  if (process.platform !== "win32") expect(statSync(join(folder, "store")).mode & 0o077).toBe(0);
}, 240_000);

test("relay check tries the rules on the relay that relay serve runs; an unreachable one is a failure with a sentence", async () => {
  const relay = new Running(
    programs.subrosa,
    ["relay", "serve", "--port", "0", "--data", join(folder, "relay"), "--json"],
    env,
  );
  const url = (await relay.said(/ws:\/\/127\.0\.0\.1:\d+/))[0];
  const { code, out, err } = await run(["relay", "check", url, "--json"]);
  expect(code, err).toBe(0);
  const sums = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; broken: number; kept: number });
  expect(sums.every(({ type, broken }) => type === "relay_check" && broken === 0)).toBe(true);
  expect(sums.reduce((sum, { kept }) => sum + kept, 0)).toBeGreaterThan(50);
  expect((await relay.end()).out).toMatch(/^\{"type":"listening","url":"ws:/);
  const away = await run(["relay", "info", url, "--json"]);
  expect({ code: away.code, ...JSON.parse(away.out) }).toMatchObject({
    code: "relay",
    message: "The relay cannot be reached.",
  });
  expect(away.code).toBe(1);
}, 240_000);
