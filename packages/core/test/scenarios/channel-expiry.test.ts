/** W-02, W-11, W-12, W-19, CHANNEL-9: disappearing, if the relays are honest. */

import { mayWrite } from "@subrosa/core/channel/channel";
import { composeMessage } from "@subrosa/core/channel/compose";
import { readExpiration, SKEW } from "@subrosa/core/channel/expiration";
import { InnerDraft } from "@subrosa/core/channel/inner-event";
import { exposeChannelToStore, loadChannel } from "@subrosa/core/channel/save";
import type { Channel } from "@subrosa/core/channel/state";
import { expirationOf } from "@subrosa/core/nostr/nip40";
import { Secret } from "@subrosa/core/secret";
import { expect, test } from "vitest";
import { curve, type Person, staged, T0 } from "./channel-stage.ts";

const HOUR = 3_600;
const D = 100 * HOUR;
const END = T0 + D;
const lasting = { expiration: END } as const;

/** Every string and every run of bytes that can be reached from a value, secrets included. */
function contents(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value !== "object" || value === null || seen.has(value)) return "";
  seen.add(value);
  if (value instanceof Secret) return Buffer.from(value.expose()).toString("hex");
  const parts = value instanceof Map || value instanceof Set ? [...value] : Object.values(value);
  return parts.map((part) => contents(part, seen)).join("\n");
}

/** In memory and in what goes to the store. */
function holds(state: Channel, words: string): readonly [boolean, boolean] {
  return [contents(state).includes(words), exposeChannelToStore(state).includes(words)];
}

const hexOf = (person: Person): string => Buffer.from(person.joined.path.here.room.secret.expose()).toString("hex");

test("W-02: after expiry neither secret nor words nor the ticket are left, in memory or in the store", () => {
  const { stage, owner, members, channel } = staged("forget", ["ada"], lasting);
  const ada = members[0]!;
  owner.say("words that disappear");
  stage.settle();
  const secret = hexOf(ada);
  const { key } = ada;
  for (const words of [secret, "words that disappear", channel]) expect(holds(ada.state, words)).toEqual([true, true]);
  stage.now = END + SKEW - 1;
  ada.tick();
  expect(holds(ada.state, secret)).toEqual([true, true]);
  stage.now = END + SKEW;
  const { effects } = ada.tick();
  expect(effects).toContainEqual({ kind: "forget", key });
  expect(ada.state).toEqual({ kind: "ended", why: "expired" });
  for (const words of [secret, "words that disappear", channel])
    expect(holds(ada.state, words)).toEqual([false, false]);
});

test("W-02: an old channel that expired is forgotten, and the one it moved to goes on", () => {
  const { stage, owner, members, channel } = staged("forget-old", ["ada"], lasting);
  const ada = members[0]!;
  owner.say("old words");
  stage.settle();
  const secret = hexOf(ada);
  stage.now = END - HOUR;
  owner.move([ada]);
  stage.settle();
  owner.say("new words");
  stage.settle();
  stage.now = END + SKEW;
  ada.tick();
  for (const words of [secret, "old words"]) expect(holds(ada.state, words)).toEqual([false, false]);
  expect(ada.texts).toEqual(["new words"]);
  expect(ada.joined.thread.rooms.has(channel)).toBe(false);
  const again = loadChannel(exposeChannelToStore(ada.state), curve);
  expect([again.kind, mayWrite(again, stage.now)]).toEqual(["member", true]);
});

test("W-02: a channel that expires before the one it came from takes its key out of the 404 too", () => {
  const { stage, owner, members } = staged("forget-new", ["ada"]);
  const ada = members[0]!;
  owner.say("lasting words");
  stage.now += 10;
  stage.settle();
  owner.move([ada], [], stage.now + D);
  stage.settle();
  const secret = hexOf(ada);
  stage.now += D + SKEW;
  ada.tick();
  expect(holds(ada.state, secret)).toEqual([false, false]);
  expect(ada.texts).toEqual(["lasting words"]);
  expect(ada.state).toMatchObject({ kind: "stopped", why: "expired" });
  expect(mayWrite(ada.state, stage.now)).toBe(false);
});

