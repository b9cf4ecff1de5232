/** W-10, W-13, W-20, CHANNEL-8, CHANNEL-10: what relays see, ask for, lose, and get back. */

import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { composeChange } from "@subrosa/core/channel/compose";
import { channelFilter, connectionName } from "@subrosa/core/channel/reading";
import { plain, signEvent } from "@subrosa/core/nostr/event";
import { authTemplate, checkAuth } from "@subrosa/core/nostr/nip42";
import { expect, test } from "vitest";
import { curve, type Person, Relay, type Stage, staged, T0 } from "./channel-stage.ts";

/** A member signs a deletion of everything as the channel. */
function wipe(stage: Stage, by: Person): void {
  const { room } = by.joined.path.here;
  const ids = stage.relays.flatMap((relay) => relay.heldFor(room.key)).map(({ id }) => id);
  const tags = [...new Set(ids)].map((id) => ["e", id]);
  const deletion = signEvent(
    { kind: 5, created_at: stage.now, tags, content: "" },
    room.secret,
    stage.random(32),
    curve,
  );
  stage.publish(plain(deletion), stage.urls);
}

/** A member asks every relay, as the channel, to forget that the channel ever was (NIP-62). */
function vanish(stage: Stage, by: Person): void {
  const template = { kind: 62, created_at: stage.now, tags: [["relay", "ALL_RELAYS"]], content: "" };
  stage.publish(plain(signEvent(template, by.joined.path.here.room.secret, stage.random(32), curve)), stage.urls);
}

/** What a client does: lists the relay, publishes what is missing, wraps anew what is refused. */
function giveBack(stage: Stage, by: Person, relay: Relay): void {
  const { key } = by;
  const ids = new Set(relay.heldFor(key).map(({ id }) => id));
  const { effects } = by.step({ kind: "listed", relay: relay.url, key, ids, since: 0, until: stage.now });
  for (const effect of effects) {
    if (effect.kind !== "publish" || relay.heldFor(key).some(({ id }) => id === effect.event.id)) continue;
    const { id } = effect.event;
    const [asked] = by.step({ kind: "refused", relay: relay.url, key, id }).effects;
    expect(asked).toEqual({ kind: "wrap-again", relay: relay.url, key, id });
    const [opened] = by.open([effect.event]);
    if (opened?.ok !== true) expect.fail("the archive does not open");
    const outer = by.wrap(opened.inner, key, undefined);
    by.step({ kind: "wrapped-again", relay: relay.url, of: id, outer });
  }
}

function newcomer(stage: Stage, owner: Person): Person {
  const carol = stage.person("carol");
  owner.invite(carol);
  carol.fetch();
  carol.join();
  stage.settle([carol]);
  return carol;
}

test("W-20: where one relay obeys a deletion by the channel key, the other one still has the history", () => {
  const relays = [new Relay("wss://obeys", true), new Relay("wss://keeps")];
  const { stage, owner, members } = staged("wiped-one", ["mallory"], {}, relays);
  for (const text of ["one", "two", "three"]) {
    stage.now += 10;
    owner.say(text);
  }
  wipe(stage, members[0]!);
  expect([relays[0]!.heldFor(owner.key).length, relays[1]!.heldFor(owner.key).length]).toEqual([0, 4]);
  expect(newcomer(stage, owner).texts).toEqual(["one", "two", "three"]);
});

for (const form of ["signed", "sealed"] as const) {
  test(`W-20: where every relay obeys it, the history comes back from a member's archive (${form})`, () => {
    const relays = [new Relay("wss://obeys", true), new Relay("wss://obeys-too", true)];
    const { stage, owner, members } = staged(`wiped-all-${form}`, ["mallory", "ada"], { form }, relays);
    const ada = members[1]!;
    owner.rename("kept");
    for (const text of ["one", "two", "three"]) {
      stage.now += 10;
      owner.say(text);
    }
    stage.settle();
    wipe(stage, members[0]!);
    for (const relay of relays) expect(relay.heldFor(owner.key).length).toBe(0);
    for (const relay of relays) giveBack(stage, ada, relay);
    for (const relay of relays) expect(relay.heldFor(owner.key).length).toBeGreaterThanOrEqual(5);
    const carol = newcomer(stage, owner);
    expect(carol.texts).toEqual(["one", "two", "three"]);
    expect(carol.joined.path.here.view.metadata.name).toBe("kept");
    // CHANNEL-13: for those who had read it nothing is new.
    const before = owner.effects.length;
    owner.fetch();
    expect(owner.effects.slice(before)).toEqual([]);
    expect(owner.texts).toEqual(["one", "two", "three"]);
  });
}

