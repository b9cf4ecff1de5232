/** Events for tests. Stores and sessions are tested with entries somebody vouched for; verification has its own tests. */
import { hash } from "node:crypto";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { type EventTemplate, type SignedEvent, serialise } from "@subrosa/core/nostr/event";
import { Entry } from "../src/event/entry.ts";

export const NOW = 1_700_000_000;

/** A made-up key: nothing here looks at the curve. */
export function key(n: number): PubkeyHex {
  return n.toString(16).padStart(64, "0") as PubkeyHex;
}

export interface EventFields extends Partial<EventTemplate> {
  readonly by?: number;
}

export function event({ by = 1, kind = 1, created_at = NOW, tags = [], content = "" }: EventFields = {}): SignedEvent {
  const unsigned = { pubkey: key(by), kind, created_at, tags, content };
  const id = hash("sha256", serialise(unsigned)) as EventId;
  return { ...unsigned, id, sig: "0".repeat(128) };
}

export function admit(signed: SignedEvent): Entry {
  const entry = Entry.identify(signed)?.admit(true);
  if (entry === undefined) throw new Error("the event of a test has a wrong id");
  return entry;
}

export function entry(fields: EventFields = {}): Entry {
  return admit(event(fields));
}

/** mulberry32: small, seeded, good enough to choose test cases. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * below);
  };
}
