import { expect, test } from "vitest";
import { GrowingMap } from "./growing-map.ts";

test("an ancestor stays what it was, and the newest shares its memory", () => {
  const none = GrowingMap.of<string, number>();
  const one = none.with([["a", 1]]);
  const two = one.with([
    ["b", 2],
    ["a", 9],
  ]);
  expect([[...none], [...one], [...two]]).toEqual([
    [],
    [["a", 1]],
    [
      ["a", 1],
      ["b", 2],
    ],
  ]);
  expect([one.has("b"), one.get("b"), one.size, two.get("a")]).toEqual([false, undefined, 1, 1]);
  expect([...two.from(1)]).toEqual([2]);
});

test("to add to an ancestor again makes a branch of its own", () => {
  const one = GrowingMap.of([["a", 1]]);
  const left = one.with([["b", 2]]);
  const right = one.with([["b", 3]]);
  expect([left.get("b"), right.get("b"), one.get("b")]).toEqual([2, 3, undefined]);
  expect([...left.with([["c", 4]]).keys()]).toEqual(["a", "b", "c"]);
  expect(one.with([["a", 5]])).toBe(one);
});
