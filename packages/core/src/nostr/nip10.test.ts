import { expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { Rumor, Tag } from "./event.ts";
import { replyTags, threadOf } from "./nip10.ts";

const id = (digit: string): EventId => digit.repeat(64) as EventId;
const alice = "a".repeat(64) as PubkeyHex;
const bob = "b".repeat(64) as PubkeyHex;
const note = (tags: readonly Tag[], own = id("f"), pubkey = alice): Rumor => ({
  id: own,
  pubkey,
  kind: 1,
  created_at: 1,
  content: "",
  tags,
});
const at = (digit: string, relay = "") => ({ id: id(digit), relay });

const threads: readonly [string, readonly Tag[], object][] = [
  ["no e tag: an answer to nothing", [["p", bob]], { root: undefined, parent: undefined, mentions: [] }],
  ["positional, one: root and parent", [["e", id("1")]], { root: at("1"), parent: at("1"), mentions: [] }],
  [
    "positional, two: root, then parent",
    [
      ["e", id("1"), "wss://r"],
      ["e", id("2")],
    ],
    { root: at("1", "wss://r"), parent: at("2"), mentions: [] },
  ],
  [
    "positional, many: what is between is mentioned",
    [
      ["e", id("1")],
      ["e", id("2")],
      ["e", id("3")],
      ["e", id("4")],
    ],
    { root: at("1"), parent: at("4"), mentions: [at("2"), at("3")] },
  ],
  [
    "marked root only: the root is answered",
    [["e", id("1"), "wss://r", "root"]],
    { root: at("1", "wss://r"), parent: at("1", "wss://r"), mentions: [] },
  ],
  [
    "marked in any order, with author",
    [
      ["e", id("2"), "", "reply", bob],
      ["e", id("1"), "", "root"],
    ],
    { root: at("1"), parent: { ...at("2"), author: bob }, mentions: [] },
  ],
  [
    "marked reply only: the thread begins there",
    [["e", id("1"), "", "reply"]],
    { root: at("1"), parent: at("1"), mentions: [] },
  ],
  [
    "one mark decides: the unmarked are mentioned",
    [
      ["e", id("3")],
      ["e", id("1"), "", "root"],
      ["e", id("2"), "", "mention"],
    ],
    { root: at("1"), parent: at("1"), mentions: [at("3"), at("2")] },
  ],
  [
    "mentions alone answer nothing",
    [["e", id("2"), "", "mention"]],
    { root: undefined, parent: undefined, mentions: [at("2")] },
  ],
  [
    "what is no id is passed over",
    [["e", "rose"], ["e"], ["e", id("1")], ["e", id("A")]],
    { root: at("1"), parent: at("1"), mentions: [] },
  ],
  [
    "what is no author is left out",
    [["e", id("1"), "", "root", "bob"]],
    { root: at("1"), parent: at("1"), mentions: [] },
  ],
];
for (const [what, tags, expected] of threads) {
  test(`NIP-10 ${what}`, () => expect(threadOf(note(tags))).toEqual(expected));
}

test("NIP-10: an answer to a root is marked root, and names its author", () => {
  expect(replyTags(note([["p", bob]], id("1")), "wss://r")).toEqual([
    ["e", id("1"), "wss://r", "root", alice],
    ["p", alice],
    ["p", bob],
  ]);
});

test("NIP-10: an answer within a thread names root and parent, and all who took part, once", () => {
  const parent = note(
    [
      ["e", id("1"), "wss://r", "root"],
      ["p", bob],
      ["p", alice],
      ["p", "nobody"],
      ["p", bob],
    ],
    id("2"),
  );
  const tags = replyTags(parent, "");
  expect(tags).toEqual([
    ["e", id("1"), "wss://r", "root"],
    ["e", id("2"), "", "reply", alice],
    ["p", alice],
    ["p", bob],
  ]);
  const answer = threadOf(note(tags, id("3"), bob));
  expect([answer.root?.id, answer.parent?.id]).toEqual([id("1"), id("2")]);
});
