import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import { computeId, type Rumor, type UnsignedEvent } from "./event.ts";
import { committedTarget, difficulty, hasWork, mine } from "./nip13.ts";

const template: UnsignedEvent = {
  kind: 1,
  created_at: 1_700_000_000,
  pubkey: "a".repeat(64) as PubkeyHex,
  tags: [["t", 'a "rose"\n']],
  content: "🌹 \u0001 and \\ and more",
};

test("NIP-13: difficulty counts leading zero bits of the hash", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 256 }), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (zeros, noise) => {
      const value = zeros === 256 ? 0n : (noise >> BigInt(zeros)) | (1n << BigInt(255 - zeros));
      expect(difficulty(value.toString(16).padStart(64, "0") as EventId)).toBe(zeros);
    }),
  );
});

test("NIP-13: what is mined has its true id, the work and the commitment", () => {
  const mined = mine(template, 8, { from: 0, count: 10_000 });
  if (!mined.done) throw new Error("8 bits in 10,000 tries");
  const { event } = mined;
  expect(event.id).toBe(computeId(event));
  expect(event.tags).toEqual([...template.tags, ["nonce", String(mined.next - 1), "8"]]);
  expect({ ...event, tags: template.tags, id: 0 }).toEqual({ ...template, id: 0 });
  expect(mined.best).toBe(difficulty(event.id));
  expect(hasWork(event, 8)).toBe(true);
});

test("NIP-13: one long range and many short ones find the same event, and every nonce is tried once", () => {
  const whole = mine(template, 9, { from: 95, count: 100_000 });
  let from = 95;
  let best = 0;
  let steps = 0;
  for (; ; steps++) {
    const step = mine(template, 9, { from, count: 17 });
    best = Math.max(best, step.best);
    if (step.done) {
      expect({ ...step, best }).toEqual(whole);
      break;
    }
    expect(step.next).toBe(from + 17);
    from = step.next;
  }
  expect(steps).toBe(Math.floor((whole.next - 1 - 95) / 17));
});

test("NIP-13: `best` is the best of the range, and a plain search agrees", () => {
  const mined = mine(template, 256, { from: 990, count: 30 });
  const plainly = Array.from({ length: 30 }, (_, i) => {
    const tags = [...template.tags, ["nonce", String(990 + i), "256"]];
    return difficulty(computeId({ ...template, tags }));
  });
  expect(mined).toEqual({ done: false, best: Math.max(...plainly), next: 1_020 });
});

test("NIP-13: an empty range finds nothing and stays where it is", () => {
  expect(mine(template, 0, { from: 5, count: 0 })).toEqual({ done: false, best: 0, next: 5 });
  expect(mine(template, 0, { from: 5, count: 1 })).toMatchObject({ done: true, next: 6 });
});

test("NIP-13: a lucky hit of a cheaper run is not worth more than it set out for", () => {
  const event: Rumor = { ...template, id: `${"0".repeat(10)}${"f".repeat(54)}` as EventId };
  const committed = (target: string): Rumor => ({ ...event, tags: [["nonce", "1", target]] });
  expect(hasWork(committed("30"), 30)).toBe(true);
  expect(hasWork(committed("30"), 31)).toBe(false);
  expect(hasWork(event, 1)).toBe(false);
  expect(hasWork(event, 0)).toBe(true);
  expect(hasWork(committed("50"), 50)).toBe(false);
});

test("NIP-13: a commitment is one plain number of bits", () => {
  const commitment = (...tags: string[][]): number | undefined => committedTarget({ ...template, tags });
  expect(commitment(["nonce", "1", "256"])).toBe(256);
  expect(commitment(["nonce", "1", "0"])).toBe(0);
  for (const bad of ["257", "-1", "020", "1e1", "1.5", "", "0x10", " 8"]) {
    expect(commitment(["nonce", "1", bad])).toBe(undefined);
  }
  expect(commitment(["nonce", "1"])).toBe(undefined);
  expect(commitment(["nonce", "1", "8"], ["nonce", "1", "200"])).toBe(undefined);
});

test("NIP-13: what cannot be mined is the caller's mistake", () => {
  const code = (value: string) => expect.objectContaining({ name: "UsageError", code: value });
  const some = { from: 0, count: 1 };
  for (const target of [-1, 257, 1.5, Number.NaN])
    expect(() => mine(template, target, some)).toThrow(code("usage/range"));
  for (const range of [
    { from: -1, count: 1 },
    { from: 0, count: 0.5 },
    { from: Number.MAX_SAFE_INTEGER, count: 1 },
  ]) {
    expect(() => mine(template, 1, range)).toThrow(code("usage/range"));
  }
  expect(() => mine({ ...template, tags: [["nonce", "1", "2"]] }, 1, some)).toThrow(code("usage/template"));
  expect(() => mine({ ...template, kind: -1 }, 1, some)).toThrow(code("usage/template"));
});
