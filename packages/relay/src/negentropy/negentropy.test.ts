import { createHash } from "node:crypto";
import { WireError } from "@subrosa/core/errors";
import { nip77 } from "nostr-tools";
import { describe, expect, test } from "vitest";
import { generator } from "../../test/events.ts";
import { encodeVarint, ItemList } from "./item-list.ts";
import { opening, reconcile } from "./negentropy.ts";

interface Item {
  readonly time: number;
  readonly id: Buffer;
}

const item = (seed: number, n: number, spread: number): Item => {
  const id = createHash("sha256").update(`${seed}/${n}`).digest();
  return { time: 1_700_000_000 + (id.readUInt32BE(0) % spread), id };
};

/** Two sets that share most of what they have. */
function sets(seed: number, size: number, different: number, spread: number): { ours: Item[]; theirs: Item[] } {
  const random = generator(seed);
  const ours: Item[] = [];
  const theirs: Item[] = [];
  for (let n = 0; n < size; n++) {
    const it = item(seed, n, spread);
    const side = random(size) < different ? random(2) : 2;
    if (side !== 1) ours.push(it);
    if (side !== 0) theirs.push(it);
  }
  return { ours, theirs };
}

const hex = (items: readonly Item[]): string[] => items.map(({ id }) => id.toString("hex")).sort();
const minus = (a: readonly Item[], b: readonly Item[]): string[] => {
  const known = new Set(hex(b));
  return hex(a).filter((id) => !known.has(id));
};

const cases: [size: number, different: number, spread: number][] = [
  [0, 0, 1],
  [1, 1, 1],
  [5, 3, 1_000],
  [31, 31, 10],
  [32, 1, 10],
  [33, 33, 1],
  [400, 10, 1],
  [3_000, 40, 100_000],
  [3_000, 3_000, 1_000],
];

describe("both roles", () => {
  for (const [i, [size, different, spread]] of cases.entries()) {
    for (const maxSize of [Number.POSITIVE_INFINITY, 4_096]) {
      test(`find every difference of ${size} items, ${different} different, ${spread} s, messages of ${maxSize}`, () => {
        const { ours, theirs } = sets(i + 1, size, different, spread);
        const [mine, other] = [ItemList.from(ours), ItemList.from(theirs)];
        const have: string[] = [];
        const need: string[] = [];
        let message = opening(mine);
        for (let round = 0; round < 1_000; round++) {
          const answer = reconcile(other, message, "responder", maxSize);
          expect(answer.message.length).toBeLessThanOrEqual(maxSize);
          const next = reconcile(mine, answer.message, "initiator", maxSize);
          have.push(...next.have);
          need.push(...next.need);
          if (next.done) break;
          message = next.message;
        }
        expect([...new Set(have)].sort()).toEqual(minus(ours, theirs));
        expect([...new Set(need)].sort()).toEqual(minus(theirs, ours));
      });
    }
  }
});

describe("with the implementation of nostr-tools", () => {
  const vector = (items: readonly Item[]): nip77.NegentropyStorageVector => {
    const storage = new nip77.NegentropyStorageVector();
    for (const { time, id } of items) storage.insert(time, id.toString("hex"));
    storage.seal();
    return storage;
  };
  for (const [i, [size, different, spread]] of cases.entries()) {
    test(`it asks, we answer: ${size} items, ${different} different`, () => {
      const { ours, theirs } = sets(i + 50, size, different, spread);
      const list = ItemList.from(ours);
      const have: string[] = [];
      const need: string[] = [];
      const client = new nip77.Negentropy(vector(theirs), 60_000);
      let message: string | null = client.initiate();
      for (let round = 0; message !== null && round < 1_000; round++) {
        const answer = reconcile(list, Buffer.from(message, "hex"), "responder", 30_000);
        message = client.reconcile(
          answer.message.toString("hex"),
          (id) => have.push(id),
          (id) => need.push(id),
        );
      }
      expect([...new Set(have)].sort()).toEqual(minus(theirs, ours));
      expect([...new Set(need)].sort()).toEqual(minus(ours, theirs));
    });
  }
});

test("fingerprints agree with a sum of whole numbers", () => {
  for (const count of [0, 1, 2, 127, 128, 300]) {
    const items = Array.from({ length: count }, (_, n) => item(9, n, 10));
    const sum = items.reduce((all, { id }) => all + BigInt(`0x${Buffer.from(id).reverse().toString("hex")}`), 0n);
    const bytes = Buffer.from((sum % 2n ** 256n).toString(16).padStart(64, "0"), "hex").reverse();
    const expected = createHash("sha256").update(bytes).update(encodeVarint(count)).digest().subarray(0, 16);
    expect(ItemList.from(items).fingerprint(0, count)).toEqual(expected);
  }
});

test("varints are base 128, most significant first", () => {
  expect([0, 127, 128, 16_383, 16_384].map((n) => encodeVarint(n).toString("hex"))).toEqual([
    "00",
    "7f",
    "8100",
    "ff7f",
    "818000",
  ]);
});

describe("hostile messages", () => {
  const list = ItemList.from(Array.from({ length: 100 }, (_, n) => item(3, n, 1_000)));
  const wrong: [string, string][] = [
    ["nothing", ""],
    ["no version", "00"],
    ["half a varint", "61ff"],
    ["a varint beyond all numbers", `61${"ff".repeat(12)}00`],
    ["a prefix of 33 bytes", `610021${"00".repeat(33)}00`],
    ["an unknown mode", "61000003"],
    ["half a fingerprint", "6100000100ff"],
    ["more ids than bytes", "610000027f"],
    ["bounds that go back", "6105000001000000".concat("00")],
  ];
  for (const [title, message] of wrong) {
    test(`${title}: WireError`, () => {
      expect(() => reconcile(list, Buffer.from(message, "hex"), "responder")).toThrow(WireError);
    });
  }

  test("another version of the protocol is answered with ours", () => {
    expect(reconcile(list, Buffer.from("62", "hex"), "responder").message.toString("hex")).toBe("61");
    expect(() => reconcile(list, Buffer.from("62", "hex"), "initiator")).toThrow(WireError);
  });

  test("5,000 mutated messages throw WireError or are answered, and nothing else", () => {
    const random = generator(77);
    const honest = opening(ItemList.from(Array.from({ length: 90 }, (_, n) => item(4, n, 1_000))));
    for (let i = 0; i < 5_000; i++) {
      const message = Buffer.from(honest.subarray(0, 1 + random(honest.length)));
      for (let flips = random(4); flips > 0; flips--) message[random(message.length)] = random(256);
      try {
        reconcile(list, message, "responder", 4_096);
      } catch (error) {
        expect(error, `seed 77, message ${i}`).toBeInstanceOf(WireError);
      }
    }
  });
});
