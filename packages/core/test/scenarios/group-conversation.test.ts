import { expect, test } from "vitest";
import type { EventId } from "../../src/bytes.ts";
import { endedBefore } from "../../src/group/epochs.ts";
import { entriesOf, infoOf } from "../../src/group/show.ts";
import { DELETE, EDIT, FILE, REACTION, TEXT, type Words } from "../../src/group/words.ts";
import { Crowd, type Device } from "../models/group-crowd.ts";

const rich = (kind: number, content: string, tags: readonly (readonly string[])[]): Words => ({
  kind: "rich",
  rich: { kind, content, tags },
});

function told(crowd: Crowd, device: Device, words: Words, more: { reply?: EventId; expires?: number } = {}): EventId {
  device.do({ kind: "said", saying: { words, ...more }, now: crowd.now });
  const [last] = device.state.reader.messages().slice(-1);
  crowd.network.advance(1);
  crowd.deliver();
  return last!.id;
}

const shown = (crowd: Crowd, device: Device, now = crowd.now) => entriesOf(device.state, now, () => crowd.now);

test("GROUP-10: replies, reactions, edits, deletions, files and mentions are shown to everybody alike", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  const first = told(crowd, anna, { kind: "text", text: "helo" });
  const second = told(crowd, ben, rich(TEXT, "you mean hello", [["p", anna.me]]), { reply: first });
  told(crowd, anna, rich(EDIT, "hello", [["e", first]]));
  told(crowd, ben, rich(EDIT, "I am not the author", [["e", first]]));
  told(crowd, cleo, rich(REACTION, "🌹", [["e", first]]));
  told(crowd, cleo, rich(REACTION, "🌹", [["e", first]]));
  told(crowd, ben, rich(REACTION, "🌹", [["e", first]]));
  const tags = [
    ["file-type", "image/png"],
    ["decryption-key", "aa"],
    ["decryption-nonce", "bb"],
    ["x", "cc"],
  ];
  told(crowd, cleo, rich(FILE, "https://files.example/1", tags));
  const gone = told(crowd, cleo, { kind: "text", text: "a slip" });
  told(crowd, cleo, rich(DELETE, "", [["e", gone]]));
  for (const device of crowd.devices) {
    const entries = shown(crowd, device);
    expect(entries.map((e) => e.text)).toEqual(["hello", "you mean hello", ""]);
    expect(entries[0]).toMatchObject({ edited: true, id: first, author: anna.me });
    expect([...entries[0]!.reactions]).toEqual([["🌹", [cleo.me, ben.me]]]);
    expect(entries[1]).toMatchObject({ reply: first, mentions: [anna.me], id: second, edited: false });
    expect(entries[2]!.file).toEqual({
      url: "https://files.example/1",
      type: "image/png",
      key: "aa",
      nonce: "bb",
      hash: "cc",
    });
  }
});

test("GROUP-18: owner and admins hide, pin and mute; members' acts count for nothing; a mute ends with the epoch", () => {
  const crowd = new Crowd(["anna", "ben", "cleo"]);
  const [anna, ben, cleo] = [crowd.get("anna"), crowd.get("ben"), crowd.get("cleo")];
  anna.do({ kind: "changed", change: { roles: new Map([[ben.me, "admin"]]) }, now: crowd.now });
  crowd.deliver();
  const act = (kind: "hide" | "pin" | "mute" | "show", target: string): Words => ({
    kind: "moderation",
    act: kind,
    target: target as EventId,
    reason: "",
  });
  const rude = told(crowd, cleo, { kind: "text", text: "rude" });
  const fine = told(crowd, anna, { kind: "text", text: "fine" });
  told(crowd, cleo, act("hide", fine));
  told(crowd, ben, act("hide", rude));
  told(crowd, ben, act("pin", fine));
  expect(shown(crowd, anna).map((e) => [e.text, e.pinned])).toEqual([["fine", true]]);
  told(crowd, ben, act("mute", cleo.me));
  told(crowd, cleo, { kind: "text", text: "muted" });
  expect(shown(crowd, anna)).toHaveLength(1);
  told(crowd, ben, act("show", rude));
  anna.do({ kind: "changed", change: { info: { name: "a new day" } }, now: crowd.now });
  crowd.deliver();
  told(crowd, cleo, { kind: "text", text: "heard again" });
  expect(shown(crowd, ben).map((e) => e.text)).toEqual(["fine", "heard again"]);
  expect(infoOf(cleo.state, crowd.now)?.name).toBe("a new day");
});

test("GROUP-4, GROUP-10: disappearing messages go, late ones say so, the outer time is jittered and the true one inside", () => {
  const crowd = new Crowd(["anna", "ben"]);
  const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
  told(crowd, anna, { kind: "text", text: "for a minute" }, { expires: crowd.now + 60 });
  expect(shown(crowd, ben)).toHaveLength(1);
  expect(shown(crowd, ben, crowd.now + 60)).toHaveLength(0);
  const said = crowd.network.stored(0).filter((event) => event.kind === 482);
  expect(said[0]!.tags.some((tag) => tag[0] === "expiration")).toBe(true);
  const { at } = ben.state.reader.messages()[0]!;
  expect(at - said[0]!.created_at).toBeGreaterThanOrEqual(0);
  expect(at - said[0]!.created_at).toBeLessThanOrEqual(120);
  told(crowd, anna, { kind: "text", text: "slow" });
  anna.do({ kind: "changed", change: {}, now: crowd.now });
  crowd.deliver();
  const seen = (delay: number) => entriesOf(ben.state, crowd.now, () => crowd.now + delay).map((e) => e.late);
  expect(seen(47 * 3_600).at(-1)).toBe(false);
  expect(seen(49 * 3_600).at(-1)).toBe(true);
});

test("GROUP-14: retention forgets the keys of ended epochs and decides nothing", () => {
  const crowd = new Crowd(["anna", "ben"]);
  const [anna, ben] = [crowd.get("anna"), crowd.get("ben")];
  told(crowd, anna, { kind: "text", text: "old" });
  for (let i = 0; i < 2; i++) {
    crowd.network.advance(86_400);
    anna.do({ kind: "changed", change: {}, now: crowd.now });
    crowd.deliver();
  }
  const view = ben.state.ledger.select(crowd.now);
  const over = endedBefore(ben.state.ledger.facts(), view, crowd.now - 3_600);
  expect(over).toHaveLength(1);
  const secret = ben.state.reader.secretOf(over[0]!)!;
  ben.do({ kind: "forgot", keys: over, now: crowd.now });
  expect(ben.state.reader.secretOf(over[0]!)).toBeUndefined();
  expect(() => secret.expose()).toThrow(expect.objectContaining({ code: "usage/wiped" }));
  expect(ben.view()).toMatchObject({ epoch: 2, mayWrite: true });
  expect(anna.view()).toMatchObject({ epoch: 2, mayWrite: true });
});
