/** W-01, CHANNEL-1: nobody runs a copy of somebody else's channel unseen. */

import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { mayWrite } from "@subrosa/core/channel/channel";
import { draftInvitation } from "@subrosa/core/channel/draft";
import { InnerDraft, type InnerEvent } from "@subrosa/core/channel/inner-event";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Secret } from "@subrosa/core/secret";
import { expect, test } from "vitest";
import { curve, type Person, type Stage, staged, T0 } from "./channel-stage.ts";

/** Mallory, a member, re-wraps all that the channel holds to a key of his own and invites to that. */
function shadow(
  stage: Stage,
  from: Person,
  mallory: Person,
): { secret: Secret; key: PubkeyHex; outers: SignedEvent[] } {
  const secret = stage.channelSecret();
  const key = toHex(secret.pubkey) as PubkeyHex;
  const opened = mallory.open(stage.relays[0]!.heldFor(from.key));
  const outers = opened.flatMap((wrap) => (wrap.ok ? [mallory.wrap(wrap.inner, key, undefined)] : []));
  for (const outer of outers) stage.publish(outer, stage.urls);
  return { secret, key, outers };
}

function invitation(by: Person, to: Person, channel: string, secret: Secret): SignedEvent {
  const draft = draftInvitation({
    time: by.now,
    channel: channel as never,
    hint: "",
    expiration: undefined,
    secret,
    relays: by.stage.urls,
    accepts: [],
  });
  return by.wrap(draft.sign(by.secret, by.stage.random(32), curve), to.pubkey, undefined);
}

/** A 400 as the draft has it, which names no key. */
function legacy(owner: Person): InnerEvent {
  const template = { kind: 400, created_at: T0, tags: [], content: JSON.stringify({ name: "old" }) };
  return new InnerDraft(template).sign(owner.secret, owner.stage.random(32), curve);
}

function legacyWorld(seed: string) {
  const { stage, owner, members } = staged(seed, ["mallory"]);
  const inner = legacy(owner);
  const carol = stage.person("carol");
  const secret = stage.channelSecret();
  const outer = members[0]!.wrap(inner, toHex(secret.pubkey) as PubkeyHex, undefined);
  stage.publish(outer, stage.urls);
  return { stage, owner, mallory: members[0]!, carol, secret, channel: inner.fields.id };
}

test("W-01, CHANNEL-1: the owner's 400 under another key is refused, and nothing is said or read there", () => {
  const { stage, owner, members, channel } = staged("shadow", ["mallory"]);
  owner.rename("genuine");
  owner.say("words of the owner");
  stage.settle();
  const carol = stage.person("carol");
  const copy = shadow(stage, owner, members[0]!);
  carol.receive(invitation(members[0]!, carol, channel, copy.secret));
  carol.join();
  stage.settle();
  expect(copy.outers.length).toBeGreaterThan(2);
  expect(carol.state.kind).toBe("waiting");
  expect(carol.joined.path.here.view.refused.get(channel)).toBe("shadow-copy");
  expect(carol.texts).toEqual([]);
  expect(carol.joined.path.here.view.metadata).toEqual({});
  expect(mayWrite(carol.state, stage.now)).toBe(false);
});

test("W-01: a 400 that names no key is marked as an unverified copy when a member brought the key", () => {
  const { stage, mallory, carol, secret, channel } = legacyWorld("legacy-member");
  carol.receive(invitation(mallory, carol, channel, secret));
  carol.join();
  stage.settle([carol]);
  expect(carol.joined.path.here.view.verified).toBe(false);
  expect(carol.effects).toContainEqual({ kind: "warn", what: "unverified-copy" });
});

test("W-01: it is accepted when the owner brought the key, also where a member had brought it before", () => {
  const { stage, owner, mallory, carol, secret, channel } = legacyWorld("legacy-owner");
  carol.receive(invitation(mallory, carol, channel, secret));
  carol.join();
  stage.settle([carol]);
  carol.receive(invitation(owner, carol, channel, secret));
  expect(carol.joined.path.here.view.verified).toBe(true);
});

test("W-01: two invitations to one channel with two keys are shown with who sent them, and the user chooses", () => {
  const { stage, owner, members, channel } = staged("two-keys", ["mallory"]);
  const carol = stage.person("carol");
  const copy = shadow(stage, owner, members[0]!);
  carol.receive(invitation(members[0]!, carol, channel, copy.secret));
  owner.invite(carol);
  carol.fetch();
  const { state } = carol;
  if (state.kind !== "invited") expect.fail(state.kind);
  const authors = [...state.invitations.values()].map(({ author }) => author);
  expect(authors.toSorted()).toEqual([owner.pubkey, members[0]!.pubkey].toSorted());
  const genuine = [...state.invitations.values()].find(({ author }) => author === owner.pubkey)!;
  carol.step({ kind: "join", invitation: genuine.id, relays: stage.urls, now: stage.now });
  stage.settle();
  expect(carol.state.kind).toBe("member");
  expect(carol.step({ kind: "received", arrivals: [], now: stage.now }).ignored).toBe("nothing-new");
  expect(carol.receive(invitation(members[0]!, carol, channel, copy.secret)).ignored).toBe("other-key");
});

test("W-01: a 404 by somebody who is not the owner opens nothing", () => {
  const { stage, owner, members } = staged("forged-move", ["mallory", "ada"]);
  const [mallory, ada] = members;
  const secret = stage.channelSecret();
  const tags = [
    ["e", owner.joined.path.here.room.id],
    ["e", "c".repeat(64)],
    ["privkey", toHex(secret.expose())],
  ];
  const inner = new InnerDraft({ kind: 404, created_at: stage.now, tags, content: "" });
  const vouched = inner.sign(mallory!.secret, stage.random(32), curve);
  ada!.receive(mallory!.wrap(vouched, ada!.pubkey, undefined));
  expect(ada!.joined.path.here.view.refused.get(vouched.fields.id)).toBe("not-owner");
  expect(ada!.joined.thread.rooms.size).toBe(1);
  expect(mayWrite(ada!.state, stage.now)).toBe(true);
});

test("W-01: the owner's own 404 leads to the key it names, whatever else is put under that name", () => {
  const { stage, owner, members } = staged("genuine-move", ["mallory", "ada"]);
  const [mallory, ada] = members;
  owner.move([ada!, mallory!]);
  stage.settle();
  const moved = ada!.key;
  shadow(stage, owner, mallory!);
  stage.settle();
  expect(ada!.key).toBe(moved);
  expect(ada!.joined.path.here.view.verified).toBe(true);
  expect(ada!.joined.thread.rooms.size).toBe(2);
});
