import { expect, test } from "vitest";
import type { Found } from "../../src/group/acts.ts";
import { buildKeys, type KeysTemplate } from "../../src/group/build-keys.ts";
import { isNewInvite, openGroup, openRequests, selectionOf } from "../../src/group/group.ts";
import { openInvite, sealInvite } from "../../src/group/invite.ts";
import { memberLine, PLAIN_GROUP } from "../../src/group/metadata.ts";
import { infoOf } from "../../src/group/show.ts";
import { signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { Crowd, curve, type Device } from "../models/group-crowd.ts";

test("GROUP-5, GROUP-6, GROUP-7: create with three: everybody reads everybody, and sees the same roster", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  crowd.get("ben").say("under the rose");
  crowd.get("anna").say("in confidence");
  crowd.deliver();
  for (const device of crowd.devices) {
    expect(device.texts().sort(), device.name).toEqual(["in confidence", "under the rose"]);
    expect(device.view()).toMatchObject({ epoch: 0, mayWrite: true, owner: crowd.get("anna").me });
    expect(device.view().members.map((member) => member.person)).toEqual(crowd.devices.map((d) => d.me));
  }
  expect(crowd.get("anna").view().phase).toBe("owner");
  expect(crowd.get("ben").view().phase).toBe("member");
});

test("GROUP-11, GROUP-22: join by invite and approval; what was said before stays closed", () => {
  const crowd = new Crowd(["anna", "ben"], ["dora"]);
  const [anna, dora] = [crowd.get("anna"), crowd.get("dora")];
  anna.say("before dora");
  crowd.deliver();
  expect(dora.view().phase).toBe("outside");
  const key = anna.state.ledger.select(crowd.now);
  if (key.kind === "none") throw new Error("anna is in her group");
  dora.do({ kind: "asked", key: key.tip.fact.key, text: "ben knows me", difficulty: 0, now: crowd.now });
  crowd.deliver();
  expect(anna.texts()).toContain("ben knows me");
  anna.do({ kind: "changed", change: { add: [dora.me] }, now: crowd.now });
  crowd.deliver();
  expect(dora.view()).toMatchObject({ phase: "member", epoch: 1, mayWrite: true });
  dora.say("hello");
  crowd.deliver();
  for (const device of crowd.devices) expect(device.texts(), device.name).toContain("hello");
  expect(dora.texts()).not.toContain("before dora");
});

test("GROUP-12, GROUP-16: the owner is offline, a member leaves, a member rotates, and the leaver reads nothing more", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora"]);
  const [ben, cleo] = [crowd.get("ben"), crowd.get("cleo")];
  cleo.do({ kind: "left", now: crowd.now });
  crowd.deliver(["anna"]);
  expect(ben.view()).toMatchObject({ mayWrite: false, blocks: ["leaver-holds-key"], leaving: [cleo.me] });
  crowd.pass(40, ["anna"]);
  expect(ben.view()).toMatchObject({ mayWrite: true, epoch: 0 });
  expect(cleo.view().phase).toBe("leaver");
  ben.say("without cleo");
  crowd.deliver(["anna"]);
  expect(crowd.get("dora").texts()).toEqual(["without cleo"]);
  expect(cleo.texts()).toEqual([]);
  crowd.catchUp("anna");
  expect(crowd.get("anna").texts()).toEqual(["without cleo"]);
});

test("GROUP-14: two members rotate at once: all end on the higher rank's key, and both keys are read", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora"]);
  const [ben, cleo, dora] = [crowd.get("ben"), crowd.get("cleo"), crowd.get("dora")];
  dora.do({ kind: "left", now: crowd.now });
  crowd.deliver();
  // Nobody hears of the other's rotation before he has made his own.
  crowd.network.advance(100);
  for (const one of [cleo, ben]) one.do({ kind: "woke", now: crowd.now });
  cleo.say("on cleo's key");
  crowd.deliver();
  const currents = ["anna", "ben", "cleo"].map((name) => {
    const view = crowd.get(name).state.ledger.select(crowd.now);
    return view.kind === "found" && view.choice.current.kind === "rotation" ? view.choice.current.operator : undefined;
  });
  expect(currents).toEqual([ben.me, ben.me, ben.me]);
  expect(crowd.get("anna").texts()).toEqual(["on cleo's key"]);
});

test("the owner removes someone, who then reads nothing and knows that he may not write", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, cleo] = [crowd.get("anna"), crowd.get("cleo")];
  anna.do({ kind: "changed", change: { remove: [cleo.me] }, now: crowd.now });
  crowd.deliver();
  expect(cleo.view()).toMatchObject({ phase: "removed", mayWrite: false, blocks: ["removed-or-garbled"] });
  anna.say("among us two");
  crowd.deliver();
  expect(crowd.get("ben").texts()).toEqual(["among us two"]);
  expect(cleo.texts()).toEqual([]);
  cleo.say("but I");
  expect(cleo.ignored.at(-1)).toBe("may-not-write");
});

