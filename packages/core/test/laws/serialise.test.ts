/** NIP-01 serialisation against a serialiser of its own, written from the NIP's list of escapes. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type PubkeyHex, utf8 } from "../../src/bytes.ts";
import { computeId, serialise, toRumor, type UnsignedEvent } from "../../src/nostr/event.ts";
import { rumor } from "./arbitraries.ts";

vi.setConfig({ testTimeout: 600_000 });

const ESCAPES = new Map([
  ["\n", "\\n"],
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\b", "\\b"],
  ["\f", "\\f"],
]);

/** NIP-01 names seven escapes; the other control characters go as JSON requires; all else goes as it is. */
function quoted(text: string): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    out += ESCAPES.get(character) ?? (code < 0x20 ? `\\u${code.toString(16).padStart(4, "0")}` : character);
  }
  return `${out}"`;
}

function plainly(event: UnsignedEvent): string {
  const tags = event.tags.map((tag) => `[${tag.map(quoted).join(",")}]`).join(",");
  return `[0,${quoted(event.pubkey)},${event.created_at},${event.kind},[${tags}],${quoted(event.content)}]`;
}

test("NIP-01: the serialisation is the plain one and JSON.stringify's, byte for byte", () => {
  fc.assert(
    fc.property(rumor, (event) => {
      const expected = plainly(event);
      expect(serialise(event)).toBe(expected);
      const bytes = Buffer.from(expected, "utf8");
      expect(Buffer.compare(utf8(serialise(event)), bytes)).toBe(0);
      expect(computeId(event)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }),
    { numRuns: process.env["SUBROSA_LONG"] === undefined ? 2_000 : 30_000 },
  );
});

test("NIP-01: every character of Unicode goes as the plain serialiser writes it", () => {
  const pubkey = "a".repeat(64) as PubkeyHex;
  for (let from = 0; from <= 0x10_ffff; from += 0x1000) {
    let content = "";
    for (let code = from; code < from + 0x1000; code++) {
      if (code < 0xd800 || code > 0xdfff) content += String.fromCodePoint(code);
    }
    const event = { pubkey, created_at: 0, kind: 1, tags: [["t"]], content };
    if (serialise(event) !== plainly(event)) expect.fail(`differs from U+${from.toString(16)} on`);
  }
});

test("NIP-01: what JSON cannot say in one way is refused before hashing", () => {
  const good = { kind: 1, created_at: 1, tags: [["t", "x"]], content: "" };
  const pubkey = "a".repeat(64) as PubkeyHex;
  expect(toRumor(good, pubkey).id).toHaveLength(64);
  const bad: readonly object[] = [
    { created_at: -0 },
    { created_at: 1.5 },
    { created_at: 2 ** 53 },
    { created_at: Number.NaN },
    { created_at: Number.POSITIVE_INFINITY },
    { created_at: "1" },
    { kind: -0 },
    { kind: 1e-9 },
    { content: "\ud83c" },
    { content: "\udf39\ud83c" },
    { tags: [["t", "\udc00"]] },
    { tags: [["t", 1]] },
    { tags: [["t", null]] },
    { tags: new Array(1) },
    { tags: [new Array(2)] },
  ];
  for (const change of bad) {
    expect(() => toRumor({ ...good, ...change }, pubkey)).toThrow(expect.objectContaining({ code: "usage/template" }));
  }
});
