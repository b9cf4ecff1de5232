import { expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { Curve } from "../../src/curve/curve.ts";
import type { OwnerFact, Viewer } from "../../src/group/facts.ts";
import { Ledger } from "../../src/group/ledger.ts";
import { branchesToCallLost } from "../../src/group/lost-branch.ts";
import { Reader } from "../../src/group/reader.ts";
import { select } from "../../src/group/select.ts";
import type { VerifiedEvent } from "../../src/nostr/event.ts";
import { Crowd, curve } from "../models/group-crowd.ts";
import { summary } from "../models/group-history.ts";
import { person, roster } from "../models/group-world.ts";

/** A chain of owner events that counts how often its fields are looked at. */
function countedChain(length: number): { facts: readonly OwnerFact[]; looks: () => number } {
  let looks = 0;
  const members = roster([0, 1, 2].map((n) => ({ person: person(n), role: n === 0 ? "owner" : "member", since: 0 })));
  const facts = Array.from({ length }, (_, epoch): OwnerFact => {
    const id = String(epoch).padStart(6, "0") as EventId;
    return {
      kind: "owner",
      id,
      created_at: epoch,
      key: `k${id}` as PubkeyHex,
      author: person(0),
      get epoch() {
        looks++;
        return epoch;
      },
      prev: epoch === 0 ? undefined : (String(epoch - 1).padStart(6, "0") as EventId),
      weight: [0, epoch],
      get roster() {
        looks++;
        return members;
      },
      left: [],
      difficulty: 0,
      tagsAgree: true,
      fresh: true,
    };
  });
  return { facts, looks: () => looks };
}

const viewer: Viewer = { me: person(1), invitedBy: [], reinvitedBy: [], chosen: [], insist: false };

/** How often facts are looked at while they come one by one, and selection and lost branches are asked after each. */
function looksOneByOne(length: number): number {
  const { facts, looks } = countedChain(length);
  let ledger = Ledger.of([], viewer);
  for (const fact of facts) {
    ledger = ledger.add(fact);
    const selection = ledger.select(length);
    // What a device does unasked after every step begins with this.
    if (selection.kind === "found") branchesToCallLost(selection, viewer.me);
  }
  expect(summary(ledger.select(length))).toEqual(summary(select(facts, viewer, length)));
  return looks();
}

test("GROUP-14: a fact costs the ledger the same whether it is the thousandth or the ten-thousandth", () => {
  const [small, large] = [looksOneByOne(1_000), looksOneByOne(10_000)];
  expect(large / small).toBeLessThan(10.5);
});

test("GROUP-14: from cold, ten times the facts cost ten times the work", () => {
  const cold = [1_000, 10_000].map((length) => {
    const { facts, looks } = countedChain(length);
    select(facts, viewer, length);
    return looks();
  });
  expect(cold[1]! / cold[0]!).toBeLessThan(10.5);
});

test("GROUP-1: a message costs one product and one signature to open behind the door, however many were read before", () => {
  const crowd = new Crowd(["anna", "ben"]);
  for (let i = 0; i < 60; i++) crowd.get("anna").say(`message ${i}`);
  crowd.deliver();
  const calls = { ecdh: 0, verifySchnorr: 0 };
  const counting: Curve = {
    ...curve,
    ecdh: (secret, key) => {
      calls.ecdh++;
      return curve.ecdh(secret, key);
    },
    verifySchnorr: (sig, message, key) => {
      calls.verifySchnorr++;
      return curve.verifySchnorr(sig, message, key);
    },
  };
  const mine = { real: crowd.get("ben").real, encryption: [] };
  let reader = Reader.open({ create: crowd.create, mine, curve: counting });
  const costs = crowd.network.stored(0).map((event) => {
    const before = { ...calls };
    reader = reader.read(event).reader;
    return [calls.ecdh - before.ecdh, calls.verifySchnorr - before.verifySchnorr].join();
  });
  expect(new Set(costs.slice(1))).toEqual(new Set(["1,1"]));
});

test("GROUP-14: an ancestor of a reader answers as it did, and opens nothing again to do so", () => {
  const crowd = new Crowd(["anna", "ben"]);
  for (let i = 0; i < 20; i++) crowd.get("anna").say(`message ${i}`);
  crowd.deliver();
  let calls = 0;
  const counting: Curve = {
    ...curve,
    ecdh: (secret, key) => {
      calls++;
      return curve.ecdh(secret, key);
    },
  };
  const mine = { real: crowd.get("ben").real, encryption: [] };
  const config = { create: crowd.create, mine, curve: counting };
  const events = crowd.network.stored(0);
  // Keys come last in one of the two orders, so that what an event said became known long after it was held.
  for (const order of [events, [...events].reverse()]) {
    const readers: Reader[] = [Reader.open(config)];
    for (const event of order) readers.push(readers.at(-1)!.read(event).reader);
    calls = 0;
    const told = readers.map((reader) => answersOf(reader, order));
    expect(calls).toBe(0);
    const alone = readers.map((_, held) => {
      let reader = Reader.open(config);
      for (const event of order.slice(0, held)) reader = reader.read(event).reader;
      return answersOf(reader, order);
    });
    expect(told).toEqual(alone);
  }
});

function answersOf(reader: Reader, events: readonly VerifiedEvent[]) {
  return {
    size: reader.size,
    held: events.map(({ id }) => reader.event(id)?.id),
    infos: events.map(({ id }) => reader.infoOf(id)?.name),
    messages: reader.messages().map(({ id }) => id),
    secrets: reader.secrets().length,
    introductions: [...reader.introductions().keys()],
  };
}
