/** Five people, five processes, a relay that is a process too, over real sockets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { afterAll, beforeAll, expect, test } from "vitest";
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

const STORY =
  "friends by alias; a group with joins, a leave and a member's change of key while its owner is away; a channel that is handed over and moves; an anonymous post that another process verifies; a poll that a third one counts";

async function play(relays: readonly string[], honest: string, name: string): Promise<void> {
  await using story = await Play.begin({ program: programs.subrosa, folder: join(folder, name), relays, honest });
  await story.friends("anna", "ben");
  await story.friends("ben", "cleo");
  await story.group();
  await story.channel();
  await story.anonymous();
  await story.poll();
}

test.runIf(process.env["SUBROSA_LONG"] !== undefined)(
  `one relay: ${STORY}`,
  async () => {
    const relay = await openRelay("one");
    try {
      await play([relay.url], relay.url, "a");
    } finally {
      await relay.running.end();
    }
  },
  1_200_000,
);

test(`two relays, of which one drops connections, repeats and withholds: ${STORY}`, async () => {
  const relay = await openRelay("two");
  await using liar = await FakeRelay.open();
  liar.misbehaviour = { repeat: 2, dropAfter: 30, cut: 20, withhold: ({ id }) => "0123".includes(id[0]!) };
  try {
    await play([liar.url, relay.url], relay.url, "b");
    expect(liar.events.length).toBeGreaterThan(20);
    expect(liar.unreadable).toEqual([]);
  } finally {
    await relay.running.end();
  }
}, 1_200_000);
