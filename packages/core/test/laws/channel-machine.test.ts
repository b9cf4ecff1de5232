/** The machine: total, indifferent to the order of arrival, and the same after it was saved. */

import { toHex } from "@subrosa/core/bytes";
import { begin, mayWrite, step } from "@subrosa/core/channel/channel";
import type { Fact, Invitation } from "@subrosa/core/channel/fact";
import type { Arrival } from "@subrosa/core/channel/receive";
import { exposeChannelToStore, loadChannel } from "@subrosa/core/channel/save";
import type { Channel, ChannelEvent } from "@subrosa/core/channel/state";
import { historyOf } from "@subrosa/core/channel/thread";
import { nobleCurve as curve } from "@subrosa/core/curve/noble";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { expect, test } from "vitest";
import { accept, anySecret, change, create, id, message, move, NOW, notice, offer, person } from "./channel-facts.ts";

const [O, X, ME] = [person("0a"), person("0b"), person("0c")];
const KEY = toHex(anySecret.pubkey) as typeof ME;
const first = create({ key: KEY });
const invitation: Invitation = {
  type: "invitation",
  id: id("11"),
  author: O,
  time: NOW - 900,
  expiration: undefined,
  form: "signed",
  channel: first.id,
  secret: anySecret,
  relays: [],
  accepts: [],
  words: "",
};

const nextSecret = Secret.from(new Uint8Array(32).fill(8), curve);
const NEXT_KEY = toHex(nextSecret.pubkey) as typeof ME;

function arrival(fact: Fact): Arrival {
  const channelKey = fact.type === "create" && fact.id === id("c1") ? NEXT_KEY : KEY;
  const to = fact.type === "invitation" || fact.type === "move" ? ME : channelKey;
  return { fact, to, outer: { id: `${fact.id.slice(0, 60)}0e0e`, created_at: NOW } as SignedEvent };
}

const received = (...facts: readonly Fact[]): ChannelEvent => ({
  kind: "received",
  arrivals: facts.map(arrival),
  now: NOW,
});
const run = (state: Channel, ...events: readonly ChannelEvent[]): Channel =>
  events.reduce((now, event) => step(now, event).state, state);

const waits = run(begin(ME), received(invitation));
const joined = run(waits, { kind: "join", invitation: invitation.id, relays: ["wss://a"], now: NOW });
const member = run(joined, received(first));
const toMe = offer({ id: id("51"), author: O, time: NOW - 50, to: ME });
const mine = accept({ id: id("61"), author: ME, time: NOW - 40, offer: toMe.id });
const moved = notice({ id: id("41"), author: O, time: NOW - 30, next: id("c1") });
const old = notice({ id: id("42"), author: O, time: NOW - 30, next: id("c2") });
const toX = offer({ id: id("52"), author: O, time: NOW - 60, to: X });
const byX = accept({ id: id("62"), author: X, time: NOW - 55, offer: toX.id });

const states: Readonly<Record<Channel["kind"], Channel>> = {
  invited: waits,
  waiting: joined,
  member,
  delegate: run(member, received(toMe)),
  owner: run(member, received(toMe, mine)),
  removed: run(member, received(moved)),
  stopped: run(member, received(toX, byX, old)),
  ended: run(member, { kind: "leave" }),
};

const outer = { id: id("0e"), created_at: NOW } as SignedEvent;
const said = message({ id: id("31"), author: X, time: NOW - 20 });
const mySaid = message({ id: id("32"), author: ME, time: NOW - 20 });
const events: readonly ChannelEvent[] = [
  received(said),
  received(),
  { kind: "posted", posts: [arrival(mySaid)], now: NOW },
  { kind: "posted", posts: [], now: NOW },
  { kind: "join", invitation: invitation.id, relays: [], now: NOW },
  { kind: "join", invitation: id("ee"), relays: [], now: NOW },
  { kind: "relays-approved", relays: ["wss://b"], now: NOW },
  { kind: "relays-approved", relays: ["wss://a"], now: NOW },
  { kind: "follow", next: id("c1"), now: NOW },
  { kind: "tick", now: NOW + 5 },
  { kind: "challenged", relay: "wss://a", key: KEY, challenge: "c" },
  { kind: "challenged", relay: "wss://a", key: ME, challenge: "c" },
  { kind: "listed", relay: "wss://a", key: KEY, ids: new Set(), since: 0, until: NOW },
  { kind: "refused", relay: "wss://a", key: KEY, id: arrival(first).outer.id },
  { kind: "wrapped-again", relay: "wss://a", of: arrival(first).outer.id, outer },
  { kind: "leave" },
];

