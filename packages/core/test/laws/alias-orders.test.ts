/**
 * Ten events that two people can send each other, written and signed for once, read by both; then every subset of up to
 * five of them, in every order, with clocks 30 s apart. What is compared is the state, so nothing may depend on order.
 */
import { expect, test } from "vitest";
import { type Acquaintance, STRANGER, step } from "../../src/alias/alias.ts";
import type { ExchangeTemplate } from "../../src/alias/exchange.ts";
import { sealExchange } from "../../src/alias/exchange.ts";
import type { Fact } from "../../src/alias/fact.ts";
import { readSealed } from "../../src/alias/read-exchange.ts";
import { mirrorRelation, relationOf } from "../../src/alias/relation.ts";
import { type PubkeyHex, toHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import type { Rumor } from "../../src/nostr/event.ts";
import { OPEN, Player, T0 } from "../alias-cast.ts";

const alice = new Player("alice");
const bob = new Player("bob");
const [a0, b0] = [alice.knows(bob), bob.knows(alice)];
const a1 = toHex(alice.alias(bob, [a0]).secret.pubkey) as PubkeyHex;

interface Held {
  readonly alice: Fact;
  readonly bob: Fact;
}

/** Writes, seals, and lets both read: the writer his own copy. */
function exchanged(
  from: Player,
  to: Player,
  template: ExchangeTemplate,
  removed: readonly PubkeyHex[] = [],
): Held & { rumor: Rumor } {
  const rumor = from.write(to, template, "nip44", removed);
  const keys = { real: from.real, alias: from.alias(to, removed).secret };
  const { toPeer, toSelf } = sealExchange(rumor, keys, T0, from.random, curve);
  const factOf = (reader: Player): Fact => {
    const read = readSealed(reader === from ? toSelf : toPeer, reader.keys, OPEN, curve);
    if (!read.ok) throw new Error(read.reason);
    return read.fact;
  };
  return { rumor, alice: factOf(alice), bob: factOf(bob) };
}

/** Each stamps with a clock of his own, 30 s apart, so answers may be dated before what they answer. */
const [slow, fast] = [T0 - 15, T0 + 15];
const askB = exchanged(alice, bob, { kind: "request", to: bob.pubkey, created_at: fast, content: "Alice here" });
const askA = exchanged(bob, alice, { kind: "request", to: alice.pubkey, created_at: slow, content: "Bob here" });
const answer = (kind: "accept" | "reject", at: number): ExchangeTemplate => ({
  kind,
  to: a0,
  created_at: at,
  content: kind,
  request: askB.rumor.id,
});
const yes = exchanged(bob, alice, answer("accept", slow + 1));
const no = exchanged(bob, alice, answer("reject", slow + 1));
const yesLater = exchanged(bob, alice, answer("accept", slow + 2));
const yesBack = exchanged(alice, bob, {
  kind: "accept",
  to: b0,
  created_at: fast + 1,
  content: "accept",
  request: askA.rumor.id,
});
const noBack = exchanged(alice, bob, {
  kind: "reject",
  to: b0,
  created_at: fast + 2,
  content: "reject",
  request: askA.rumor.id,
});
const end = exchanged(alice, bob, { kind: "remove", to: b0, created_at: fast + 3, content: "remove" });
const askAgain = exchanged(alice, bob, { kind: "request", to: bob.pubkey, created_at: fast + 4, content: "again" }, [
  a0,
]);
const yesAgain = exchanged(
  bob,
  alice,
  { kind: "accept", to: a1, created_at: slow + 5, content: "accept", request: askAgain.rumor.id },
  [b0],
);
const events: readonly Held[] = [askB, askA, yes, no, yesLater, yesBack, noBack, end, askAgain, yesAgain];

function run(facts: readonly Fact[], clock: number): Acquaintance {
  return facts.reduce((state, fact, i) => step(state, { kind: "learned", fact, now: clock + i }).state, STRANGER);
}

/** Calls with every ordered choice of up to `left` of the events. */
function choices(left: number, chosen: readonly number[], visit: (order: readonly number[]) => void): void {
  visit(chosen);
  if (left === 0) return;
  events.forEach((_, i) => {
    if (!chosen.includes(i)) choices(left - 1, [...chosen, i], visit);
  });
}

test("ALIAS-6 to 8: every subset and order of up to 5 of 10 events, clocks 30 s apart: one state, seen by both", () => {
  const bySet = new Map<string, Acquaintance>();
  const kinds = new Set<string>();
  let orders = 0;
  choices(5, [], (order) => {
    orders++;
    const set = [...order].sort().join();
    const asAlice = run(
      order.map((i) => events[i]!.alice),
      fast + 10,
    );
    const known = bySet.get(set);
    if (known === undefined) {
      // Bob receives the same in the opposite order, and his clock is behind.
      const asBob = run(
        [...order].reverse().map((i) => events[i]!.bob),
        slow + 10,
      );
      if (JSON.stringify(asBob.relation) !== JSON.stringify(mirrorRelation(asAlice.relation))) {
        expect({ set, relation: asBob.relation }).toEqual({ set, relation: mirrorRelation(asAlice.relation) });
      }
      expect(asAlice.relation).toEqual(relationOf(asAlice.facts, fast + 10));
      bySet.set(set, asAlice);
      kinds.add(asAlice.relation.kind);
    } else if (JSON.stringify(asAlice) !== JSON.stringify(known)) {
      expect({ order, state: asAlice }).toEqual({ order, state: known });
    }
  });
  expect([bySet.size, orders]).toEqual([638, 36_101]);
  expect([...kinds].sort()).toEqual(["active", "none", "rejected", "removed", "requested", "requested-by-peer"]);
});

test("what the ten events say together: the removal ended the first pair, the second is active", () => {
  const state = run(
    events.map((held) => held.alice),
    fast + 10,
  );
  const b1 = toHex(bob.alias(alice, [b0]).secret.pubkey);
  expect(state.relation).toEqual({ kind: "active", mine: a1, theirs: b1, since: slow + 5 });
});
