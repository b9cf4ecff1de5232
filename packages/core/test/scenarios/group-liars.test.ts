import { expect, test } from "vitest";
import { type PubkeyHex, toHex } from "../../src/bytes.ts";
import { note } from "../../src/group/acts.ts";
import { buildKeys, type KeysTemplate } from "../../src/group/build-keys.ts";
import { complain } from "../../src/group/complaint.ts";
import { memberLine, PLAIN_GROUP } from "../../src/group/metadata.ts";
import { signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve, type Device } from "../models/group-crowd.ts";

/** A 486 by `liar` on o*, carrying out the leavers; whom `wrapTo` names is handed a wrap for somebody else. */
function rotationBy(crowd: Crowd, liar: Device, bend: Partial<KeysTemplate> = {}): VerifiedEvent {
  const view = liar.state.ledger.select(crowd.now);
  if (view.kind === "none") throw new Error("the liar is a member");
  const { fact, parent } = view.tip;
  const held = liar.state.reader.leavesOf(view.choice.leaving);
  const roster = fact.roster
    .filter((m) => !view.choice.leaving.has(m.person))
    .map((m) => (m.person === liar.me ? memberLine({ ...m, rank: fact.roster.length }) : m));
  const template: KeysTemplate = {
    created_at: crowd.now,
    roster,
    info: PLAIN_GROUP,
    base: { create: crowd.create, id: fact.id, epoch: fact.epoch, secret: liar.state.reader.secretOf(fact.key)! },
    handovers: parent?.handovers ?? 0,
    left: [],
    carries: { leaves: held.map((h) => h.carried), ids: held.map((h) => h.id!) },
    ...bend,
  };
  const { event, alias } = buildKeys(template, liar.real, crowd.random, curve);
  return signEvent(event, alias, crowd.random(32), curve);
}

const stranger = (crowd: Crowd): PubkeyHex => toHex(Secret.from(crowd.random(32), curve).pubkey) as PubkeyHex;

function currentOperators(crowd: Crowd, names: readonly string[]): (string | undefined)[] {
  return names.map((name) => {
    const view = crowd.get(name).state.ledger.select(crowd.now);
    if (view.kind === "none" || view.choice.current.kind === "owner") return undefined;
    const { operator } = view.choice.current;
    return crowd.devices.find((device) => device.me === operator)?.name;
  });
}

test("GROUP-15, G-04: a lying rotator is found out by a complaint, and an honest member's key takes over", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora"]);
  const [ben, cleo] = [crowd.get("ben"), crowd.get("cleo")];
  crowd.get("dora").do({ kind: "left", now: crowd.now });
  crowd.deliver(["anna"]);
  // Ben shuts Cleo out with a wrap that is nobody's. Anna is away.
  const lie = rotationBy(crowd, ben, { wrapTo: new Map([[cleo.me, stranger(crowd)]]) });
  crowd.network.publish(1, lie);
  crowd.deliver(["anna"]);
  for (const name of ["ben", "cleo"]) {
    const view = crowd.get(name).state.ledger.select(crowd.now);
    expect(view.kind === "found" && view.choice.candidates, name).toEqual([]);
  }
  crowd.pass(80, ["anna"]);
  expect(currentOperators(crowd, ["ben", "cleo"])).toEqual(["cleo", "cleo"]);
  cleo.say("still here");
  crowd.deliver(["anna"]);
  expect(ben.texts()).toEqual(["still here"]);
  crowd.catchUp("anna");
  expect(currentOperators(crowd, ["anna"])).toEqual(["cleo"]);
});

test("GROUP-15: a false complaint proves nothing and changes nothing; nobody can make one about a good wrap", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  crowd.get("dora").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  const good = rotationBy(crowd, ben);
  crowd.network.publish(1, good);
  crowd.deliver();
  expect(complain(good, cleo.real, undefined, crowd.random, curve)).toBeUndefined();
  // Cleo lies: the proof of another event, a bent proof.
  const other = rotationBy(crowd, ben, { wrapTo: new Map([[cleo.me, stranger(crowd)]]) });
  const honest = complain(other, cleo.real, undefined, crowd.random, curve)!;
  const view = cleo.state.ledger.select(crowd.now);
  if (view.kind === "none") throw new Error("cleo is a member");
  for (const complaint of [
    { ...honest, target: good.id },
    { ...honest, target: good.id, dleq: "11".repeat(64) },
  ]) {
    const words = { kind: "complaint", complaint } as const;
    const { event, alias } = note(crowd.create, view.tip.fact, words, cleo.real, crowd.now, {
      random: crowd.random,
      curve,
    });
    crowd.network.publish(2, signEvent(event, alias, crowd.random(32), curve));
  }
  crowd.deliver();
  expect(anna.ignored.filter((reason) => reason === "proves-nothing")).toHaveLength(2);
  expect(currentOperators(crowd, ["anna", "ben", "cleo"])).toEqual(["ben", "ben", "ben"]);
});

test("GROUP-17, G-10: an owner event made without seeing a leave does not undo it", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  cleo.do({ kind: "left", now: crowd.now });
  anna.do({ kind: "changed", change: { info: { about: "crossing" } }, now: crowd.now });
  crowd.deliver();
  for (const device of [anna, ben]) {
    expect(device.view(), device.name).toMatchObject({ epoch: 1, leaving: [cleo.me], mayWrite: false });
  }
  crowd.pass(30);
  expect(ben.view().mayWrite && anna.view().mayWrite).toBe(true);
  // Taken back on purpose, his old leave is void, also when a relay shows it again (G-11).
  anna.do({ kind: "changed", change: { putBack: [cleo.me] }, now: crowd.now });
  crowd.deliver();
  expect(cleo.view()).toMatchObject({ phase: "member", epoch: 2, leaving: [], mayWrite: true });
  crowd.catchUp("ben");
  expect(ben.view()).toMatchObject({ leaving: [], mayWrite: true });
});

