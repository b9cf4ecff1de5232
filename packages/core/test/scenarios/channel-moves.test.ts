/** W-04, W-18, CHANNEL-5: moves, lost 404s, owners who say two things, and chains that lead back. */

import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { mayWrite } from "@subrosa/core/channel/channel";
import type { Composed } from "@subrosa/core/channel/compose";
import { composeMessage } from "@subrosa/core/channel/compose";
import { draftMessage, draftMove, draftNotice } from "@subrosa/core/channel/draft";
import { MAX_HOPS, movesOf, openRoom, type Thread, walk } from "@subrosa/core/channel/thread";
import { Secret } from "@subrosa/core/secret";
import { describe, expect, test } from "vitest";
import { create, id, move, NOW, person } from "../laws/channel-facts.ts";
import { curve, type Person, staged } from "./channel-stage.ts";

const NAMES = ["ada", "bob", "cyd"];

describe("W-04: every subset of lost 404s", () => {
  for (let mask = 0; mask < 2 ** NAMES.length; mask++) {
    const lostNames = NAMES.filter((_, i) => (mask >> i) % 2 === 1);
    test(`lost: ${lostNames.join(", ") || "none"}. Nobody writes to the old channel, nobody removed to the new`, () => {
      const { stage, owner, members } = staged(`lost-${mask}`, [...NAMES, "rex"]);
      const rex = members.at(-1)!;
      const remaining = members.slice(0, -1);
      const lost = remaining.filter(({ name }) => lostNames.includes(name));
      const old = owner.key;
      stage.now += 60;
      owner.move(remaining, lost);
      stage.settle();
      for (const member of [...lost, rex]) {
        expect(member.state.kind).toBe("removed");
        expect(mayWrite(member.state, stage.now)).toBe(false);
        expect(() => member.say("words")).toThrow(expect.objectContaining({ code: "usage/state" }));
        expect(member.joined.thread.rooms.size).toBe(1);
      }
      for (const member of remaining.filter((one) => !lost.includes(one))) {
        expect(member.state.kind).toBe("member");
        expect(member.key).toBe(owner.key);
      }
      // All that rex reads names neither the new channel's id nor its key.
      const known = JSON.stringify([...rex.joined.path.here.room.control.values()]);
      const next = owner.joined.path.here.room;
      expect([known.includes(next.id), known.includes(next.key)]).toEqual([false, false]);
      stage.now += 60;
      // Should the key come to him all the same, he lacks the ticket.
      const forged = draftMessage({
        time: stage.now,
        channel: rex.joined.path.here.room.id,
        hint: "",
        expiration: undefined,
        text: "in",
      });
      const outer = rex.wrap(forged.sign(rex.secret, stage.random(32), curve), next.key, undefined);
      stage.now += 60;
      owner.receive(outer);
      expect(owner.texts).not.toContain("in");
      expect(stage.relays[0]!.heldFor(old).length).toBeGreaterThan(0);
      // A 404 that was only late brings its reader on.
      for (const member of lost) resend(owner, member);
      stage.settle();
      for (const member of lost) expect([member.state.kind, member.key]).toEqual(["member", owner.key]);
    });
  }
});

function resend(owner: Person, member: Person): void {
  const told = [...owner.joined.path.places[0]!.room.control.values()].find(({ type }) => type === "move");
  if (told?.type !== "move") expect.fail("no 404");
  const { time, channel, next, secret, accepts } = told;
  const inputs = { time, channel, next, secret: secret!, accepts, hint: "", expiration: undefined, tenure: undefined };
  const inner = draftMove(inputs).sign(owner.secret, owner.stage.random(32), curve);
  owner.stage.publish(owner.wrap(inner, member.pubkey, undefined), owner.stage.urls);
}

test("CHANNEL-5: a message to the old channel later than the move is ignored, an earlier one is shown", () => {
  const { stage, owner, members } = staged("late-words", ["ada", "bob"]);
  const [ada, bob] = members;
  stage.now += 100;
  const early = bob!.post(composeMessage(bob!.state, "early", stage.now - 50), [bob!.key], "channel");
  const late = bob!.post(composeMessage(bob!.state, "late", stage.now + 50), [bob!.key], "channel");
  owner.move([ada!]);
  stage.now += 100;
  stage.settle();
  for (const { outer } of [...early, ...late]) stage.publish(outer, stage.urls);
  stage.settle();
  for (const reader of [owner, ada!, bob!]) expect(reader.texts).toEqual(["early"]);
});

