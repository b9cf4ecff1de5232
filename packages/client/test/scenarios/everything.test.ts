import { sha256 } from "@subrosa/core/hash";
import { expect, test } from "vitest";
import { restoreBackup } from "../../src/session/backup.ts";
import type { Session } from "../../src/session/session.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import type { Stretch } from "../../src/store/sealed-store.ts";
import { until } from "./relay-stage.ts";
import { device, someone } from "./session-stage.ts";

/** Nobody answers there: all of this is on one device. */
const NOWHERE = ["ws://127.0.0.1:9"];
const anna = someone("anna has everything");
const cheap: Stretch = async (password, salt) => sha256(password, salt);

async function furnished(session: Session): Promise<{ readonly group: string; readonly channel: string }> {
  const group = await session.groups!.create({ name: "the rose", relays: NOWHERE });
  const channel = await session.channels!.create({ metadata: { name: "garden" }, relays: NOWHERE });
  if (!group.ok || !channel.ok) throw new Error("not made");
  for (const text of ["Roses are red", "violets too"]) {
    expect(await session.groups!.say(group.id, { text })).toBeUndefined();
    expect(await session.channels!.say(channel.id, `${text}, said in the garden`)).toBeUndefined();
  }
  await session.drafts.keep(`group/${group.id}`, "not yet");
  return { group: group.id, channel: channel.id };
}

test("messages are found in groups and channels alike, and what was edited or deleted is found no more", async () => {
  await using a = await device(anna, NOWHERE);
  const { session } = a;
  const { group, channel } = await furnished(session);
  const places = async (text: string): Promise<string[]> =>
    (await session.finder.find({ text })).map(({ place }) => place).sort();
  expect(await places("ros")).toEqual([`channel/${channel}`, `group/${group}`]);
  expect(await places("garden violets")).toEqual([`channel/${channel}`]);
  expect(await session.finder.find({ text: "violets", place: `group/${group}` })).toMatchObject([
    { title: "the rose", text: "violets too", author: expect.any(String), kind: "group", conversation: group },
  ]);
  const [first, second] = session.groups!.group(group as never).current!.entries;
  expect(await session.groups!.edit(group as never, first!.id, "Tulips are red")).toBeUndefined();
  expect(await session.groups!.delete(group as never, second!.id)).toBeUndefined();
  expect(await places("ros")).toEqual([`channel/${channel}`]);
  expect(await places("tulips")).toEqual([`group/${group}`]);
  expect(await places("violets")).toEqual([`channel/${channel}`]);
});

test("a backup taken from an open session holds all of it: the same conversations, drafts and keys on another disk", async () => {
  const pieces: Uint8Array[] = [];
  let before: unknown;
  {
    await using a = await device(anna, NOWHERE);
    await furnished(a.session);
    await until("nothing is being written", () => a.session.hearing.current.isCaughtUp);
    await a.session.caughtUp();
    before = shown(a.session);
    for await (const piece of a.session.backup("correct horse", { stretch: cheap })) pieces.push(piece);
  }
  const disk: MemoryDisk = new Map();
  const wrong = await restoreBackup(() => streamOf(pieces), "wrong", openMemoryStore(disk), { stretch: cheap });
  expect([wrong, disk.size]).toEqual([{ ok: false, reason: "backup-passphrase" }, 0]);
  const restored = await restoreBackup(() => streamOf(pieces), "correct horse", openMemoryStore(disk), {
    stretch: cheap,
  });
  expect(restored.ok).toBe(true);
  for (const canary of ["Roses are red", "the rose", "not yet"]) {
    expect(pieces.some((piece) => Buffer.from(piece).includes(canary))).toBe(false);
  }
  await using b = await device(anna, NOWHERE, disk);
  await b.session.caughtUp();
  expect(shown(b.session)).toEqual(before);
});

async function* streamOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* pieces;
}

function shown({ conversations, drafts, me }: Session): unknown {
  const said = [...conversations.all()].map(({ kind, id }) => conversations.of(kind, id));
  return { me, said, drafts: [...drafts.all.current.values()] };
}
