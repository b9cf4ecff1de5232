/** `kill -9` at any moment of a process that sends: what it said was durable arrives, and nothing arrives twice. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { bundle, Running } from "../programs/bundle.ts";
import { Shell } from "../programs/shell.ts";

const KILLS = process.env["SUBROSA_LONG"] === undefined ? 12 : 200;

test(`killed with −9 ${KILLS} times while it sends, it loses nothing that it said was sent, and sends nothing twice`, async () => {
  const seed = "cli kills";
  const random = seededRandom(seed);
  using programs = await bundle();
  const folder = mkdtempSync(join(tmpdir(), "subrosa-cli-kill-"));
  const env = { SUBROSA_STORE: folder, SUBROSA_PASSPHRASE: "correct horse battery" };
  try {
    await using relay = await FakeRelay.open();
    await new Running(programs.subrosa, ["account", "new", "anna", "--relay", relay.url], env).ended;
    const founding = await Shell.open(programs.subrosa, "anna", env);
    const group = String((await founding.run("group", "create", "the rose"))["group"]);
    await founding[Symbol.asyncDispose]();

    const durable: string[] = [];
    let count = 0;
    for (let life = 0; life < KILLS; life++) {
      const shell = await Shell.open(programs.subrosa, "anna", env);
      const [a = 0, b = 0] = random(2);
      for (let i = 0; i < a % 3; i++) {
        const text = `letter ${count++}`;
        await shell.run("group", "send", group, text);
        durable.push(text);
      }
      // One more is on its way: before its commit, between two commits, at the relay, or done.
      const last = `letter ${count++}`;
      const sending = shell.ask("group", "send", group, last).then(
        ({ code }) => code === 0 && durable.push(last),
        () => undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, b));
      await shell.running.end("SIGKILL");
      await sending;
    }
    await using reader = await Shell.open(programs.subrosa, "anna", env);
    for (const text of durable) await reader.run("group", "await", group, "--text", text);
    const { said } = await reader.ask("group", "messages", group);
    const texts = said.map(({ text }) => String(text));
    expect(new Set(texts).size, `seed ${seed}: ${texts}`).toBe(texts.length);
    expect(texts, `seed ${seed}`).toEqual(expect.arrayContaining(durable));
    const { said: waiting } = await reader.ask("outbox", "list");
    const places = waiting.flatMap(({ relays }) => relays as { kind: string }[]);
    expect(places.filter(({ kind }) => kind !== "accepted")).toEqual([]);
    // One event at the relay for each message that anybody reads.
    const wrapped = relay.events.filter(({ kind }) => kind === 482).length;
    expect(wrapped, `seed ${seed}`).toBe(texts.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 1_800_000);
