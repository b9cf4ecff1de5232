/** subrosa-relay as an operator meets it: a process, flags, signals, files. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCurve } from "@subrosa/curve/open-curve";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Person } from "../../src/check/person.ts";
import { Client } from "../client.ts";
import { bundle, Listening } from "../process.ts";

const curve = openCurve();
let program: Awaited<ReturnType<typeof bundle>>;
let dir: string;
beforeAll(async () => {
  program = await bundle("src/cli.ts");
  dir = mkdtempSync(join(tmpdir(), "subrosa-program-"));
});
afterAll(() => {
  program.remove();
  rmSync(dir, { recursive: true });
});

async function run(args: readonly string[], input = ""): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program.path, ...args]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

test("a relay is served, stopped by SIGTERM, verified, exported, imported elsewhere and verified there", async () => {
  const [first, second] = [join(dir, "first"), join(dir, "second")];
  const author = new Person(curve);
  const wrap = author.sign({ kind: 1059, tags: [["p", new Person(curve).pubkey]] });
  const events = [author.sign({ content: "🌹" }), author.sign({ kind: 0 }), wrap];
  const relay = await Listening.start(program.path, ["--port", "0", "--data", first]);
  const client = await Client.open(relay.url);
  for (const each of events) expect((await client.publish(each)).accepted).toBe(true);
  expect(await relay.end("SIGTERM")).toBe(0);
  expect(client.closed?.code).toBe(1001);

  expect(await run(["verify", "--data", first])).toMatchObject({ code: 0, out: "3 events, nothing wrong.\n" });
  const exported = await run(["export", "--data", first]);
  const lines = exported.out.trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).sort()).toEqual(
    events.map(({ id }) => id).sort(),
  );

  const forged = JSON.stringify({ ...events[0], content: "changed" });
  const imported = await run(["import", "--data", second], `${exported.out}\n${lines[0]}\n${forged}\nnot json\n`);
  expect(imported).toMatchObject({ code: 1, out: "3 stored, 1 known, 2 refused.\n" });
  expect((await run(["verify", "--data", second])).out).toBe("3 events, nothing wrong.\n");
});

test("mistakes are answered with a sentence and the exit code 2", async () => {
  expect(await run(["--pork"])).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/--help/) });
  expect(await run(["dance"])).toMatchObject({ code: 2, err: expect.stringMatching(/no command dance/) });
  const file = join(dir, "config.json");
  writeFileSync(file, '{"prot":1}');
  expect(await run(["--config", file])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no setting "prot"; did you mean port/),
  });
  expect((await run(["--help"])).out).toMatch(/subrosa-relay verify/);
});

test("a port that is taken: a sentence, and the database is released", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const result = await run(["--port", String(port), "--data", join(dir, "taken")]);
  expect(result).toMatchObject({ code: 2, err: expect.stringMatching(/EADDRINUSE/) });
  await new Promise((resolve) => taken.close(resolve));
});

test("check tries a relay at an address and says how it went", async () => {
  const relay = await Listening.start(program.path, ["--port", "0", "--data", join(dir, "checked")]);
  const { code, out } = await run(["check", relay.url]);
  await relay.end();
  expect(out).toMatch(/^NIP-1: \d+ kept, 0 broken, 0 not tried$/m);
  expect(code).toBe(0);
});