for (const form of ["signed", "sealed"] as const) {
  test(`W-20: after a request to vanish by the channel key (NIP-62) the history comes back, from the second relay and from the archive (${form})`, () => {
    const relays = [new Relay("wss://obeys", true), new Relay("wss://keeps")];
    const { stage, owner, members } = staged(`vanished-${form}`, ["mallory", "ada"], { form }, relays);
    const [mallory, ada] = [members[0]!, members[1]!];
    for (const text of ["one", "two", "three"]) {
      stage.now += 10;
      owner.say(text);
    }
    stage.settle();
    const kept = relays[1]!.heldFor(owner.key).length;
    vanish(stage, mallory);
    expect(relays.map((relay) => relay.heldFor(owner.key).length)).toEqual([0, kept]);
    const carol = newcomer(stage, owner);
    expect(carol.texts).toEqual(["one", "two", "three"]);
    // The archive fills the first relay again, and would if there were no other.
    giveBack(stage, ada, relays[0]!);
    expect(relays[0]!.heldFor(owner.key).length).toBe(kept);
    for (const { id } of relays[1]!.heldFor(owner.key)) relays[1]!.lose(id);
    const dave = stage.person("dave");
    owner.invite(dave);
    dave.fetch();
    dave.join();
    stage.settle([dave]);
    expect(dave.texts).toEqual(["one", "two", "three"]);
    expect(dave.joined.path.here.room.key).toBe(owner.key);
  });
}

test("W-20: a relay that refuses for ever what is older than the request is left alone; the second one has it all", () => {
  const relays = [new Relay("wss://strict", "for-ever"), new Relay("wss://keeps")];
  const { stage, owner, members } = staged("vanished-for-ever", ["mallory", "ada"], {}, relays);
  owner.say("before");
  stage.settle();
  vanish(stage, members[0]!);
  for (let i = 0; i < 4; i++) tryToGiveBack(stage, members[1]!, relays[0]!);
  expect(relays[0]!.heldFor(owner.key)).toEqual([]);
  expect(tryToGiveBack(stage, members[1]!, relays[0]!)).toEqual(new Set(["too-many"]));
  // Three days later wraps are dated after it.
  stage.now += 3 * 86_400;
  owner.say("after");
  expect(relays[0]!.heldFor(owner.key).length).toBe(1);
  expect(newcomer(stage, owner).texts).toEqual(["before", "after"]);
});

/** As `giveBack`, where the relay may refuse again; the reasons for which nothing more was tried. */
function tryToGiveBack(stage: Stage, by: Person, relay: Relay): ReadonlySet<string | undefined> {
  const { key } = by;
  const reasons = new Set<string | undefined>();
  const listed = by.step({ kind: "listed", relay: relay.url, key, ids: new Set(), since: 0, until: stage.now });
  for (const effect of listed.effects) {
    if (effect.kind !== "publish") continue;
    const { id } = effect.event;
    const asked = by.step({ kind: "refused", relay: relay.url, key, id });
    reasons.add(asked.ignored);
    const [opened] = by.open([effect.event]);
    if (asked.effects.length === 0 || opened?.ok !== true) continue;
    by.step({ kind: "wrapped-again", relay: relay.url, of: id, outer: by.wrap(opened.inner, key, undefined) });
  }
  return reasons;
}

