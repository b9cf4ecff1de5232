/** W-05, W-06, W-14, CHANNEL-6: the pubkey is public, the ticket is not. */

import { fromHex, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { step } from "@subrosa/core/channel/channel";
import { composeMessage } from "@subrosa/core/channel/compose";
import { draftMessage } from "@subrosa/core/channel/draft";
import { InnerDraft } from "@subrosa/core/channel/inner-event";
import { openWraps } from "@subrosa/core/channel/open";
import { readFact } from "@subrosa/core/channel/read-fact";
import type { Arrival } from "@subrosa/core/channel/receive";
import { sha256 } from "@subrosa/core/hash";
import { type EventTemplate, plain, type SignedEvent, serialise, toRumor } from "@subrosa/core/nostr/event";
import { ConversationKey, encrypt } from "@subrosa/core/nostr/nip44";
import { expect, test } from "vitest";
import { curve, staged, T0 } from "./channel-stage.ts";

const MESSAGES = 10_000;
const PAGE = 500;

test(`W-06, CHANNEL-6: of ${MESSAGES} messages by an outsider who knows only the pubkey none is accepted, and none leaves a trace`, {
  timeout: 0,
}, () => {
  const { stage, members } = staged("outsider", ["ada"]);
  const ada = members[0]!;
  const { key } = ada;
  const outsider = stage.person("outsider");
  const { random } = stage;
  const oneTime = stage.secret();
  const conversation = ConversationKey.between(oneTime, fromHex(key)!, curve)!;
  const guesses = [key, outsider.pubkey, toHex(random(32)), "0".repeat(64)];
  const kinds = [400, 402, 403, 404, 405, 406, 7, 1];

  // Signed by hand: the same keys for all, which is what makes ten thousand of them cheap.
  const sign = (template: EventTemplate, as: typeof oneTime): SignedEvent => {
    const rumor = toRumor(template, toHex(as.pubkey) as PubkeyHex);
    const digest = sha256(new TextEncoder().encode(serialise(rumor)));
    return { ...rumor, sig: toHex(curve.signSchnorr(digest, as.expose(), random(32))) };
  };
  const state = ada.state;
  let opened = 0;
  const reasons = new Set<string>();
  for (let page = 0; page < MESSAGES / PAGE; page++) {
    const outers = Array.from({ length: PAGE }, (_, i): SignedEvent => {
      const guess = guesses[i % guesses.length]!;
      const kind = kinds[i % kinds.length]!;
      const tags = [
        ["e", guess, "", kind === 404 || kind === 406 ? "" : "root"],
        ["p", kind === 400 ? key : outsider.pubkey],
        ...(kind === 404 ? [["moved", guess]] : []),
      ];
      const inner = sign({ kind, created_at: T0 + i, tags, content: "{}" }, outsider.secret);
      const content = encrypt(JSON.stringify(inner), conversation, random(32));
      return sign({ kind: 1059, created_at: T0, tags: [["p", key]], content }, oneTime);
    });
    const arrivals = openWraps(outers, new Map([[key, ada.joined.path.here.room.secret]]), random, curve).flatMap(
      (wrap): readonly Arrival[] => {
        if (!wrap.ok) return [];
        opened++;
        const read = readFact(wrap.inner, "channel", curve);
        return read.ok ? [{ fact: read.fact, to: wrap.to, outer: plain(wrap.outer) }] : [];
      },
    );
    expect(arrivals.length).toBeGreaterThan(PAGE / 2);
    // What the draft's own form lets in without a ticket is held apart until its offer is known, and does nothing.
    const named = arrivals.filter(({ fact }) => fact.type !== "accept");
    const made = step(ada.state, { kind: "received", arrivals: named, now: stage.now + 600 });
    reasons.add(made.ignored ?? "accepted");
    expect(made.effects).toEqual([]);
    const pending = arrivals.filter(({ fact }) => fact.type === "accept");
    ada.state = step(made.state, { kind: "received", arrivals: pending, now: stage.now + 600 }).state;
  }
  expect(opened).toBe(MESSAGES);
  expect([...reasons].every((reason) => reason === "other-channel" || reason === "other-create")).toBe(true);
  expect(ada.texts).toEqual([]);
  const { view, room } = ada.joined.path.here;
  if (!("path" in state)) expect.fail(state.kind);
  const was = state.path.here.view;
  expect([view.owner, view.metadata, view.alarms, view.stopped]).toEqual([
    was.owner,
    was.metadata,
    was.alarms,
    was.stopped,
  ]);
  const strangers = [...room.control.values()].filter(({ author }) => author === outsider.pubkey);
  expect(strangers.length).toBeLessThanOrEqual(1_000);
  expect(strangers.every(({ id }) => view.refused.get(id) === "offer-unknown")).toBe(true);
});

test("W-05: an event of channel X wrapped again to channel Y is refused there", () => {
  const { stage, owner, members } = staged("cross", ["mallory"]);
  const mallory = members[0]!;
  const alice = stage.person("alice");
  owner.invite(alice);
  alice.fetch();
  alice.join();
  stage.settle();
  alice.say("said in X");
  stage.settle();
  const [wrap] = mallory.open([stage.relays[0]!.heldFor(alice.key).at(-1)!]);
  if (wrap?.ok !== true) expect.fail("mallory is a member");
  const other = stage.person("owner of Y");
  other.create();
  expect(other.receive(mallory.wrap(wrap.inner, other.key, undefined)).ignored).toBe("other-channel");
  expect(other.texts).toEqual([]);
});

test("W-05: a seal made for channel X does not open in channel Y", () => {
  const { stage, owner, members } = staged("cross-sealed", ["mallory"], { form: "sealed" });
  owner.say("said in X");
  stage.settle();
  const [wrap] = members[0]!.open([stage.relays[0]!.heldFor(owner.key).at(-1)!]);
  if (wrap?.ok !== true) expect.fail("mallory is a member");
  const other = stage.person("owner of Y");
  other.create({ form: "sealed" });
  expect(other.read(members[0]!.wrap(wrap.inner, other.key, undefined))).toBe("seal-decrypt");
});

test("W-14, CHANNEL-13: an old message wrapped again is the same message: held once, in its place, not announced", () => {
  const { stage, owner, members } = staged("again", ["ada", "mallory"]);
  const [ada, mallory] = members;
  owner.say("first");
  stage.now += 5;
  owner.say("second");
  stage.settle();
  stage.now += 400_000;
  const [wrap] = mallory!.open([stage.relays[0]!.heldFor(owner.key)[1]!]);
  if (wrap?.ok !== true) expect.fail("mallory is a member");
  const before = ada!.effects.length;
  expect(ada!.receive(mallory!.wrap(wrap.inner, owner.key, undefined)).ignored).toBe("duplicate");
  expect([ada!.texts, ada!.effects.length]).toEqual([["first", "second"], before]);
});

test("W-14: a message of long ago that is seen for the first time is shown in its place and not announced", () => {
  const { stage, owner, members } = staged("late", ["ada"]);
  const ada = members[0]!;
  const [late] = owner.post(composeMessage(owner.state, "late", stage.now + 1), [owner.key], "channel");
  stage.now += 10;
  owner.say("early enough");
  stage.settle();
  stage.now += 200_000;
  expect(ada.receive(late!.outer).effects).toEqual([]);
  expect(ada.texts).toEqual(["late", "early enough"]);
  owner.say("new");
  expect(ada.receive(stage.relays[0]!.heldFor(owner.key).at(-1)!).effects).toMatchObject([{ kind: "announce" }]);
});

test("CHANNEL-15: a message dated ahead waits for its time, then comes", () => {
  const { stage, owner, members } = staged("ahead", ["ada"]);
  const ada = members[0]!;
  const inputs = { time: stage.now + 5_000, channel: owner.joined.path.here.room.id, hint: "", expiration: undefined };
  const inner = draftMessage({ ...inputs, text: "later" }).sign(owner.secret, stage.random(32), curve);
  const { effects } = ada.receive(owner.wrap(inner, owner.key, undefined));
  expect(effects).toEqual([{ kind: "schedule", at: inputs.time - 900 }]);
  expect(ada.texts).toEqual([]);
  stage.now = inputs.time - 900;
  ada.tick();
  expect(ada.texts).toEqual(["later"]);
});

test("CHANNEL-14: the older outer kinds are not read", () => {
  const { stage, owner, members } = staged("arclib", ["ada"]);
  for (const kind of [99, 402, 403]) {
    const template = { kind, created_at: stage.now, tags: [["p", owner.key]], content: "" };
    const outer = new InnerDraft(template).exposeToSigner();
    expect(members[0]!.read(plainSigned(outer, owner.secret))).toBe("wrap-kind");
  }
  function plainSigned(template: EventTemplate, secret: typeof owner.secret): SignedEvent {
    const rumor = toRumor(template, toHex(secret.pubkey) as PubkeyHex);
    return { ...rumor, sig: toHex(curve.signSchnorr(fromHex(rumor.id)!, secret.expose(), stage.random(32))) };
  }
});