test("CHANNEL-5: a message of the old channel wrapped again to the new one is judged by the old one's rules", () => {
  const { stage, owner, members } = staged("smuggled", ["ada", "rex"]);
  const [ada, rex] = members;
  const old = rex!.key;
  stage.now += 100;
  owner.move([ada!]);
  stage.now += 100;
  const words = rex!.vouch(composeMessage(rex!.state, "smuggled", stage.now));
  stage.settle();
  expect(rex!.state.kind).toBe("removed");
  const [opened] = ada!.open([rex!.wrap(words, old, undefined)]);
  if (opened?.ok !== true) expect.fail(opened?.reason);
  stage.publish(ada!.wrap(opened.inner, ada!.key, undefined), stage.urls);
  stage.settle();
  expect(owner.texts).toEqual([]);
});

test("CHANNEL-2: what was said in the old channel in time is shown there, also when it comes under the new key", () => {
  const { stage, owner, members } = staged("shared-history", ["ada"]);
  const ada = members[0]!;
  stage.now += 10;
  const [early] = owner.post(composeMessage(owner.state, "early", stage.now), [owner.key], "channel");
  stage.now += 10;
  owner.move([ada]);
  stage.settle();
  const [opened] = owner.open([early!.outer]);
  if (opened?.ok !== true) expect.fail(opened?.reason);
  ada.receive(owner.wrap(opened.inner, ada.key, undefined));
  expect(ada.texts).toEqual(["early"]);
  const [old, now] = ada.joined.path.places;
  expect([old!.room.spoken.size, now!.room.spoken.size]).toEqual([1, 0]);
});

test("CHANNEL-5: two different notices are an alarm, and members who were told two channels both see it", () => {
  const { stage, owner, members } = staged("two-moves", ["ada", "bob"]);
  const [ada, bob] = members;
  stage.now += 10;
  const { room } = owner.joined.path.here;
  const send = (composed: Composed, to: readonly PubkeyHex[], place: "channel" | "person"): void => {
    for (const { outer } of owner.post(composed, to, place)) stage.publish(outer, stage.urls);
  };
  for (const [n, member] of [ada!, bob!].entries()) {
    const act = { time: stage.now + n, channel: room.id, hint: "", expiration: undefined, tenure: undefined };
    const next = id(`c${n + 1}`);
    const secret = stage.channelSecret();
    send(
      { draft: draftMove({ ...act, next, secret, accepts: [] }), form: "signed", expiration: undefined },
      [member.pubkey],
      "person",
    );
    send({ draft: draftNotice({ ...act, next }), form: "signed", expiration: undefined }, [room.key], "channel");
  }
  stage.now += 10;
  stage.settle();
  for (const member of [ada!, bob!]) {
    expect(member.effects).toContainEqual({ kind: "warn", what: "two-moves" });
    expect(mayWrite(member.state, stage.now)).toBe(false);
  }
});

test("CHANNEL-5: a 404 whose new 400 has not come stops writing, and waits", () => {
  const { stage, owner, members } = staged("waiting", ["ada"]);
  const ada = members[0]!;
  owner.move([ada]);
  const toAda = stage.relays[0]!.heldFor(ada.pubkey);
  ada.receive(...toAda);
  expect([ada.state.kind, mayWrite(ada.state, stage.now)]).toEqual(["waiting", false]);
  stage.settle();
  expect(ada.state.kind).toBe("member");
});

test("CHANNEL-3: a void 404 stops the old channel with an alarm until the present owner moves", () => {
  const { stage, owner, members } = staged("void-move", ["ada", "bob"]);
  const [ada, bob] = members;
  owner.offer(ada!);
  stage.settle();
  stage.now += 1;
  // The owner moves without having seen that ada accepts; she accepts without having seen his move.
  const accepted = ada!.accept();
  stage.settle([bob!]);
  const room = bob!.joined.path.here.room;
  const act = { time: stage.now, channel: room.id, hint: "", expiration: undefined, tenure: undefined };
  const notice = { draft: draftNotice({ ...act, next: id("c1") }), form: "signed", expiration: undefined } as const;
  for (const { outer } of owner.post(notice, [room.key], "channel")) stage.publish(outer, stage.urls);
  stage.settle();
  expect(accepted.ignored).toBeUndefined();
  expect(bob!.state).toMatchObject({ kind: "stopped", why: "void-move" });
  expect(bob!.effects).toContainEqual({ kind: "warn", what: "void-move" });
  stage.now += 1;
  ada!.move([owner, bob!]);
  stage.settle();
  for (const reader of [owner, ada!, bob!]) expect(mayWrite(reader.state, stage.now)).toBe(true);
  expect(bob!.key).toBe(ada!.key);
});

