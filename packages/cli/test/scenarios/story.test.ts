/** Five people, five processes, a relay that is a process too, over real sockets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { bundle, type Programs, Running } from "../programs/bundle.ts";
import { Play } from "./play.ts";

let programs: Programs;
let folder: string;
beforeAll(async () => {
  programs = await bundle();
  folder = mkdtempSync(join(tmpdir(), "subrosa-story-"));
}, 120_000);
afterAll(() => {
  programs?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function openRelay(name: string): Promise<{ readonly url: string; readonly running: Running }> {
  const running = new Running(programs.subrosa, ["relay", "serve", "--port", "0", "--data", join(folder, name)]);
  return { url: (await running.said(/ws:\/\/127\.0\.0\.1:\d+/))[0], running };
}

test("friends by alias; a group with joins, a leave and a member's change of key while its owner is away; a channel that is handed over and moves; an anonymous post that another process verifies; a poll that a third one counts", async () => {
  const relay = await openRelay("one");
  const stage = { program: programs.subrosa, folder: join(folder, "a"), relays: [relay.url], honest: relay.url };
  try {
    await using play = await Play.begin(stage);
    await play.friends("anna", "ben");
    await play.friends("ben", "cleo");
    await play.group();
    await play.channel();
    await play.anonymous();
    await play.poll();
  } finally {
    await relay.running.end();
  }
}, 900_000);
