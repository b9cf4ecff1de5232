import { expect, test } from "vitest";
import { epochsByKey } from "../../src/group/epochs.ts";
import { Reader } from "../../src/group/reader.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve, type Device } from "../models/group-crowd.ts";

/** What somebody opens who has every event and what is on this device: real key, encryption keys, group secrets. */
function stolen(crowd: Crowd, device: Device): string[] {
  const { mine } = device.state.reader.config;
  let thief = Reader.open({ create: crowd.create, mine, curve, secrets: device.state.reader.secrets() });
  for (const event of crowd.network.stored(0)) thief = thief.read(event).reader;
  return thief.messages().flatMap(({ words }) => (words.kind === "text" && words.text !== "" ? [words.text] : []));
}

function keyOfEpoch(crowd: Crowd, device: Device, epoch: number) {
  const view = device.state.ledger.select(crowd.now);
  if (view.kind === "none") throw new Error("a member");
  for (let at = view.tip; ; at = at.parent!) if (at.fact.epoch === epoch) return at.fact.key;
}

function rotate(crowd: Crowd, text: string): void {
  crowd.get("anna").do({ kind: "changed", change: { info: { about: text } }, now: crowd.now });
  crowd.deliver();
}

test("GROUP-21, G-03: in base mode a stolen nsec opens everything that relays kept, forgotten keys or not", () => {
  const crowd = new Crowd(["anna", "ben"]);
  const ben = crowd.get("ben");
  for (const epoch of [0, 1, 2]) {
    crowd.get("anna").say(`epoch ${epoch}`);
    crowd.deliver();
    rotate(crowd, `after ${epoch}`);
  }
  ben.do({ kind: "forgot", keys: [0, 1, 2].map((epoch) => keyOfEpoch(crowd, ben, epoch)), now: crowd.now });
  expect(stolen(crowd, ben).sort()).toEqual(["epoch 0", "epoch 1", "epoch 2"]);
});

test("GROUP-21: in ek mode device and nsec open the window and what was wrapped before the first announcement, no more", () => {
  const crowd = new Crowd(["anna", "ben"], [], { ek: true });
  const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
  const say = (text: string): void => {
    anna.say(text);
    crowd.deliver();
  };
  /** Everybody announces a fresh key and keeps `keep` of the older ones. */
  const refresh = (keep: number): void => {
    for (const device of [anna, ben]) {
      const old = device.state.reader.config.mine.encryption;
      const encryption = [...old.slice(old.length - keep), Secret.from(crowd.random(32), curve)];
      device.do({ kind: "refreshed", encryption, now: crowd.now });
      crowd.deliver();
    }
  };
  say("epoch 0");
  refresh(0);
  rotate(crowd, "one");
  say("epoch 1");
  refresh(1);
  rotate(crowd, "two");
  say("epoch 2");
  refresh(1);
  rotate(crowd, "three");
  say("epoch 3");
  // The window is one epoch: secrets of epoch 1 and before are deleted, with the key they were wrapped to.
  for (const device of [anna, ben]) {
    const keep = device.state.reader.config.mine.encryption.slice(-2);
    device.do({ kind: "refreshed", encryption: keep, now: crowd.now });
    device.do({ kind: "forgot", keys: [keyOfEpoch(crowd, device, 1)], now: crowd.now });
  }
  expect(stolen(crowd, ben).sort()).toEqual(["epoch 0", "epoch 2", "epoch 3"]);
  expect(ben.view()).toMatchObject({ epoch: 3, mayWrite: true });
});

test("GROUP-21: what is said after the theft is open in base mode; in ek mode a fresh key ends it, before the thief is known", () => {
  for (const ek of [false, true]) {
    const crowd = new Crowd(["anna", "ben"], [], { ek });
    const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
    const refresh = (): void => {
      const encryption = [Secret.from(crowd.random(32), curve)];
      ben.do({ kind: "refreshed", encryption, now: crowd.now });
      crowd.deliver();
    };
    refresh();
    rotate(crowd, "one");
    const taken = { mine: ben.state.reader.config.mine, secrets: ben.state.reader.secrets() };
    for (const text of ["in the epoch of the theft", "in the next epoch"]) {
      anna.say(text);
      crowd.deliver();
      rotate(crowd, "with the key that was taken");
    }
    refresh();
    rotate(crowd, "with a fresh key");
    anna.say("after a fresh key");
    crowd.deliver();
    expect(ben.texts()).toContain("after a fresh key");
    let thief = Reader.open({ create: crowd.create, curve, ...taken });
    for (const event of crowd.network.stored(0)) thief = thief.read(event).reader;
    const read = thief
      .messages()
      .flatMap(({ words }) => (words.kind === "text" && words.text !== "" ? words.text : []));
    const before = ["in the epoch of the theft", "in the next epoch"];
    expect(read.sort(), ek ? "ek mode" : "base mode").toEqual(ek ? before : ["after a fresh key", ...before]);
  }
});

test("someone who joined reads nothing from before; someone who was removed nothing from after, nsec or not", () => {
  const crowd = new Crowd(["anna", "ben"], ["dora"]);
  const [anna, ben, dora] = [crowd.get("anna"), crowd.get("ben"), crowd.get("dora")];
  anna.say("before dora");
  anna.do({ kind: "changed", change: { add: [dora.me] }, now: crowd.now });
  crowd.deliver();
  anna.say("with dora");
  crowd.deliver();
  anna.do({ kind: "changed", change: { remove: [ben.me] }, now: crowd.now });
  crowd.deliver();
  anna.say("without ben");
  crowd.deliver();
  expect(stolen(crowd, dora).sort()).toEqual(["with dora", "without ben"]);
  expect(stolen(crowd, ben).sort()).toEqual(["before dora", "with dora"]);
  const view = dora.state.ledger.select(crowd.now);
  expect(epochsByKey(dora.state.ledger.facts(), view).size).toBe(2);
});
