import { expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import type { Accept, Create, Offer } from "./fact.ts";
import { ownership } from "./tenure.ts";

const id = (word: string): EventId => word.padEnd(64, "0") as EventId;
const person = (word: string): PubkeyHex => word.padEnd(64, "f") as PubkeyHex;
const [O, X, Y] = [person("0a"), person("0b"), person("0c")];
const common = { form: "signed", channel: id("c0"), expiration: undefined } as const;
const create = { ...common, type: "create", id: id("c0"), author: O, time: 0 } as unknown as Create;

function offer(name: string, time: number, to: PubkeyHex, by = O, tenure?: EventId): Offer {
  return { ...common, type: "offer", id: id(name), author: by, time, to, tenure };
}

function accept(name: string, time: number, by: PubkeyHex, of: Offer, ...seen: readonly EventId[]): Accept {
  return { ...common, type: "accept", id: id(name), author: by, time, offer: of.id, seen };
}

function owners(offers: readonly Offer[], accepts: readonly Accept[]) {
  const { chain, split } = ownership(create, { offers, accepts, notices: [] });
  return { owners: chain.map(({ owner }) => owner), split };
}

test("CHANNEL-3: the creator owns it until an offer is accepted", () => {
  const toX = offer("51", 1, X);
  expect(owners([toX], [])).toEqual({ owners: [O], split: false });
  expect(owners([toX], [accept("61", 2, X, toX)])).toEqual({ owners: [O, X], split: false });
});

test("W-03: a delegate of old who accepts late does not split the channel: the later offer wins, with an alarm", () => {
  const toX = offer("51", 1, X);
  const toY = offer("52", 2, Y);
  const both = [accept("61", 9, X, toX), accept("62", 3, Y, toY)];
  expect(owners([toX, toY], both)).toEqual({ owners: [O, Y], split: true });
  expect(owners([toX, toY], both.toReversed())).toEqual({ owners: [O, Y], split: true });
});

test("CHANNEL-3: ownership may return to an earlier owner, and that is a tenure of its own", () => {
  const toX = offer("51", 1, X);
  const back = offer("52", 2, O, X, toX.id);
  const stale = offer("53", 3, Y);
  const accepts = [accept("61", 2, X, toX), accept("62", 3, O, back), accept("63", 4, Y, stale)];
  expect(owners([toX, back], accepts).owners).toEqual([O, X, O]);
  // What the creator offered in his first tenure and his successor did not list is accepted by another: seen by all.
  expect(owners([toX, back, stale], accepts)).toEqual({ owners: [O, Y], split: true });
});

test("CHANNEL-3: an offer to oneself takes the last one back, for whoever says that he held it", () => {
  const toX = offer("51", 1, X);
  const back = offer("52", 2, O);
  expect(owners([toX, back], [accept("61", 3, X, toX, back.id)]).owners).toEqual([O]);
  // Words alone do not take it back from whoever hides that he held them.
  expect(owners([toX, back], [accept("61", 3, X, toX)]).owners).toEqual([O, X]);
});

test("CHANNEL-3: a long chain of handovers costs linear time", () => {
  const count = 20_000;
  const name = (n: number): string => n.toString(16).padStart(8, "0");
  const offers: Offer[] = [];
  for (let n = 0; n < count; n++) {
    offers.push(offer(`5${name(n)}`, n, n % 2 === 0 ? X : O, n % 2 === 0 ? O : X, offers.at(-1)?.id));
  }
  const accepts = offers.map((one, n) => accept(`6${name(n)}`, n, one.to, one));
  const { chain } = ownership(create, { offers, accepts, notices: [] });
  expect(chain.length).toBe(count + 1);
});
