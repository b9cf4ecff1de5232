import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toHex } from "@subrosa/core/bytes";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { until } from "./relay-stage.ts";
import { device, someone } from "./session-stage.ts";

const KILLS = process.env["SUBROSA_LONG"] === undefined ? 200 : 2_000;
/** Lives that share one disk. */
const LIVES = 20;
const LETTERS = 40;

/** Inside node_modules, so that the program finds what it does not bundle. */
async function program(): Promise<string> {
  const folder = fileURLToPath(new URL("../../../../node_modules/.cache/subrosa-kill/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `child-${process.pid}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("./kill-child.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    target: "node20.19",
    platform: "node",
    conditions: ["subrosa-source"],
    external: ["ws", "lmdb"],
    outfile,
    logLevel: "silent",
  });
  return outfile;
}

interface Life {
  readonly child: ChildProcess;
  readonly durable: string[];
  readonly lines: () => number;
  readonly ended: Promise<unknown>;
  complete: boolean;
}

function start(path: string, args: readonly string[]): Life {
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const durable: string[] = [];
  let lines = 0;
  const life: Life = { child, durable, lines: () => lines, ended: once(child, "close"), complete: false };
  createInterface({ input: child.stdout! }).on("line", (line) => {
    lines++;
    const [word, id] = line.split(" ");
    if (word === "durable" && id !== undefined) durable.push(id);
    if (word === "all") life.complete = true;
  });
  return life;
}

test(`killed with −9 ${KILLS} times, a session loses nothing that was durable, and says nothing twice`, async () => {
  const path = await program();
  const seed = "kills";
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), "subrosa-kill-"));
  const writer = someone("who is killed");
  try {
    let kills = 0;
    for (let disk = 0; kills < KILLS; disk++) {
      await using fake = await FakeRelay.open();
      const args = [join(folder, `${disk}.mdb`), fake.url, String(LETTERS), toHex(writer.secret.expose())];
      const durable = new Set<string>();
      for (let life = 0; life < LIVES && kills < KILLS; life++) {
        const running = start(path, args);
        const [a = 0, b = 0] = random(2);
        // After some letters and a little more: within a commit, between two, or while a letter is on its way.
        const letters = a % 4;
        while (running.lines() <= letters && running.child.exitCode === null && !running.complete) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await new Promise((resolve) => setTimeout(resolve, b / 32));
        running.child.kill("SIGKILL");
        await running.ended;
        kills++;
        for (const id of running.durable) durable.add(id);
        if (running.complete) break;
      }
      const last = start(path, args);
      await last.ended;
      for (const id of last.durable) durable.add(id);
      const where = `seed ${seed}, disk ${disk}`;
      expect(last.complete, where).toBe(true);
      expect(durable.size, where).toBeGreaterThan(0);
      // Another device of the same person, from what the relay holds and nothing else.
      await using other = await device(writer, [fake.url]);
      const { groups, channels } = other.session;
      const said = (): string[] =>
        [
          ...[...groups!.list.current.keys()].flatMap((id) => groups!.group(id).current?.entries ?? []),
          ...[...channels!.list.current.keys()].flatMap((id) => channels!.channel(id).current?.entries ?? []),
        ].map(({ text }) => text);
      await until(`every letter, ${where}`, () => new Set(said()).size === LETTERS);
      expect(said().toSorted(), where).toEqual(Array.from({ length: LETTERS }, (_, i) => `letter ${i}`).toSorted());
      expect([groups!.list.current.size, channels!.list.current.size], where).toEqual([1, 1]);
      expect(new Set(fake.events.map(({ id }) => id)).size, where).toBe(fake.events.length);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(path, { force: true });
  }
}, 1_800_000);