test("W-02: every wrap of such a channel carries an expiration and goes only to relays that promise NIP-40", () => {
  const { stage, owner, members } = staged("nip40", ["ada"], lasting);
  owner.say("one");
  owner.rename("two");
  owner.offer(members[0]!);
  stage.now += 5;
  stage.settle();
  owner.invite(stage.person("late"));
  owner.move([members[0]!]);
  const published = owner.effects.flatMap((effect) => (effect.kind === "publish" ? [effect] : []));
  expect(published.length).toBeGreaterThan(7);
  for (const { event, nip40 } of published) {
    expect(nip40).toBe(true);
    expect(expirationOf(event)).toBeGreaterThanOrEqual(END);
  }
});

test("W-11: a message expires at its true time plus D, rounded up to the hour, inside and outside", () => {
  const { stage, owner } = staged("rounded", ["ada"], lasting);
  stage.now = T0 + 5 * HOUR + 17;
  const [post] = owner.post(composeMessage(owner.state, "words", stage.now), [owner.key], "channel");
  const expected = T0 + D + 6 * HOUR;
  expect([post!.fact.expiration, expirationOf(post!.outer)]).toEqual([expected, expected]);
  expect(post!.outer.created_at).toBeLessThanOrEqual(stage.now);
  expect(post!.outer.created_at).toBeGreaterThan(stage.now - 172_800);
});

test("CHANNEL-3: an offer lapses inside after seven days and stays on relays where the channel does not expire", () => {
  const { owner, members } = staged("offer-stays", ["ada"]);
  owner.offer(members[0]!);
  const last = owner.effects.findLast(({ kind }) => kind === "publish");
  if (last?.kind !== "publish") expect.fail("nothing was published");
  expect(expirationOf(last.event)).toBeUndefined();
  const offer = [...owner.joined.path.here.room.control.values()].at(-1)!;
  expect(offer.expiration).toBe(offer.time + 604_800);
});

for (const writerSkew of [-HOUR, 0, HOUR]) {
  for (const readerSkew of [-HOUR, 0, HOUR]) {
    test(`W-12: writer's clock ${writerSkew} s, reader's ${readerSkew} s: nobody writes or reads past his own expiry`, () => {
      const { stage, owner, members } = staged(`skew${writerSkew}${readerSkew}`, ["ada"], lasting);
      const ada = members[0]!;
      owner.skew = writerSkew;
      ada.skew = readerSkew;
      const [writing, reading] = [owner.state, ada.state];
      for (const from of [-7_200, -3_601, -3_600, -1, 0, 1, 119, 120, 121, 3_600, 3_719, 3_720, 3_721, 7_200]) {
        stage.now = END + from;
        [owner.state, ada.state] = [writing, reading];
        owner.tick();
        const writes = mayWrite(owner.state, owner.now);
        expect(writes, `writer at ${from}`).toBe(owner.now <= END);
        ada.tick();
        expect(ada.state.kind === "ended", `reader at ${from}`).toBe(ada.now >= END + SKEW);
        if (!writes) {
          expect(() => composeMessage(owner.state, "late", owner.now)).toThrow(/usage\/state/);
          continue;
        }
        const [post] = owner.post(composeMessage(owner.state, "words", owner.now), [owner.key], "channel");
        expect(post!.fact.time).toBeLessThanOrEqual(END);
        const received = ada.receive(post!.outer);
        if (ada.state.kind === "ended") expect(received.ignored).toBe("wrong-state");
        else expect(ada.texts).toEqual(post!.fact.time <= ada.now + 900 ? ["words"] : []);
      }
    });
  }
}

