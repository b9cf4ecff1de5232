/** W-07, W-08, W-09, W-15, W-16, CHANNEL-7, CHANNEL-12: what never leaves, and what a leak proves. */
import { inspect } from "node:util";
import { toHex } from "@subrosa/core/bytes";
import { begin, keysOf, step } from "@subrosa/core/channel/channel";
import { composeInvitation, composeMessage } from "@subrosa/core/channel/compose";
import { draftInvitation } from "@subrosa/core/channel/draft";
import { InnerEvent } from "@subrosa/core/channel/inner-event";
import { isInnerKind } from "@subrosa/core/channel/kinds";
import { type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { describe, expect, test } from "vitest";
import { id } from "../laws/channel-facts.ts";
import { curve, Stage, staged } from "./channel-stage.ts";

function invitationDraft(stage: Stage) {
  const secret = stage.channelSecret();
  const inputs = { time: stage.now, channel: id("c0"), hint: "", expiration: undefined, relays: [], accepts: [] };
  return { secret, draft: draftInvitation({ ...inputs, secret }) };
}

/** What a publisher takes. */
const publish = (event: SignedEvent): string => JSON.stringify(event);

test("W-07: an inner event is no event for whoever publishes, for the compiler and at run time", () => {
  const stage = new Stage("unpublishable");
  const ada = stage.person("ada");
  const { secret, draft } = invitationDraft(stage);
  const inner = draft.sign(ada.secret, stage.random(32), curve);
  const hex = toHex(secret.expose());
  // @ts-expect-error an InnerEvent is not a SignedEvent
  expect(publish(inner)).not.toContain(hex);
  // @ts-expect-error nor is what it was made from
  expect(publish(draft)).not.toContain(hex);
  const copy = { ...inner };
  expect([InnerEvent.is(inner), InnerEvent.is(copy), VerifiedEvent.is(inner)]).toEqual([true, false, false]);
  expect(VerifiedEvent.check(inner, curve)).toMatchObject({ ok: false, reason: "event-shape" });
  expect(VerifiedEvent.check(JSON.parse(JSON.stringify(inner)), curve)).toMatchObject({ ok: false });
  for (const printed of [`${inner}`, JSON.stringify([inner, draft]), inspect(inner), JSON.stringify(copy)]) {
    expect(printed).not.toContain(hex);
    expect(printed).not.toContain(inner.fields.id);
  }
  expect(Object.keys(inner)).toEqual([]);
});

test("W-07: a structured clone of an inner event holds nothing", () => {
  const stage = new Stage("cloned");
  const { draft } = invitationDraft(stage);
  const inner = draft.sign(stage.person("ada").secret, stage.random(32), curve);
  expect(structuredClone(inner)).toEqual({});
});

test("CHANNEL-7: inner kinds are 400 to 406, and relays and publishers can ask", () => {
  const kinds = Array.from({ length: 30 }, (_, i) => 390 + i).filter(isInnerKind);
  expect(kinds).toEqual([400, 401, 402, 403, 404, 405, 406]);
});

describe("CHANNEL-7: no channel secret leaves", () => {
  test("the canary sings when one does", () => {
    const stage = new Stage("canary");
    const secret = stage.channelSecret();
    expect(() => stage.watch(`wss://relay/?key=${toHex(secret.expose())}`)).toThrow(/a channel secret left/);
  });

  test("in a life with invitations, moves and handovers nothing that leaves or can be printed holds one", () => {
    const { stage, owner, members } = staged("clean", ["ada", "bob"]);
    const [ada, bob] = members;
    owner.say("words");
    owner.offer(ada!);
    stage.settle();
    stage.now += 1;
    ada!.accept();
    ada!.move([owner, bob!]);
    stage.settle();
    bob!.step({ kind: "leave" });
    expect(stage.secrets.size).toBe(2);
    expect(stage.left.length).toBeGreaterThan(10);
    for (const text of stage.left) stage.watch(text);
    expect(() => owner.offer(bob!)).toThrow(/usage\/state/);
    for (const person of stage.people) stage.watch(inspect(person.state, { depth: 20, showHidden: true }));
  });
});

test("W-08, CHANNEL-11: the signed form proves words as they are, the sealed form with the channel's secret beside it", () => {
  for (const form of ["signed", "sealed"] as const) {
    const { stage, owner, members } = staged(`leak-${form}`, ["mallory"], { form });
    owner.say("the words");
    const [wrap] = members[0]!.open([stage.relays[0]!.heldFor(owner.key).at(-1)!]);
    if (wrap?.ok !== true) expect.fail("mallory is a member");
    expect(wrap.inner.form).toBe(form);
    // All that the owner's key has signed, as mallory can take it out: the words are in it, or ciphertext is.
    const out = leaked(wrap.inner);
    expect(out.pubkey).toBe(owner.pubkey);
    const verdict = VerifiedEvent.check(out, curve);
    if (!verdict.ok) expect.fail("the owner signed it");
    expect(out.content === "the words").toBe(form === "signed");
    if (form === "signed") continue;
    // Whoever is given the seal and the channel's secret sees what its author sealed, and nobody else can have made it.
    const secret = keysOf(members[0]!.state).get(owner.key)!;
    const shown = InnerEvent.fromSeal(verdict.event, secret, curve);
    expect(shown.ok && shown.inner.fields).toMatchObject({ author: owner.pubkey, content: "the words" });
  }
});

/** A member who wants to leak has the wrap's text, whatever our types forbid: here, through a wrap to a key of his own. */
function leaked(inner: InnerEvent): SignedEvent {
  const texts: string[] = [];
  const original = JSON.stringify;
  JSON.stringify = ((value: unknown, ...rest: never[]) => {
    const text = original(value, ...rest);
    if (text?.startsWith('{"id"')) texts.push(text);
    return text;
  }) as typeof JSON.stringify;
  try {
    const stage = new Stage("leak");
    inner.wrap({ to: stage.person("x").pubkey, now: stage.now, expiration: undefined }, stage.random, curve);
  } finally {
    JSON.stringify = original;
  }
  return JSON.parse(texts[0]!) as SignedEvent;
}

test("W-09: whoever is invited reads all of this key's history; a move before it leaves him only what is new", () => {
  const { stage, owner, members } = staged("history", ["ada"]);
  owner.say("old");
  stage.settle();
  const first = stage.person("first");
  owner.invite(first);
  first.fetch();
  first.join();
  stage.settle();
  expect(first.texts).toEqual(["old"]);
  stage.now += 10;
  owner.move([members[0]!, first]);
  stage.settle();
  const second = stage.person("second");
  owner.invite(second);
  owner.say("new");
  second.fetch();
  second.join();
  stage.settle();
  expect(second.texts).toEqual(["new"]);
  expect(first.texts).toEqual(["old", "new"]);
});

test("W-15, CHANNEL-12: an invitation waits for the user, says who sent it, and dials nobody", () => {
  const { stage, owner, members } = staged("waits", ["ada"]);
  const carol = stage.person("carol");
  members[0]!.invite(carol);
  carol.fetch();
  const { state } = carol;
  if (state.kind !== "invited") expect.fail(state.kind);
  const [invitation] = state.invitations.values();
  expect([invitation!.author, invitation!.channel]).toEqual([members[0]!.pubkey, owner.joined.path.here.room.id]);
  expect(carol.effects).toEqual([]);
  expect(carol.step({ kind: "join", invitation: id("00"), relays: [], now: stage.now }).ignored).toBe(
    "unknown-invitation",
  );
  carol.step({ kind: "leave" });
  expect(carol.state).toEqual({ kind: "ended", why: "left" });
});

test("CHANNEL-12: an invitation that was sent to somebody else is not taken", () => {
  const { stage, owner, members } = staged("not-mine", ["ada"]);
  const posts = owner.post(composeInvitation(owner.state, stage.now), [owner.pubkey], "person");
  const carol = stage.person("carol");
  expect(step(begin(carol.pubkey), { kind: "received", arrivals: posts, now: stage.now }).ignored).toBe("other-person");
  expect(members[0]!.step({ kind: "received", arrivals: posts, now: stage.now }).ignored).toBe("other-person");
});

test("W-16: only NIP-44 version 2, and a message too long for it is refused before anything is signed away", () => {
  const { stage, owner, members } = staged("long", ["ada"]);
  owner.say("x".repeat(40_000));
  stage.settle();
  expect(members[0]!.texts[0]!.length).toBe(40_000);
  const composed = composeMessage(owner.state, "x".repeat(66_000), stage.now);
  expect(() => owner.toChannel(composed)).toThrow(expect.objectContaining({ code: "usage/too-long" }));
});

test("W-15: leaving forgets keys and words", () => {
  const { owner, members } = staged("leaving", ["ada"]);
  const ada = members[0]!;
  const { effects } = ada.step({ kind: "leave" });
  expect(effects).toEqual([{ kind: "forget", key: owner.key }]);
  expect(ada.state).toEqual({ kind: "ended", why: "left" });
});