for (const [kind, state] of Object.entries(states)) {
  test(`step is total: ${kind}`, () => {
    expect(state.kind).toBe(kind);
    for (const event of events) {
      const made = step(state, event);
      const idle = made.state === state && made.effects.length === 0;
      expect(made.ignored !== undefined ? idle : !idle, `${kind} × ${event.kind}`).toBe(true);
    }
  });

  test(`a saved state is the same state: ${kind}`, () => {
    const again = loadChannel(exposeChannelToStore(state), curve);
    expect(again.kind).toBe(state.kind);
    expect(exposeChannelToStore(again)).toBe(exposeChannelToStore(state));
    for (const event of events.filter((one) => one.kind !== "leave")) {
      const [ours, theirs] = [step(state, event), step(again, event)];
      expect([theirs.state.kind, theirs.ignored, theirs.effects]).toEqual([
        ours.state.kind,
        ours.ignored,
        ours.effects,
      ]);
    }
  });

  test(`only a member, a delegate and an owner write: ${kind}`, () => {
    expect(mayWrite(state, NOW)).toBe(["member", "delegate", "owner"].includes(kind));
  });
}

test("what was signed while the channel moved is looked at again, and not posted", () => {
  expect(step(states.removed, { kind: "posted", posts: [arrival(mySaid)], now: NOW }).ignored).toBe("wrong-state");
  expect(step(states.member, { kind: "posted", posts: [arrival(said)], now: NOW }).ignored).toBe("wrong-state");
  expect(step(states.member, { kind: "posted", posts: [arrival(moved)], now: NOW }).ignored).toBe("wrong-state");
});

test("what names another channel is not posted to this one", () => {
  const elsewhere = message({ id: id("34"), author: ME, time: NOW, channel: id("c9") });
  expect(step(states.member, { kind: "posted", posts: [arrival(elsewhere)], now: NOW }).ignored).toBe("wrong-state");
  expect(step(states.member, { kind: "posted", posts: [arrival(mySaid)], now: NOW }).ignored).toBeUndefined();
});

test("CHANNEL-6: the 400 of another channel under this key leaves no trace", () => {
  const made = step(states.member, received(create({ id: id("c9"), key: KEY })));
  expect([made.ignored, made.state === states.member]).toEqual(["other-create", true]);
});

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) yield items;
  for (const [i, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)])) yield [item, ...rest];
  }
}

/** All that a person sees and may do. */
function shown(state: Channel): string {
  if (!("path" in state)) return state.kind;
  const { path } = state;
  const views = path.places.map(
    ({ view: { owner, metadata, relays, move: to, stopped, noticed, cut, alarms, refused } }) => [
      owner,
      metadata,
      relays,
      to?.next,
      stopped,
      noticed,
      cut,
      [...alarms].toSorted(),
      [...refused].toSorted(),
    ],
  );
  return JSON.stringify([
    state.kind,
    path.end,
    views,
    historyOf(path, NOW).map((fact) => fact.id),
    mayWrite(state, NOW),
  ]);
}

const toX2 = offer({ id: id("53"), author: O, time: NOW - 58, to: X });
const renamed = change({ id: id("21"), author: O, time: NOW - 57, name: "roses" });
const xLists = accept({ id: id("63"), author: X, time: NOW - 54, offer: toX2.id, seen: [renamed.id, toX.id] });
const next = create({ id: id("c1"), key: NEXT_KEY, author: O });
const told = move({ id: id("43"), author: O, time: NOW - 30, next: next.id, secret: nextSecret });
const sets: Readonly<Record<string, readonly Fact[]>> = {
  "two offers and two acceptances": [first, toX, byX, toMe, mine, renamed],
  "an acceptance that lists, and one that does not": [first, toX, byX, toX2, xLists, renamed],
  "a handover, and a late 404 of the former owner": [first, toMe, mine, renamed, old, said],
  "a move, its notice, and words before and after": [
    first,
    told,
    moved,
    said,
    message({ id: id("33"), author: X, time: NOW }),
  ],
  "an invitation of the owner to a copy without key": [create({ key: undefined }), invitation, said, renamed, toX],
};
for (const [what, facts] of Object.entries(sets)) {
  test(`in whatever order it comes, it ends the same: ${what}`, () => {
    const start = run(waits, { kind: "join", invitation: invitation.id, relays: ["wss://a"], now: NOW });
    const expected = shown(run(start, received(...facts)));
    for (const order of permutations(facts)) {
      const ended = run(start, ...order.map((fact) => received(fact)), { kind: "tick", now: NOW });
      if (shown(ended) !== expected) expect(shown(ended), order.map((fact) => fact.id).join()).toBe(expected);
    }
  });
}
