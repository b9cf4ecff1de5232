import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readVectors } from "./vectors.ts";

const files = readdirSync(new URL("../../../vectors/", import.meta.url)).filter((name) => name.endsWith(".json"));

for (const name of files) {
  test(`vectors/${name} says its spec and its source`, () => {
    expect(readVectors(name)).toMatchObject({ spec: expect.any(String), source: expect.any(String) });
  });
}

test("a file that is not there is an error, not an empty list", () => {
  expect(() => readVectors("no-such-file.json")).toThrow("ENOENT");
});
