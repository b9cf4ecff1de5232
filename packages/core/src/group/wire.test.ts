import { expect, test } from "vitest";
import type { Tag } from "../nostr/event.ts";
import { memberLine, PLAIN_GROUP, readDetail, readMetadata, writeMetadata } from "./metadata.ts";
import { groupKeyOf, readRosterTags, replyOf, rosterTags } from "./wire.ts";

const hex = (n: number): string => n.toString(16).padStart(64, "0");
const member = (n: number): Tag => ["p", hex(n), "wrap", "detail"];
const read = (tags: readonly Tag[]) => readRosterTags({ kind: 485, created_at: 1, content: "", tags });

test("G-21: the group tag is the first p tag and has two elements; member tags have four; positions of e tags are meaning", () => {
  const tags = [["p", hex(1)], ["e", hex(2)], ["e", hex(3)], member(4), member(5), ["sealed-prev", "x"]];
  const got = read(tags);
  expect(got.refs).toEqual([hex(2), hex(3)]);
  expect(got.members.map((one) => one.tag)).toEqual([hex(4), hex(5)]);
  expect(rosterTags(got)).toEqual(tags);
});

test("GROUP-8: m tags stand for member p tags, as the author's later text has it", () => {
  expect(
    read([
      ["p", hex(1)],
      ["e", hex(2)],
      ["m", hex(4), "w", "d"],
    ]).members,
  ).toHaveLength(1);
});

test.each([
  ["a relay hint on the group tag", [["p", hex(1), "wss://x"], ["e", hex(2)], member(4)]],
  ["a member before the group tag", [member(4), ["p", hex(1)], ["e", hex(2)]]],
  [
    "no members",
    [
      ["p", hex(1)],
      ["e", hex(2)],
    ],
  ],
  [
    "an address that is no key",
    [
      ["p", hex(1)],
      ["e", hex(2)],
      ["p", "zz", "w", "d"],
    ],
  ],
  ["an e tag that is no id", [["p", hex(1)], ["e", "x"], member(4)]],
])("refuses %s (G-21)", (_, tags) => {
  expect(() => read(tags as Tag[])).toThrow(expect.objectContaining({ name: "WireError" }));
});

test("GROUP-10: a reply is marked in position 2, or in position 3 as NIP-10 has it", () => {
  expect(
    replyOf([
      ["e", hex(1), "root"],
      ["e", hex(2), "reply"],
    ]),
  ).toBe(hex(2));
  expect(
    replyOf([
      ["e", hex(1), "", "root"],
      ["e", hex(2), "wss://x", "reply"],
    ]),
  ).toBe(hex(2));
  expect(replyOf([["e", hex(1), "root"]])).toBeUndefined();
  expect(() => groupKeyOf([["p", "x"]])).toThrow(expect.objectContaining({ code: "wire/hex" }));
});

test("GROUP-7, GROUP-8: metadata and details are read as written; unknown fields are other clients' own", () => {
  const metadata = {
    info: { ...PLAIN_GROUP, name: "rose", about: "…", difficulty: 8, ek: true },
    epoch: 3,
    prev: hex(9) as never,
    left: [hex(7) as never],
    weight: [1, 3] as const,
    seed: hex(8),
    leaves: [],
  };
  expect(readMetadata(writeMetadata(metadata))).toEqual(metadata);
  const line = memberLine({ person: hex(1) as never, role: "admin", rank: 2, since: 1 });
  expect(readDetail(line.json)).toEqual(line);
  expect(readDetail(line.json.replace("{", '{"x":1,')).rank).toBe(2);
  for (const bad of ["{}", '{"pubkey":"00","role":"owner","rank":0}', line.json.replace("admin", "king")]) {
    expect(() => readDetail(bad)).toThrow(expect.objectContaining({ name: "WireError" }));
  }
});