test("GROUP-6, G-05: an old group key cannot come back, nor a key that is not the announced one", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora"]);
  const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
  crowd.get("dora").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  // The epoch is right and the seed is for another event: the secret is not derived from o*.
  const view = ben.state.ledger.select(crowd.now);
  if (view.kind === "none") throw new Error("ben is a member");
  const secret = ben.state.reader.secretOf(view.tip.fact.key)!;
  const base = { create: crowd.create, id: "12".repeat(32) as never, epoch: 0, secret };
  crowd.network.publish(1, rotationBy(crowd, ben, { base }));
  crowd.deliver();
  expect(currentOperators(crowd, ["anna"])).toEqual([undefined]);
  expect(anna.view().mayWrite).toBe(false);
});

test("GROUP-19: a stranger's inventions make nobody stale, and a stranger's key opens nothing", () => {
  const crowd = new Crowd(["anna", "ben"], ["eve"]);
  const [ben, eve] = [crowd.get("ben"), crowd.get("eve")];
  const roster = [eve, ben].map((d, rank) =>
    memberLine({ person: d.me, role: rank === 0 ? "owner" : "member", rank, since: 0 }),
  );
  const secret = Secret.from(crowd.random(32), curve);
  const base = { create: crowd.create, id: "ab".repeat(32) as never, epoch: 98, secret };
  const template = { created_at: crowd.now, roster, info: PLAIN_GROUP, base, handovers: 9, left: [] };
  const { event, alias } = buildKeys(template, eve.real, crowd.random, curve);
  crowd.network.publish(2, signEvent(event, alias, crowd.random(32), curve));
  crowd.deliver();
  expect(ben.view()).toMatchObject({ epoch: 0, mayWrite: true, blocks: [], maybeOutOfDate: false });
});

test("GROUP-16: the herd is quiet: one leave in a group of twelve makes one rotation", () => {
  const names = ["anna", ...Array.from({ length: 11 }, (_, i) => `member${String.fromCharCode(97 + i)}`)];
  const crowd = new Crowd(names);
  crowd.get("memberc").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  crowd.pass(240);
  expect(crowd.network.stored(0).filter((event) => event.kind === 486)).toHaveLength(1);
  expect(crowd.devices.filter((device) => device.view().mayWrite)).toHaveLength(11);
});

test("GROUP-2, GROUP-11, G-16: where the group asks for work, rotations and requests show it", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"], ["dora"], { difficulty: 6 });
  crowd.get("cleo").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  crowd.network.publish(1, rotationBy(crowd, crowd.get("ben")));
  crowd.deliver();
  expect(currentOperators(crowd, ["anna"])).toEqual([undefined]);
  crowd.pass(60);
  expect(currentOperators(crowd, ["anna", "ben"])[0]).toBeDefined();
  const rotations = crowd.network.stored(0).filter((event) => event.kind === 486);
  expect(rotations.some((event) => event.tags.at(-1)?.[0] === "nonce")).toBe(true);
});

test("GROUP-12: a leave that newer members cannot read is passed on once, not by everybody", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora", "emil"], ["finn"]);
  const [anna, cleo, finn] = [crowd.get("anna"), crowd.get("cleo"), crowd.get("finn")];
  cleo.do({ kind: "left", now: crowd.now });
  anna.do({ kind: "changed", change: { add: [finn.me] }, now: crowd.now });
  crowd.deliver(["anna"]);
  expect(finn.view().leaving).toEqual([]);
  crowd.pass(60, ["anna"]);
  expect(finn.view()).toMatchObject({ leaving: [cleo.me], mayWrite: true });
  const passedOn = crowd.network.stored(0).filter((event) => event.kind === 482);
  expect(passedOn).toHaveLength(1);
});

test("GROUP-21, GROUP-15: in ek mode a complaint shows the point of the key that the roster names, and nothing less", () => {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora"], [], { ek: true });
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  for (const device of crowd.devices) {
    device.do({ kind: "refreshed", encryption: [Secret.from(crowd.random(32), curve)], now: crowd.now });
    crowd.deliver();
  }
  anna.do({ kind: "changed", change: {}, now: crowd.now });
  crowd.deliver();
  crowd.get("dora").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  const view = ben.state.ledger.select(crowd.now);
  if (view.kind === "none") throw new Error("ben is a member");
  const { fact } = view.tip;
  const named = new Map(fact.roster.map((member) => [member.person, member.to!]));
  expect(named.size).toBe(4);
  // A good rotation, and a victim who proves only that his real key opens nothing: the wrap was made for another.
  const good = rotationBy(crowd, ben, { wrapTo: named });
  crowd.network.publish(1, good);
  crowd.deliver();
  const half = complain(good, cleo.real, undefined, crowd.random, curve)!;
  const words = { kind: "complaint", complaint: half } as const;
  const { event, alias } = note(crowd.create, fact, words, cleo.real, crowd.now, { random: crowd.random, curve });
  crowd.network.publish(2, signEvent(event, alias, crowd.random(32), curve));
  crowd.deliver();
  expect(currentOperators(crowd, ["anna", "ben", "cleo"])).toEqual(["ben", "ben", "ben"]);
  // A lie: Cleo's client complains with both points, and everybody drops what Ben made.
  const lie = rotationBy(crowd, ben, { wrapTo: new Map([...named, [cleo.me, stranger(crowd)]]) });
  crowd.network.publish(1, lie);
  crowd.deliver();
  expect(currentOperators(crowd, ["anna", "ben", "cleo"])).toEqual([undefined, undefined, undefined]);
});
