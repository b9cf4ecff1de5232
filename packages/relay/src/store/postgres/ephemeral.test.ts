import { expect, test } from "vitest";
import { cutUp, Pieces } from "./ephemeral.ts";

const json = Buffer.from(JSON.stringify({ content: "🌹".repeat(9_000) }));

test("what was cut up comes together, whatever its length, and no piece is longer than a notification may be", () => {
  for (const length of [0, 1, 5_849, 5_850, 5_851, json.length]) {
    const pieces = cutUp("ab", 7, json.subarray(0, length));
    for (const piece of pieces) expect(piece.length).toBeLessThan(8_000);
    const others = new Pieces("cd");
    const results = pieces.map((piece) => others.take(piece));
    expect(results.slice(0, -1).every((result) => result === undefined)).toBe(true);
    expect(results.at(-1)?.equals(json.subarray(0, length))).toBe(true);
  }
});

test("one's own, pieces out of order or without a beginning, and what nobody of ours sent give nothing", () => {
  const pieces = cutUp("ab", 7, json);
  expect(pieces.length).toBeGreaterThan(3);
  const own = new Pieces("ab");
  expect(pieces.map((piece) => own.take(piece)).every((result) => result === undefined)).toBe(true);
  const others = new Pieces("cd");
  for (const piece of [...pieces.slice(1), ...pieces.slice(0, 1), ...pieces.slice(2)]) {
    expect(others.take(piece)).toBeUndefined();
  }
  for (const text of ["", "rose", "ab.1.0", "ab.1.0.99999999.AA", "ab.1.5.9.AA", "AB.1.0.1.AA"]) {
    expect(others.take(text)).toBeUndefined();
  }
});

test("two senders at once do not mix", () => {
  const [a, b] = [cutUp("aa", 0, json), cutUp("bb", 0, json.subarray(1))];
  const others = new Pieces("cc");
  const results = a.flatMap((piece, i) => [others.take(piece), others.take(b[i]!)]);
  expect(results.filter((result) => result !== undefined)).toEqual([json, json.subarray(1)]);
});
