import type { EventId } from "@subrosa/core/bytes";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { openDrafts } from "../../src/session/drafts.ts";
import { type Countable, openMarks, unreadOf } from "../../src/session/marks.ts";
import { openSearch, type Search, type Searchable } from "../../src/session/search.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { openSealedStore } from "../../src/store/sealed-store.ts";
import { fastClock, person, START } from "./relay-stage.ts";

const clock = fastClock(20);
const random = seededRandom("keeping");
const me = person("me").pubkey;
const idOf = (n: number): EventId => n.toString(16).padStart(16, "0").padEnd(64, "0") as EventId;

test("drafts are kept for each conversation, survive the process, and go when they are empty", async () => {
  const disk: MemoryDisk = new Map();
  {
    await using drafts = await openDrafts({ store: openMemoryStore(disk), clock, random });
    const heard: (string | undefined)[] = [];
    drafts.live("group 🌹/1").subscribe((draft) => void heard.push(draft?.text));
    await drafts.keep("group 🌹/1", "dear al");
    await drafts.keep("group 🌹/1", "dear all", idOf(1));
    await drafts.keep("elsewhere", "x");
    await drafts.keep("elsewhere", "");
    expect(heard).toEqual([undefined, "dear al", "dear all"]);
    expect(() => drafts.keep("x", "x".repeat((1 << 20) + 1))).toThrow("usage/too-long");
  }
  await using drafts = await openDrafts({ store: openMemoryStore(disk), clock, random });
  expect(drafts.of("group 🌹/1")).toMatchObject({ text: "dear all", replyTo: idOf(1), place: "group 🌹/1" });
  expect(drafts.all.current.size).toBe(1);
  await drafts.drop("group 🌹/1");
  expect(drafts.of("group 🌹/1")).toBeUndefined();
});

const message = (n: number, at = START + n, by: Countable["by"] = "peer"): Countable => ({ id: idOf(n), at, by });

test("what arrives late with an earlier date is unread all the same; one's own words are no news", async () => {
  await using marks = await openMarks({ store: openMemoryStore(), clock, random });
  const first = [message(1), message(2), message(3, START + 3, me)];
  expect(unreadOf(marks.of("p"), first, me)).toEqual({ count: 2, first: idOf(1) });
  await marks.read("p", first);
  expect(unreadOf(marks.of("p"), first, me)).toEqual({ count: 0 });
  const late = message(4, START - 500);
  expect(unreadOf(marks.of("p"), [...first, late], me)).toEqual({ count: 1, first: late.id });
  await marks.set("p", { isUnread: true, isPinned: true });
  expect(unreadOf(marks.of("p"), first, me).count).toBe(1);
  await marks.read("p", [...first, late]);
  expect([unreadOf(marks.of("p"), [...first, late], me).count, marks.of("p").isPinned]).toEqual([0, true]);
  await marks.drop("p");
  expect(marks.of("p").read).toEqual([]);
});

test("after many thousand messages a mark stays small, and all of them stay read", async () => {
  const disk: MemoryDisk = new Map();
  const all = Array.from({ length: 5_000 }, (_, n) => message(n));
  {
    await using marks = await openMarks({ store: openMemoryStore(disk), clock, random });
    for (let at = 0; at < all.length; at += 700) await marks.read("p", all.slice(at, at + 700));
    await marks.read("p", all.toReversed());
  }
  await using marks = await openMarks({ store: openMemoryStore(disk), clock, random });
  expect(marks.of("p").read.length).toBe(1_000);
  expect(unreadOf(marks.of("p"), all, me).count).toBe(0);
  expect(unreadOf(marks.of("p"), [...all, message(9_999, START + 4_500), message(9_998, START + 10)], me)).toEqual({
    ...{ count: 1, first: idOf(9_999) },
  });
});

const doc = (n: number, text: string, place = "p"): Searchable => ({ id: idOf(n), place, at: START + n, text });
async function found(search: Search, text: string, place?: string): Promise<number[]> {
  const all = await search.find({ text, ...(place === undefined ? {} : { place }) });
  return all.map(({ at }) => at - START);
}

