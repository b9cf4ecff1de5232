import { expect, test } from "vitest";
import type { EventId } from "../../src/bytes.ts";
import type { Group, GroupEvent } from "../../src/group/group.ts";
import { step } from "../../src/group/group.ts";
import { BLOCKED, IGNORED } from "../../src/group/sentences.ts";
import { signEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve, type Device } from "../models/group-crowd.ts";

/** One device in every phase. */
function phases(): { crowd: Crowd; devices: Record<Group["kind"], Device> } {
  const crowd = new Crowd(["anna", "ben", "cleo", "dora", "finn"], ["eve"]);
  const [anna, ben, dora] = [crowd.get("anna"), crowd.get("ben"), crowd.get("dora")];
  anna.do({ kind: "changed", change: { remove: [dora.me], roles: new Map([[ben.me, "admin"]]) }, now: crowd.now });
  crowd.deliver();
  crowd.get("cleo").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  const devices = { outside: "eve", member: "finn", admin: "ben", owner: "anna", leaver: "cleo", removed: "dora" };
  const found = Object.entries(devices).map(([kind, name]) => [kind, crowd.get(name)]);
  return { crowd, devices: Object.fromEntries(found) as Record<Group["kind"], Device> };
}

test("GROUP-20: step is total: in every phase every event either changes something or says why not", () => {
  const { crowd, devices } = phases();
  const { now } = crowd;
  const someone = devices.member.me;
  const junk = signEvent(
    { kind: 482, created_at: 1, tags: [["e", crowd.create]], content: "junk" },
    devices.member.real,
    new Uint8Array(32),
    curve,
  );
  const events: readonly GroupEvent[] = [
    { kind: "received", event: crowd.first, now },
    { kind: "received", event: junk, now },
    { kind: "woke", now },
    { kind: "said", saying: { words: { kind: "text", text: "hello" } }, now },
    { kind: "asked", key: crowd.first.tags[0]![1] as never, text: "please", difficulty: 0, now },
    { kind: "left", now },
    { kind: "changed", change: { info: { name: "new" } }, now },
    { kind: "changed", change: { heir: someone }, now },
    { kind: "decided", viewer: { insist: true, chosen: ["ab".repeat(32) as EventId] }, now },
    { kind: "mined", event: { ...crowd.first, id: crowd.first.id }, now },
    { kind: "refreshed", encryption: [Secret.from(new Uint8Array(32).fill(5), curve)], now },
    { kind: "forgot", keys: [], now },
  ];
  for (const [kind, device] of Object.entries(devices)) {
    expect(device.state.kind).toBe(kind);
    for (const event of events) {
      const { state, effects, ignored } = step(device.state, event, device.means);
      const what = `${kind} × ${event.kind}`;
      if (ignored === undefined) expect(state !== device.state || effects.length > 0, what).toBe(true);
      else expect(IGNORED[ignored], what).toMatch(/^[A-Z].*\.$/);
      // The state before is still what it was: the same step gives the same answer again.
      expect(step(device.state, event, device.means).ignored, what).toBe(ignored);
    }
  }
});

test("every reason has a sentence for people", () => {
  for (const sentence of [...Object.values(IGNORED), ...Object.values(BLOCKED)])
    expect(sentence).toMatch(/^[A-Z].*\.$/);
});

test("GROUP-16: a plan belongs to members alone, and is dropped when somebody else has rotated", () => {
  const { crowd, devices } = phases();
  for (const [kind, { state }] of Object.entries(devices)) {
    const plans = "plan" in state && state.plan !== undefined;
    expect(plans, kind).toBe(kind === "member" || kind === "admin" || kind === "owner");
  }
  crowd.pass(100);
  for (const { state } of Object.values(devices)) expect("plan" in state && state.plan).toBeFalsy();
});
