import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import type { EventId } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { plain, type SignedEvent, VerifiedEvent } from "../../src/nostr/event.ts";
import { committedTarget, difficulty, hasWork, mine } from "../../src/nostr/nip13.ts";

interface Nip13File {
  readonly difficulty: readonly { readonly eventId: EventId; readonly bits: number }[];
  readonly mined: readonly { readonly target: number; readonly nonce: number; readonly event: SignedEvent }[];
}

const file = readVectors<Nip13File>("nip13.json");

vectorTests("NIP-13 difficulty", file.difficulty, ({ eventId, bits }) => {
  expect(difficulty(eventId)).toBe(bits);
});

vectorTests("NIP-13 mined note", file.mined, ({ target, nonce, event }) => {
  const verdict = VerifiedEvent.check(event, curve);
  expect(verdict.ok && plain(verdict.event)).toEqual(event);
  expect(committedTarget(event)).toBe(target);
  expect(hasWork(event, target)).toBe(true);
  expect(hasWork(event, target + 1)).toBe(false);
  const found = mine({ ...event, tags: [] }, target, { from: nonce - 100, count: 200 });
  const { sig: _, ...rumor } = event;
  expect(found).toEqual({ done: true, event: rumor, best: difficulty(event.id), next: nonce + 1 });
});
