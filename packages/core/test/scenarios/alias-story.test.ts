/**
 * Draft 3 from the first request to a second friendship, through machines, cryptography and wraps; and what a relay
 * that keeps everything can link, in both modes.
 */
import { describe, expect, test } from "vitest";
import { type Acquaintance, type AliasEvent, STRANGER, step, type Writing } from "../../src/alias/alias.ts";
import { publishPlain, sealExchange, writeExchange } from "../../src/alias/exchange.ts";
import { type Mode, mannerFor } from "../../src/alias/manner.ts";
import { readMessage, writeMessage } from "../../src/alias/message.ts";
import { type ReadExchange, readPlain, readSealed } from "../../src/alias/read-exchange.ts";
import type { PubkeyHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import type { VerifiedEvent } from "../../src/nostr/event.ts";
import { OPEN, Player, T0 } from "../alias-cast.ts";

/** One person with one acquaintance, on one device, and the clock on his wall. */
class Client {
  readonly me: Player;
  readonly peer: Player;
  readonly clock: () => number;
  readonly relay: VerifiedEvent[];
  readonly mode: Mode;
  readonly seen = new Set<VerifiedEvent>();
  state: Acquaintance = STRANGER;

  constructor(me: Player, peer: Player, clock: () => number, relay: VerifiedEvent[], mode: Mode) {
    this.me = me;
    this.peer = peer;
    this.clock = clock;
    this.relay = relay;
    this.mode = mode;
    me.keys.add(peer.pubkey);
  }

  wish(kind: "request" | "accept" | "reject" | "remove"): void {
    const now = this.clock();
    const asking = { kind: "request", peer: this.peer.pubkey, words: `It is ${this.me.name}`, now } as const;
    this.apply(kind === "request" ? asking : { kind, now });
  }

  apply(event: AliasEvent): void {
    const { state, effects } = step(this.state, event);
    this.state = state;
    for (const effect of effects) if (effect.kind === "write") this.perform(effect.writing);
  }

  perform(writing: Writing): void {
    const { me, peer } = this;
    const next = me.keys.add(peer.pubkey, writing.removed);
    const alias = writing.from === undefined ? next.secret : me.keys.find(writing.from)!.secret;
    const { cipher } = mannerFor(this.state.facts, this.mode);
    const rumor = writeExchange(writing, { real: me.real, alias, cipher }, me.random, curve);
    if (this.mode === "plain") this.relay.push(publishPlain(rumor, alias, me.random, curve));
    else
      this.relay.push(...Object.values(sealExchange(rumor, { real: me.real, alias }, this.clock(), me.random, curve)));
    this.read();
  }

  /** Reads what the relay has and was not read before. */
  read(): void {
    const read = this.mode === "plain" ? readPlain : readSealed;
    for (const event of this.relay) {
      if (!this.seen.has(event)) this.learn(read(event, this.me.keys, OPEN, curve));
      this.seen.add(event);
    }
  }

  learn(read: ReadExchange): void {
    if (read.ok) this.apply({ kind: "learned", fact: read.fact, now: this.clock() });
  }

  get stands(): string {
    return this.state.relation.kind;
  }

  pair(): { mine: PubkeyHex; theirs: PubkeyHex } {
    if (this.state.relation.kind !== "active") throw new Error(`not active but ${this.stands}`);
    return this.state.relation;
  }
}

function couple(mode: Mode) {
  const relay: VerifiedEvent[] = [];
  const time = { now: T0 };
  const [alice, bob] = [new Player("alice"), new Player("bob")];
  const tick = (): number => time.now++;
  const a = new Client(alice, bob, () => tick() + 15, relay, mode);
  const b = new Client(bob, alice, () => tick() - 15, relay, mode);
  const sync = (): void => {
    a.read();
    b.read();
  };
  return { a, b, relay, sync };
}

describe.each(["sealed", "plain"] as const)("a friendship, %s", (mode) => {
  test("asked, rejected, accepted after all, written to, removed, and asked again with the next aliases", () => {
    const { a, b, relay, sync } = couple(mode);
    a.wish("request");
    sync();
    expect([a.stands, b.stands]).toEqual(["requested", "requested-by-peer"]);
    b.wish("reject");
    sync();
    expect([a.stands, b.stands]).toEqual(["rejected", "rejected"]);
    b.wish("accept");
    sync();
    const first = a.pair();
    expect(b.pair()).toMatchObject({ mine: first.theirs, theirs: first.mine });

    const manner = mannerFor(a.state.facts, mode);
    const template = { text: "hello", to: first.theirs, now: a.clock() };
    const [message] = writeMessage(template, a.me.keys.find(first.mine)!.secret, manner, a.me.random, curve);
    const isPair = (mine: PubkeyHex, theirs: PubkeyHex): boolean => mine === first.theirs && theirs === first.mine;
    const read = readMessage(message!, b.me.keys, isPair, curve);
    expect(read).toMatchObject({ ok: true, message: { text: "hello", peer: a.me.pubkey, by: "peer" } });

    b.wish("remove");
    sync();
    expect([a.stands, b.stands]).toEqual(["removed", "removed"]);
    // the relay serves everything again, oldest last.
    relay.reverse();
    for (const client of [a, b]) client.seen.clear();
    sync();
    expect([a.stands, b.stands]).toEqual(["removed", "removed"]);

    b.wish("request");
    sync();
    a.wish("accept");
    sync();
    const second = a.pair();
    expect(b.pair()).toMatchObject({ mine: second.theirs, theirs: second.mine });
    const all = [first.mine, first.theirs, second.mine, second.theirs];
    expect(new Set(all).size).toBe(4);
    expect([a.me.keys.find(second.mine)?.index, b.me.keys.find(second.theirs)?.index]).toEqual([1, 1]);
  });

  test("both ask at once: nobody needs to answer (ALIAS-8)", () => {
    const { a, b, sync } = couple(mode);
    a.wish("request");
    b.wish("request");
    sync();
    expect(b.pair()).toMatchObject({ mine: a.pair().theirs, theirs: a.pair().mine });
  });
});

/** Groups of keys that a relay can tie together: those that stand in one event, and so on from group to group. */
function linked(relay: readonly VerifiedEvent[], keys: readonly PubkeyHex[]): string[][] {
  const groups = relay.map((event) => keys.filter((key) => JSON.stringify({ ...event }).includes(key)));
  return groups.filter((group) => group.length > 1);
}

describe("A-02: the relay's view", () => {
  const view = (mode: Mode) => {
    const { a, b, relay, sync } = couple(mode);
    a.wish("request");
    sync();
    b.wish("accept");
    sync();
    const { mine, theirs } = a.pair();
    b.wish("remove");
    return { keys: [a.me.pubkey, b.me.pubkey, mine, theirs], relay, mine, theirs, real: b.me.pubkey };
  };

  test("ALIAS-3: sealed, no event holds two keys of the two people, and none has one of them as its author", () => {
    const { keys, relay } = view("sealed");
    expect(relay).toHaveLength(6);
    expect(linked(relay, keys)).toEqual([]);
    expect(relay.filter(({ pubkey }) => keys.includes(pubkey))).toEqual([]);
    expect(new Set(relay.map(({ pubkey }) => pubkey)).size).toBe(6);
  });

  test("ALIAS-3: plain, the flow ties the asked person's alias to the real key, as plain-mode's sentence says", () => {
    const { keys, relay, mine, theirs, real } = view("plain");
    expect(linked(relay, keys)).toEqual([
      [real, mine],
      [mine, theirs],
      [mine, theirs],
    ]);
  });
});