test("W-12: the owner is warned at 80 % and moves by himself at 90 %; members are not asked to", () => {
  const { stage, owner, members } = staged("warned", ["ada"], lasting);
  expect(owner.effects.findLast(({ kind }) => kind === "schedule")).toEqual({ kind: "schedule", at: T0 + 0.8 * D });
  for (const [part, expected] of [
    [0.79, []],
    [0.8, [{ kind: "warn", what: "expires-soon" }]],
    [0.89, []],
    [0.9, [{ kind: "move-due", why: "expiration" }]],
    [0.95, []],
  ] as const) {
    stage.now = T0 + part * D;
    expect(owner.tick().effects.filter(({ kind }) => kind !== "schedule")).toEqual(expected);
    expect(members[0]!.tick().effects.filter(({ kind }) => kind !== "schedule")).toEqual([]);
  }
  owner.move(members);
  stage.settle();
  expect(members[0]!.joined.path.here.view.create!.expiration).toBe(stage.now + D);
});

test("W-02: an invitation that nobody took is forgotten with the key in it", () => {
  const { stage, owner } = staged("not-taken", ["ada"], lasting);
  const carol = stage.person("carol");
  owner.invite(carol);
  carol.fetch();
  const secret = hexOf(owner);
  expect(holds(carol.state, secret)).toEqual([true, true]);
  const scheduled = carol.effects.at(-1);
  if (scheduled?.kind !== "schedule") expect.fail("nothing was scheduled");
  const { state } = carol;
  stage.now = scheduled.at;
  expect(carol.join().ignored).toBe("expired");
  carol.tick();
  expect(holds(carol.state, secret)).toEqual([false, false]);
  expect([state.kind, carol.tick().ignored]).toEqual(["invited", "nothing-new"]);
});

test("W-12: an owner who was offline past the expiry finds the channel gone, and so does everybody", () => {
  const { stage, owner, members } = staged("offline", ["ada"], lasting);
  const saved = exposeChannelToStore(owner.state);
  stage.now = END + HOUR;
  owner.state = loadChannel(saved, curve);
  expect(mayWrite(owner.state, stage.now)).toBe(false);
  owner.tick();
  members[0]!.tick();
  expect([owner.state.kind, members[0]!.state.kind]).toEqual(["ended", "ended"]);
});

test("CHANNEL-9: between the expiration and the end of the skew a channel is shown and closed", () => {
  const { stage, owner, members } = staged("closed", ["ada"], lasting);
  owner.say("last words");
  stage.settle();
  for (const person of [owner, members[0]!]) {
    stage.now = END;
    person.tick();
    expect(person.state.kind).not.toBe("stopped");
    stage.now = END + 1;
    person.tick();
    expect(person.state).toMatchObject({ kind: "stopped", why: "expired" });
    expect(person.texts).toEqual(["last words"]);
  }
});

test("CHANNEL-9: a message written at the edge of two honest clocks is read, one second later it is not", () => {
  const { stage, owner, members } = staged("edge", ["ada"], lasting);
  const ada = members[0]!;
  stage.now = END - 10;
  for (const [time, count] of [
    [END + SKEW, 1],
    [END + SKEW + 1, 1],
  ] as const) {
    const { draft } = composeMessage(owner.state, `at ${time}`, Math.min(time, END));
    const template = { ...draft.exposeToSigner(), created_at: time };
    const inner = owner.vouch({ draft: new InnerDraft(template), form: "signed", expiration: undefined });
    ada.receive(owner.wrap(inner, owner.key, undefined));
    expect(ada.texts.length).toBe(count);
  }
});

test("W-19: an expiration is one positive integer after the event's own date", () => {
  const tags = (...values: readonly string[]) => values.map((value) => ["expiration", value]);
  expect(readExpiration(tags(String(T0 + 1)), T0)).toEqual({ ok: true, expiration: T0 + 1 });
  expect(readExpiration([], T0)).toEqual({ ok: true, expiration: undefined });
  for (const value of ["-5", "1.5", "1e10", "", " 1900000000", "01900000000", "9".repeat(13)]) {
    expect(readExpiration(tags(value), T0)).toEqual({ ok: false, reason: "expiration-shape" });
  }
  expect(readExpiration(tags(String(T0)), T0)).toEqual({ ok: false, reason: "expiration-range" });
  expect(readExpiration(tags(String(T0 + 5), String(T0 + 6)), T0)).toEqual({ ok: false, reason: "expiration-shape" });
});
