import type { RingName } from "@subrosa/core/ring/ring";
import { describe, expect, test } from "vitest";
import { event, generator } from "../../test/events.ts";
import { type Listener, LiveIndex } from "../live/live-index.ts";
import { parseSearch } from "./search.ts";

const RING = "ab".repeat(32) as RingName;
const OTHER = "cd".repeat(32);

describe("NIP-50: the tokens", () => {
  test("PROOF-9: proof:verified, and the ring", () => {
    expect(parseSearch("proof:verified")).toEqual({ ok: true, ring: undefined });
    expect(parseSearch(`ring:${RING}`)).toEqual({ ok: true, ring: RING });
    expect(parseSearch(`  ring:${RING}  proof:verified ring:${RING}`)).toEqual({ ok: true, ring: RING });
  });
  for (const text of [
    "",
    "  ",
    "roses",
    "proof:verified roses",
    "proof:invalid",
    "ring:12",
    `ring:${RING.toUpperCase()}`,
    `ring:${RING} ring:${OTHER}`,
    "language:en",
  ]) {
    test(`${JSON.stringify(text).slice(0, 30)} is refused`, () => {
      expect(parseSearch(text)).toMatchObject({ ok: false });
    });
  }
});

test("listeners for verified events hear of them when they are verified, others when they come", () => {
  const index = new LiveIndex<Listener>();
  const listen = (...filters: object[]): Listener => {
    const listener = { filters };
    index.add(listener);
    return listener;
  };
  const it = event({ tags: [["t", "x"]] });
  const all = listen({});
  const verified = listen({ search: "proof:verified" });
  const ofRing = listen({ search: `ring:${RING}`, "#t": ["x"] });
  const ofOther = listen({ search: `ring:${OTHER}` });
  const otherKind = listen({ search: "proof:verified", kinds: [7] });
  const both = listen({ kinds: [1] }, { search: "proof:verified" });
  const never = listen({ search: "roses" });
  expect(index.match(it)).toEqual(new Set([all, both]));
  expect(index.matchVerified(it, RING)).toEqual(new Set([verified, ofRing, both]));
  for (const listener of [all, verified, ofRing, ofOther, otherKind, both, never]) index.remove(listener);
  expect(index.matchVerified(it, RING).size + index.match(it).size).toBe(0);
});

test("random text is a search or a fault, never an exception", () => {
  const random = generator(50);
  const words = ["proof:verified", `ring:${RING}`, "ring:", ":", " ", "\u0000", "🌹", "proof:"];
  for (let i = 0; i < 2_000; i++) {
    const text = Array.from({ length: random(5) }, () => words[random(words.length)]).join(random(2) === 0 ? " " : "");
    expect(["boolean"]).toContain(typeof parseSearch(text).ok);
  }
});