test("messages are found by the beginnings of their words, in any script, the newest first", async () => {
  await using search = openSearch({ store: openMemoryStore(), clock });
  await search.add([
    doc(1, "Meet me under the ROSE at nine"),
    doc(2, "Die Rosen blühen; Ärger über Öl", "q"),
    doc(3, "我们在玫瑰下见面"),
    doc(4, "明日バラの下で会いましょう"),
    doc(5, "ใต้ดอกกุหลาบ"),
    doc(6, "встреча под розой"),
    doc(7, "नमस्ते दुनिया"),
    doc(8, "ｆｕｌｌ ｗｉｄｔｈ, don't 2024-11"),
    doc(9, ""),
  ]);
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ["ros", [2, 1]],
    ["rose nine", [1]],
    ["nine rose", [1]],
    ["bluhen", [2]],
    ["ärger", [2]],
    ["玫瑰", [3]],
    ["玫", [3]],
    ["瑰下见", [3]],
    ["瑰玫", []],
    ["バラ", [4]],
    ["下", [4, 3]],
    ["กุหลาบ", [5]],
    ["роз", [6]],
    ["नमस्ते", [7]],
    ["full", [8]],
    ["ose", []],
    ["!?", []],
    ["", []],
  ];
  for (const [query, numbers] of cases) expect([query, await found(search, query)]).toEqual([query, numbers]);
  expect(await found(search, "ros", "q")).toEqual([2]);
});

test("the index is incremental: edits replace, deletions are gone, and a new process finds the same", async () => {
  const disk: MemoryDisk = new Map();
  {
    await using search = openSearch({ store: openMemoryStore(disk), clock });
    await Promise.all([
      search.add(Array.from({ length: 600 }, (_, n) => doc(n, `letter ${n}`, n % 2 === 0 ? "even" : "odd"))),
      search.add([doc(1_000, "to be edited")]),
    ]);
    await search.add([doc(1_000, "was changed"), doc(5, "rewritten")]);
    await search.remove([idOf(7), idOf(4_444)]);
    await search.removePlace("even");
  }
  await using search = openSearch({ store: openMemoryStore(disk), clock });
  const queries = ["edit", "chang", "rewritten", "7", "599", "598", "lett"];
  const counts = await Promise.all(
    queries.map(async (query) => (await search.find({ text: query, limit: 1_000 })).length),
  );
  expect(counts).toEqual([0, 1, 1, 5, 1, 0, 298]);
  expect((await search.find({ text: "letter" })).length).toBe(50);
  await using small = openSearch({ store: openMemoryStore(disk), clock, maxMessages: 100 });
  await small.add([doc(2_000, "newest letter")]);
  expect((await small.find({ text: "letter", limit: 1_000 })).length).toBeLessThanOrEqual(100);
  expect(await found(small, "newest")).toEqual([2_000]);
});

test("nothing of drafts, marks and index is on the disk in the clear", async () => {
  const disk: MemoryDisk = new Map();
  const stretch = async (password: Uint8Array): Promise<Uint8Array> => {
    const key = new Uint8Array(32);
    key.set(password.subarray(0, 32));
    return key;
  };
  const opening = await openSealedStore(openMemoryStore(disk), "p", { random, stretch });
  if (!opening.ok) throw new Error(opening.reason);
  const { store } = opening;
  const [drafts, marks] = [await openDrafts({ store, clock, random }), await openMarks({ store, clock, random })];
  const search = openSearch({ store, clock });
  await drafts.keep("canary-place", "canary draft");
  await marks.read("canary-place", [message(1)]);
  await search.add([doc(1, "canary words", "canary-place")]);
  const bytes = [...disk].map(([name, value]) => `${name} ${Buffer.from(value).toString("latin1")}`).join();
  expect([disk.size > 3, bytes.includes("canary")]).toEqual([true, false]);
  for (const each of [search, marks, drafts]) await each[Symbol.asyncDispose]();
});