test("CHANNEL-3: between an owner who moved and a delegate who hid it the user chooses, and nobody writes before", () => {
  const { stage, owner, members } = staged("follow", ["ada", "bob"]);
  const [ada, bob] = members;
  owner.offer(ada!);
  stage.settle();
  stage.now += 1;
  owner.move([bob!]);
  ada!.accept();
  stage.settle();
  expect(bob!.state).toMatchObject({ kind: "stopped", why: "void-move" });
  const next = movesOf(bob!.joined.path.here.room)[0]!.next;
  expect(bob!.step({ kind: "follow", next: id("cf"), now: stage.now }).ignored).toBe("unknown-move");
  bob!.step({ kind: "follow", next, now: stage.now });
  stage.settle([bob!]);
  expect([bob!.state.kind, bob!.joined.path.here.room.id]).toEqual(["member", next]);
  // Once the present owner has moved too, he may choose anew.
  ada!.move([bob!]);
  stage.settle([ada!, bob!]);
  expect(bob!.joined.path.here.room.id).toBe(next);
  bob!.step({ kind: "follow", next: ada!.joined.path.here.room.id, now: stage.now });
  stage.settle([bob!]);
  expect([bob!.state.kind, bob!.key]).toEqual(["member", ada!.key]);
});

test("W-17: every move gives the channel a new address, and the new wraps name it alone", () => {
  const { stage, owner, members } = staged("new-address", ["ada"]);
  const old = owner.key;
  const before = stage.relays[0]!.heldFor(old).length;
  stage.now += 10;
  owner.move(members);
  stage.settle();
  members[0]!.say("words");
  expect(owner.key).not.toBe(old);
  // The notice is the last thing that the old address gets.
  expect(stage.relays[0]!.heldFor(old).length).toBe(before + 1);
  expect(stage.relays[0]!.heldFor(owner.key).length).toBe(2);
});

const secretOf = (n: number): Secret =>
  Secret.from(
    new Uint8Array(32).fill(0).map((_, i) => (i > 29 ? (n >> (8 * (31 - i))) & 255 : 1)),
    curve,
  );

/** A chain of channels by hand: each moves to the next, the last to `back`. */
function chain(length: number, back?: number): Thread {
  const name = (n: number) => id(`c${n.toString(16).padStart(4, "0")}`);
  const rooms = Array.from({ length }, (_, n) => {
    const room = openRoom(name(n), secretOf(n), []);
    const first = create({ id: name(n), key: room.key });
    const to = n + 1 < length ? n + 1 : back;
    const told =
      to === undefined
        ? []
        : [move({ id: id(`4${n}`), author: person("0a"), time: NOW - 10, channel: name(n), next: name(to) })];
    return { ...room, control: new Map([first, ...told].map((fact) => [fact.id, fact])) };
  });
  return {
    me: person("0b"),
    first: name(0),
    rooms: new Map(rooms.map((room) => [room.id, room])),
    forgotten: new Map(),
    follow: new Map(),
    approved: [],
    told: new Set(),
    wakeAt: undefined,
    settledAt: NOW,
  };
}

test("W-18: a move that leads back to a channel it came from is not followed (move-back)", () => {
  const walked = walk(chain(3, 0), NOW)!;
  expect([walked.path.end, walked.path.places.length]).toEqual(["back", 3]);
  expect(walk(chain(3), NOW)!.path.end).toBe("here");
});

test("W-18: a chain ends after 1,000 hops", { timeout: 60_000 }, () => {
  const walked = walk(chain(MAX_HOPS + 3), NOW)!;
  expect([walked.path.end, walked.path.places.length]).toEqual(["back", MAX_HOPS + 1]);
});

test("W-18: a predecessor that does not move here gives no history", () => {
  const { stage, owner, members } = staged("predecessor", ["ada"]);
  const ada = members[0]!;
  const secret = stage.channelSecret();
  const claimed = draftMove({
    time: stage.now,
    channel: id("cf"),
    next: owner.joined.path.here.room.id,
    secret,
    accepts: [],
    hint: "",
    expiration: undefined,
    tenure: undefined,
  });
  const outer = owner.wrap(claimed.sign(owner.secret, stage.random(32), curve), ada.pubkey, undefined);
  expect(ada.receive(outer).ignored).toBe("unknown-channel");
  expect(toHex(secret.pubkey)).not.toBe(ada.key);
});