test("CHANNEL-10: what a relay still has is not published again, and what it refuses for ever is left alone", () => {
  const { stage, owner } = staged("left-alone", ["ada"]);
  owner.say("words");
  const relay = stage.relays[0]!;
  const { key } = owner;
  const ids = new Set(relay.heldFor(key).map(({ id }) => id));
  expect(owner.step({ kind: "listed", relay: relay.url, key, ids, since: 0, until: stage.now }).ignored).toBe(
    "nothing-new",
  );
  const lost = [...ids].at(-1)!;
  relay.lose(lost);
  giveBack(stage, owner, relay);
  expect(relay.heldFor(key).map(({ id }) => id)).toContain(lost);
  for (let i = 0; i < 2; i++) {
    const [opened] = owner.open([owner.joined.path.here.room.archive.get(lost)!.outer]);
    if (opened?.ok !== true) expect.fail("the archive does not open");
    const outer = owner.wrap(opened.inner, key, undefined);
    owner.step({ kind: "wrapped-again", relay: relay.url, of: lost, outer });
  }
  expect(owner.step({ kind: "refused", relay: relay.url, key, id: lost }).ignored).toBe("too-many");
});

test("W-13: the client logs in as the channel, on a connection that is nobody else's", () => {
  const { owner, members } = staged("auth", ["ada"]);
  const ada = members[0]!;
  const challenge = { relay: "wss://one", challenge: "riddle" };
  const { effects } = ada.step({ kind: "challenged", key: ada.key, ...challenge });
  expect(effects).toEqual([{ kind: "authenticate", key: ada.key, ...challenge }]);
  const template = authTemplate({ ...challenge, now: T0 });
  const login = signEvent(template, ada.joined.path.here.room.secret, new Uint8Array(32), curve);
  expect(login.pubkey).toBe(owner.key);
  expect(checkAuth(login, { relays: ["wss://one"], challenge: "riddle", now: T0 })).toEqual({ ok: true });
  expect(ada.step({ kind: "challenged", key: ada.pubkey, ...challenge }).ignored).toBe("unknown-key");
  const reads = ada.effects.flatMap((effect) => (effect.kind === "read" ? [effect.key] : []));
  expect(reads).toEqual([owner.key]);
  expect(connectionName(owner.key)).not.toContain(ada.pubkey);
});

test("CHANNEL-8: wraps are dated up to two days back, and whoever reads from a time on asks from before that", () => {
  const { stage, owner } = staged("dated", ["ada"]);
  for (let i = 0; i < 40; i++) owner.say(`${i}`);
  const ages = stage.relays[0]!.heldFor(owner.key).map(({ created_at }) => stage.now - created_at);
  expect(Math.max(...ages)).toBeLessThanOrEqual(172_800);
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
  expect(new Set(ages).size).toBeGreaterThan(35);
  const { since } = channelFilter(owner.key, stage.now);
  expect(stage.now - since!).toBeGreaterThanOrEqual(172_800);
  expect(channelFilter(owner.key)).toEqual({ kinds: [1059], "#p": [owner.key] });
});

test("W-10: relays that the owner adds are asked about before they are dialled, and no picture is fetched", () => {
  const { stage, owner, members } = staged("consent", ["ada"]);
  const ada = members[0]!;
  const metadata = { name: "garden", picture: "https://tracker.example/pixel.png" };
  const change = composeChange(owner.state, { metadata, relays: ["wss://one", "wss://evil"] }, stage.now);
  owner.toChannel(change);
  const before = ada.effects.length;
  stage.settle();
  expect(ada.effects.slice(before)).toEqual([{ kind: "ask-relays", relays: ["wss://evil"] }]);
  ada.say("words");
  const last = ada.effects.findLast(({ kind }) => kind === "publish");
  expect(last).toMatchObject({ relays: ["wss://one"] });
  const { effects } = ada.step({ kind: "relays-approved", relays: ["wss://evil"], now: stage.now });
  expect(effects).toEqual([{ kind: "read", key: ada.key, relays: ["wss://evil"] }]);
});

test("CHANNEL-10: a channel on one relay says so", () => {
  const { owner } = staged("thin", ["ada"], {}, [new Relay("wss://alone")]);
  expect(owner.effects).toContainEqual({ kind: "warn", what: "one-relay" });
});

test("the wrap shows the channel's key, a one-time key and nothing else", () => {
  const { stage, owner } = staged("bare", ["ada"]);
  owner.say("words");
  const outers = stage.relays[0]!.heldFor(owner.key);
  expect(new Set(outers.map(({ pubkey }) => pubkey)).size).toBe(outers.length);
  for (const { tags, pubkey } of outers) {
    expect(tags).toEqual([["p", owner.key]]);
    expect([toHex(owner.secret.pubkey) as PubkeyHex, owner.key]).not.toContain(pubkey);
  }
});
