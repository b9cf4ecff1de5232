import { randomFillSync } from "node:crypto";
import { openCurve } from "@subrosa/curve/open-curve";
import { serve } from "@subrosa/curve/pool-serve";
import { expect, test } from "vitest";
import { Person } from "../check/person.ts";
import { Entry } from "../event/entry.ts";
import { PACKED_JOBS, pack, unpack, VERIFY_PACKED } from "./packed.ts";

const curve = openCurve();
const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

test("a batch comes out of its bytes as it went in, and bad signatures are named", () => {
  const author = new Person(curve);
  const items = Array.from({ length: 9 }, (_, i) => Entry.identify(author.sign({ content: `${i}` }))!.signature);
  items[3] = { ...items[3]!, message: items[4]!.message };
  const copied = unpack(structuredClone(pack(items)));
  expect(
    copied.map(({ signature, message, pubkey }) =>
      [signature, message, pubkey].map((bytes) => Buffer.from(bytes).toString("hex")),
    ),
  ).toEqual(
    items.map(({ signature, message, pubkey }) =>
      [signature, message, pubkey].map((bytes) => Buffer.from(bytes).toString("hex")),
    ),
  );
  const answer = serve(curve, PACKED_JOBS, random, { id: 1, kind: VERIFY_PACKED, jobs: [pack(items)] });
  expect("results" in answer && Array.from(answer.results[0] as Uint8Array)).toEqual([1, 1, 1, 0, 1, 1, 1, 1, 1]);
});

test("an empty batch is an empty answer", () => {
  expect(unpack(pack([]))).toEqual([]);
});