test("GROUP-18: an admin moderates, and a 485 that he signs is ignored by everybody", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  anna.do({ kind: "changed", change: { roles: new Map([[ben.me, "admin"]]) }, now: crowd.now });
  crowd.deliver();
  expect(ben.view().phase).toBe("admin");
  cleo.say("rude");
  crowd.deliver();
  const [rude] = ben.state.reader.messages();
  const words = { kind: "moderation", act: "hide", target: rude!.id, reason: "rude" } as const;
  ben.do({ kind: "said", saying: { words }, now: crowd.now });
  crowd.deliver();
  expect(anna.state.reader.messages().at(-1)?.words).toEqual(words);
  ben.do({ kind: "changed", change: { remove: [cleo.me] }, now: crowd.now });
  expect(ben.ignored.at(-1)).toBe("not-owner");
  // His client refuses; so he makes one without it, from everything he holds: as himself, and as if he were the owner.
  const before = crowd.devices.map((device) => device.view());
  for (const owner of [anna, ben]) {
    const event = ownersEvent(crowd, ben, [owner, owner === anna ? ben : anna]);
    crowd.network.publish(1, event);
    crowd.deliver();
    expect(crowd.network.stored(0).map((stored) => stored.id)).toContain(event.id);
    expect(crowd.devices.map((device) => device.view())).toEqual(before);
    // It opens for those whom he wrapped to; they see who made it, and that is all.
    const seen = selectionOf(anna.state, crowd.now) as Found;
    expect(anna.state.ledger.facts()).toContainEqual(expect.objectContaining({ id: event.id, author: ben.me }));
    expect(seen.history.nodes.has(event.id)).toBe(false);
  }
  cleo.say("still here");
  crowd.deliver();
  expect(anna.texts()).toContain("still here");
});

/** A 485 on o*, signed by `author`, with a roster of these people, the first of them its owner. */
function ownersEvent(crowd: Crowd, author: Device, people: readonly Device[]): VerifiedEvent {
  const { tip } = selectionOf(author.state, crowd.now) as Found;
  const { id, epoch, key, created_at } = tip.fact;
  const roster = people.map(({ me }, rank) =>
    memberLine({ person: me, role: rank === 0 ? "owner" : "member", rank, since: 0 }),
  );
  const template: KeysTemplate = {
    created_at: created_at + 1,
    roster,
    info: PLAIN_GROUP,
    base: { create: crowd.create, id, epoch, secret: author.state.reader.secretOf(key)! },
    handovers: tip.handovers,
    left: [],
  };
  const { event, alias } = buildKeys(template, author.real, crowd.random, curve);
  return signEvent(event, alias, crowd.random(32), curve);
}

test("GROUP-18: ownership passes, and only the new owner's events count after it is accepted", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  anna.do({ kind: "left", now: crowd.now });
  expect(anna.ignored).toContain("owner-must-hand-over");
  anna.do({ kind: "changed", change: { heir: ben.me }, now: crowd.now });
  crowd.deliver();
  expect([anna, ben].map((d) => d.view().phase)).toEqual(["member", "owner"]);
  ben.do({ kind: "changed", change: { info: { name: "ben's rose" } }, now: crowd.now });
  crowd.deliver();
  const view = cleo.state.ledger.select(crowd.now);
  expect(view.kind === "found" && [view.tip.handovers, view.tip.fact.author]).toEqual([1, ben.me]);
  anna.do({ kind: "changed", change: { remove: [cleo.me] }, now: crowd.now });
  expect(anna.ignored.at(-1)).toBe("not-owner");
});

test("GROUP-19: a relay withholds the newest owner event but one: stale is known, and closed when it comes", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, cleo] = [crowd.get("anna"), crowd.get("cleo")];
  anna.do({ kind: "changed", change: { info: { about: "one" } }, now: crowd.now });
  crowd.deliver(["cleo"]);
  anna.do({ kind: "changed", change: { info: { about: "two" } }, now: crowd.now });
  crowd.deliver();
  expect(cleo.view()).toMatchObject({ epoch: 0, mayWrite: false, blocks: ["out-of-date"] });
  cleo.do({ kind: "decided", viewer: { insist: true }, now: crowd.now });
  expect(cleo.view().mayWrite).toBe(true);
  cleo.do({ kind: "decided", viewer: { insist: false }, now: crowd.now });
  crowd.catchUp("cleo");
  expect(cleo.view()).toMatchObject({ epoch: 2, mayWrite: true, blocks: [] });
});

test("GROUP-19: a relay withholds the newest owner event: another relay tells; where all lie, the next event does", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  /** Anna changes the group, and these relays never show Cleo the event. */
  const changeWithheld = (about: string, relays: readonly number[]): void => {
    anna.do({ kind: "changed", change: { info: { about } }, now: crowd.now });
    crowd.deliver(["cleo"]);
    const { tip } = selectionOf(anna.state, crowd.now) as Found;
    for (const relay of relays) crowd.network.withhold(relay, 2, tip.fact.id);
    crowd.catchUp("cleo");
  };
  changeWithheld("one", [0]);
  expect(cleo.view()).toMatchObject({ epoch: 1, mayWrite: true });
  changeWithheld("two", [0, 1]);
  // Nothing that she holds could tell her. What she says is still read, by everybody who was in that epoch.
  expect(cleo.view()).toMatchObject({ epoch: 1, mayWrite: true, blocks: [], maybeOutOfDate: false });
  cleo.say("under the key before");
  crowd.deliver();
  expect(ben.texts()).toEqual(["under the key before"]);
  changeWithheld("three", []);
  expect(cleo.view()).toMatchObject({ epoch: 1, mayWrite: false, blocks: ["out-of-date"] });
  crowd.network.heal();
  crowd.deliver();
  expect(cleo.view()).toMatchObject({ epoch: 3, mayWrite: true, blocks: [] });
});

