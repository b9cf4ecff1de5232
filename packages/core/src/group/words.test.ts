import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventId } from "../bytes.ts";
import { DELETE, EDIT, FILE, REACTION, readWords, TEXT, type Words, writeWords } from "./words.ts";

const id = "ab".repeat(32) as EventId;
const forms: readonly Words[] = [
  { kind: "text", text: "hello {you}" },
  { kind: "rich", rich: { kind: TEXT, content: "hi nostr:npub1…", tags: [["p", id]] } },
  { kind: "rich", rich: { kind: REACTION, content: "🌹", tags: [["e", id]] } },
  { kind: "rich", rich: { kind: EDIT, content: "better", tags: [["e", id]] } },
  { kind: "rich", rich: { kind: DELETE, content: "", tags: [["e", id]] } },
  {
    kind: "rich",
    rich: {
      kind: FILE,
      content: "https://files.example/x",
      tags: [
        ["decryption-key", "00"],
        ["x", id],
      ],
    },
  },
  { kind: "lost", target: id },
  { kind: "complaint", complaint: { target: id, z: `02${id}`, dleq: id + id } },
  { kind: "moderation", act: "hide", target: id, reason: "rude" },
  { kind: "moderation", act: "mute", target: id, reason: "" },
  {
    kind: "leave",
    leave: {
      alias: id as never,
      created_at: 1,
      kind: 484,
      tags: [["p", id]],
      pubkey: id as never,
      content: "{}",
      sig: id + id,
    },
  },
];

test("GROUP-10: every form of words is read as it was written", () => {
  for (const words of forms) expect(readWords(writeWords(words))).toEqual(words);
});

test("GROUP-10: any text a person types is read as that text, braces included", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200, unit: "grapheme" }).filter((s) => !/\p{Surrogate}/u.test(s)),
      (text) => {
        expect(readWords(writeWords({ kind: "text", text }))).toEqual({ kind: "text", text });
      },
    ),
  );
  for (const words of forms) {
    const typed = writeWords(words);
    const read = readWords(writeWords({ kind: "text", text: typed }));
    expect(read.kind === "rich" ? read.rich.content : read.kind === "text" && read.text).toBe(typed);
  }
});

test("GROUP-10: refuses nothing: what is almost a form is text", () => {
  for (const text of [
    "{",
    "{}",
    '{"leave":1}',
    '{"lost":"xx"}',
    '{"act":"ban","target":"00"}',
    '{"a":1,"a":2}',
    "[]",
  ]) {
    expect(readWords(text)).toEqual({ kind: "text", text });
  }
});
