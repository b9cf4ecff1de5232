/** Leaves as somebody makes them who wants to do harm, and more of them than one event carries. */
import { expect, test } from "vitest";
import { anonymousEvent } from "../../src/anonymous/anonymous-event.ts";
import { type EventId, type PubkeyHex, toHex } from "../../src/bytes.ts";
import { createGroup, type Found, leave } from "../../src/group/acts.ts";
import type { GroupMeans } from "../../src/group/effects.ts";
import { type Group, openGroup, selectionOf, step } from "../../src/group/group.ts";
import { leaveText } from "../../src/group/leave.ts";
import { PLAIN_GROUP } from "../../src/group/metadata.ts";
import { LEAVE } from "../../src/group/wire.ts";
import { signEvent, type Tag, type VerifiedEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve } from "../models/group-crowd.ts";

const padded: readonly (readonly [string, readonly Tag[], string])[] = [
  ["many tags", Array.from({ length: 9 }, (_, i): Tag => ["x", String(i)]), leaveText(0)],
  ["a tag with many values", [["x", ...Array.from({ length: 8 }, String)]], leaveText(0)],
  ["a long tag", [["x", "y".repeat(1_200)]], leaveText(0)],
  ["a long text", [], `{"epoch":0,"more":"${"z".repeat(1_200)}"}`],
];

for (const [what, more, text] of padded) {
  test(`GROUP-8, G-31: a leave with ${what}, which no 486 could carry, is no leave, and locks nobody out`, () => {
    const crowd = new Crowd(["anna", "ben", "cleo"]);
    const [ben, cleo] = [crowd.get("ben"), crowd.get("cleo")];
    const { tip } = selectionOf(cleo.state, crowd.now) as Found;
    const tags: Tag[] = [["p", tip.fact.key], ["e", crowd.create], ["e", tip.fact.id], ...more];
    const alias = Secret.from(crowd.random(32), curve);
    const template = { kind: LEAVE, created_at: crowd.now, tags, text };
    const event = anonymousEvent(template, { real: cleo.real, alias }, crowd.random, curve);
    crowd.network.publish(2, signEvent(event, alias, crowd.random(32), curve));
    crowd.deliver(["anna"]);
    crowd.pass(120, ["anna"]);
    expect(ben.ignored).toContain("malformed");
    expect(ben.view()).toMatchObject({ mayWrite: true, leaving: [] });
    // What fits is carried out, by the same client and without the owner.
    cleo.do({ kind: "left", now: crowd.now });
    crowd.deliver(["anna"]);
    crowd.pass(120, ["anna"]);
    expect(ben.view()).toMatchObject({ mayWrite: true, leaving: [cleo.me] });
  });
}

/** A group of Anna, Ben and so many others, of whom Ben's device hears that they leave. */
function leaving(count: number): { ben: Group; leavers: ReadonlySet<PubkeyHex>; means: GroupMeans; now: number } {
  const crowd = new Crowd(["anna", "ben"]);
  const { random, now } = crowd;
  const others = Array.from({ length: count }, () => Secret.from(random(32), curve));
  const persons = [crowd.get("ben").real, ...others].map((secret) => toHex(secret.pubkey) as PubkeyHex);
  const members = persons.map((person) => ({ person, role: "member" as const }));
  const made = createGroup(crowd.get("anna").real, members, PLAIN_GROUP, now, { random, curve });
  const first = signEvent(made.event, made.alias, random(32), curve);
  const means: GroupMeans = { real: crowd.get("ben").real, random, curve };
  let ben = openGroup({ create: first.id as EventId, mine: { real: means.real, encryption: [] }, curve });
  const hear = (event: VerifiedEvent): void => {
    ben = step(ben, { kind: "received", event, now }, means).state;
  };
  hear(first);
  const view = selectionOf(ben, now) as Found;
  for (const other of others) {
    const said = leave(view, first.id, other, now, { random, curve });
    hear(signEvent(said.event, said.alias, random(32), curve));
  }
  return { ben, leavers: new Set(persons.slice(1)), means, now };
}

test("GROUP-8: a member carries out eighty leaves at once", () => {
  const { ben, leavers, means, now } = leaving(80);
  const { state, effects } = step(ben, { kind: "woke", now: now + 60 }, means);
  expect(effects.filter((effect) => effect.kind === "publish").map(({ event }) => event.kind)).toEqual([486]);
  const { choice } = selectionOf(state, now + 60) as Found;
  expect([choice.uncovered, choice.current.kind, choice.leaving]).toEqual([[], "rotation", leavers]);
});

test("GROUP-8: more leaves than one event carries are the owner's to carry out; a member says so and makes nothing", () => {
  const { ben, means, now } = leaving(120);
  const woke = step(ben, { kind: "woke", now: now + 60 }, means);
  expect(woke).toMatchObject({ effects: [], ignored: "too-many-leaves" });
  expect(step(woke.state, { kind: "woke", now: now + 120 }, means).ignored).toBe("nothing-to-do");
  expect((selectionOf(woke.state, now + 60) as Found).blocks).toEqual(["leaver-holds-key"]);
});