test("GROUP-18: two devices of one owner: the branch that lost is repeated, and whom it deceived is told", () => {
  const crowd = new Crowd(["anna", "anna2", "ben", "cleo"], ["dora"]);
  const [first, second, cleo, dora] = ["anna", "anna2", "cleo", "dora"].map((name) => crowd.get(name));
  first!.do({ kind: "changed", change: { remove: [cleo!.me] }, now: crowd.now });
  crowd.network.advance(1);
  second!.do({ kind: "changed", change: { add: [dora!.me] }, now: crowd.now });
  crowd.deliver();
  crowd.pass(10);
  const ben = crowd.get("ben").view();
  expect(ben.members.map((member) => member.person)).not.toContain(cleo!.me);
  expect(cleo!.view().mayWrite).toBe(false);
  expect(ben.mayWrite && first!.view().mayWrite && second!.view().mayWrite).toBe(true);
  const dorasIn = ben.members.some((member) => member.person === dora!.me);
  expect(dora!.view().mayWrite).toBe(dorasIn);
});

test("GROUP-13: a guest with a private invite sees name and members, and is asked before he belongs", () => {
  const crowd = new Crowd(["anna", "ben"], ["dora"]);
  const [anna, ben, dora] = [crowd.get("anna"), crowd.get("ben"), crowd.get("dora")];
  const view = ben.state.ledger.select(crowd.now);
  if (view.kind === "none") throw new Error("ben is a member");
  const { random } = crowd;
  const secret = ben.state.reader.secretOf(view.choice.current.key)!;
  const sealed = sealInvite(
    { create: crowd.create, owner: anna.me, secret, relays: [] },
    ben.real,
    dora.me,
    random,
    curve,
  );
  const opened = openInvite(sealed, ben.me, dora.real, curve);
  if (!opened.ok) throw new Error(opened.reason);
  const { invite } = opened;
  const config = { create: invite.create, mine: { real: dora.real, encryption: [] }, curve, secrets: [invite.secret] };
  dora.state = openGroup(config, [invite.owner]);
  crowd.catchUp("dora");
  expect(infoOf(dora.state, crowd.now)?.name).toBe("the rose");
  expect(dora.view().members.map((member) => member.person)).toEqual([anna.me, ben.me]);
  expect(dora.view()).toMatchObject({ phase: "outside", mayWrite: false });
  dora.do({ kind: "asked", key: view.choice.current.key, text: "may I?", difficulty: 0, now: crowd.now });
  crowd.deliver();
  expect(openRequests(anna.state, crowd.now).map((one) => one.author)).toEqual([dora.me]);
  anna.do({ kind: "changed", change: { add: [dora.me] }, now: crowd.now });
  crowd.deliver();
  expect(openRequests(anna.state, crowd.now)).toEqual([]);
  expect(dora.view()).toMatchObject({ phase: "member", mayWrite: true });
});

test("GROUP-22: an old invite opened again says nothing new; one to what I do not hold, or to what is current, does", () => {
  const crowd = new Crowd(["anna", "ben"]);
  const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
  const current = () => (selectionOf(anna.state, crowd.now) as Found).choice.current.key;
  const keys = [current()];
  for (const about of ["one", "two"]) {
    anna.do({ kind: "changed", change: { info: { about } }, now: crowd.now });
    crowd.deliver(about === "two" ? ["ben"] : []);
    keys.push(current());
  }
  expect(keys.map((key) => isNewInvite(ben.state, key, crowd.now))).toEqual([false, true, true]);
  const outside = openGroup({ create: crowd.create, mine: { real: ben.real, encryption: [] }, curve });
  expect(isNewInvite(outside, keys[0]!, crowd.now)).toBe(true);
});

test("a device that restarts is where it was, and does nothing twice", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [ben, cleo] = [crowd.get("ben"), crowd.get("cleo")];
  cleo.do({ kind: "left", now: crowd.now });
  crowd.deliver();
  ben.restart();
  crowd.deliver();
  expect(ben.view()).toMatchObject({ leaving: [cleo.me], mayWrite: false });
  crowd.pass(60);
  const rotations = (): number => crowd.network.stored(0).filter((event) => event.kind === 486).length;
  const before = rotations();
  for (const device of crowd.devices) device.restart();
  crowd.deliver();
  crowd.pass(120);
  expect(rotations()).toBe(before);
  expect(ben.view().mayWrite).toBe(true);
});
