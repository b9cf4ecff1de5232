import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { fixedBytes, strictRandom } from "./strict-random.ts";

test("gives the lengths asked for and is content when all were", () => {
  const random = strictRandom([32, 8], seededRandom("a"));
  expect(random.source(32)).toHaveLength(32);
  expect(random.source(8)).toHaveLength(8);
  expect(() => random.finish()).not.toThrow();
});

test("fails on another length, on one too many and on one too few", () => {
  expect(() => strictRandom([32], seededRandom("a")).source(31)).toThrow("asked for 31 random bytes, not 32");
  expect(() => strictRandom([], seededRandom("a")).source(1)).toThrow("after all was given");
  expect(() => strictRandom([1], seededRandom("a")).finish()).toThrow("1 requests for random bytes never came");
});

test("a seed gives the same bytes again, another seed others, and no request repeats the one before", () => {
  const [a, again, b] = [seededRandom("a"), seededRandom("a"), seededRandom("b")];
  const first = a(70);
  expect(again(70)).toEqual(first);
  expect(b(70)).not.toEqual(first);
  expect(a(70)).not.toEqual(first);
});

test("fixed bytes are copies, and end", () => {
  const bytes = Uint8Array.of(1, 2);
  const source = fixedBytes(bytes);
  source(2).fill(9);
  expect(bytes).toEqual(Uint8Array.of(1, 2));
  expect(() => source(2)).toThrow("no fixed bytes are left");
});
