import type { EventId } from "@subrosa/core/bytes";
import { toHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { type Item, Reconciliation } from "./negentropy.ts";

const random = seededRandom("negentropy");

test("hostile answers end as WireError and nothing else, whatever bytes they are (NIP-77)", () => {
  const items = Array.from({ length: 100 }, (_, i): Item => ({ id: toHex(random(32)) as EventId, created_at: i >> 2 }));
  const mine = new Reconciliation(items);
  const good = mine.opening();
  let refused = 0;
  for (let turn = 0; turn < 3_000; turn++) {
    const bytes = turn % 3 === 0 ? Uint8Array.of(0x61, ...random(turn % 40)) : good.slice(0, 1 + (turn % good.length));
    if (turn % 3 === 2) bytes[turn % bytes.length]! ^= 1 + (turn % 255);
    try {
      const { have, need } = mine.heard(bytes);
      expect(have.length).toBeLessThanOrEqual(items.length);
      expect(need.length * 32).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(100);
  expect(() => mine.heard(new Uint8Array(0))).toThrow("wire/length");
});

test("two equal sets are through with one answer, and one's own opening agrees with itself", () => {
  const items = Array.from(
    { length: 500 },
    (_, i): Item => ({ id: toHex(random(32)) as EventId, created_at: 1_000 + (i % 7) }),
  );
  const [a, b] = [new Reconciliation(items), new Reconciliation([...items.toReversed(), ...items])];
  expect(b.opening()).toEqual(a.opening());
  expect(b.heard(a.opening())).toEqual({ message: undefined, have: [], need: [] });
});
