/** The life of a channel with real keys: what people see. */

import { fromHex } from "@subrosa/core/bytes";
import { invitationsDue, mayWrite } from "@subrosa/core/channel/channel";
import { composeCarried, composeInvitation, composeMessage } from "@subrosa/core/channel/compose";
import { InnerEvent } from "@subrosa/core/channel/inner-event";
import { openText } from "@subrosa/core/channel/open";
import { readFact } from "@subrosa/core/channel/read-fact";
import { membersOf, spokenIn } from "@subrosa/core/channel/spoken";
import { historyOf } from "@subrosa/core/channel/thread";
import { signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { ConversationKey, decrypt } from "@subrosa/core/nostr/nip44";
import { seal } from "@subrosa/core/nostr/nip59";
import { describe, expect, test } from "vitest";
import { curve, staged, T0 } from "./channel-stage.ts";

for (const form of ["signed", "sealed"] as const) {
  describe(`in the ${form} form (CHANNEL-11)`, () => {
    test("people are invited, join when they want, and read each other", () => {
      const { stage, owner, members } = staged(`life-${form}`, ["ada", "bob"], { form });
      const [ada, bob] = members;
      expect([owner.state.kind, ada!.state.kind, bob!.state.kind]).toEqual(["owner", "member", "member"]);
      owner.say("welcome");
      stage.now += 10;
      stage.settle();
      ada!.say("hello");
      stage.settle();
      for (const person of [owner, ada!, bob!]) {
        expect(person.texts).toEqual(["welcome", "hello"]);
        expect(person.joined.path.here.view.verified).toBe(true);
        expect(person.joined.path.here.view.metadata.name).toBe("garden");
      }
      const shown = historyOf(bob!.joined.path, stage.now);
      expect(shown.map(({ author }) => author)).toEqual([owner.pubkey, ada!.pubkey]);
      expect(shown[0]!.time).toBe(T0 + 2);
    });

    test("CHANNEL-4: the owner's latest description counts, also of two in one second, and nobody else's", () => {
      const { stage, owner, members } = staged(`names-${form}`, ["ada"], { form });
      owner.rename("roses");
      owner.rename("thorns");
      stage.settle();
      expect(members[0]!.joined.path.here.view.metadata.name).toBe("thorns");
      expect(() => members[0]!.rename("mine")).toThrow(expect.objectContaining({ code: "usage/state" }));
    });

    test("CHANNEL-5: after a move old and new are one history, and whoever was removed neither writes nor reads on", () => {
      const { stage, owner, members } = staged(`move-${form}`, ["ada", "bob"], { form });
      const [ada, bob] = members;
      owner.say("before");
      stage.now += 10;
      stage.settle();
      owner.move([ada!]);
      stage.settle();
      stage.now += 10;
      expect([owner.state.kind, ada!.state.kind, bob!.state.kind]).toEqual(["owner", "member", "removed"]);
      ada!.say("after");
      stage.settle();
      expect(owner.texts).toEqual(["before", "after"]);
      expect(bob!.texts).toEqual(["before"]);
      expect(mayWrite(bob!.state, stage.now)).toBe(false);
      expect(ada!.joined.path.places.length).toBe(2);
      expect(bob!.joined.thread.rooms.size).toBe(1);
    });

    test("CHANNEL-3: an offer is accepted, and the new owner's client moves the channel at once", () => {
      const { stage, owner, members } = staged(`hand-over-${form}`, ["ada", "bob"], { form });
      const [ada, bob] = members;
      owner.rename("kept");
      stage.now += 1;
      owner.offer(ada!);
      stage.settle();
      expect(ada!.state.kind).toBe("delegate");
      const accepted = ada!.accept();
      expect(accepted.effects).toContainEqual({ kind: "move-due", why: "new-owner" });
      stage.settle();
      expect([owner.state.kind, ada!.state.kind]).toEqual(["member", "owner"]);
      stage.now += 1;
      ada!.move([owner, bob!]);
      stage.settle();
      for (const person of [owner, ada!, bob!]) {
        expect(person.joined.path.here.view.owner).toBe(ada!.pubkey);
        expect(person.joined.path.here.view.create!.author).toBe(ada!.pubkey);
        expect(person.joined.path.here.view.metadata.name).toBe("kept");
        expect(person.joined.path.here.view.alarms).toEqual(new Set());
      }
    });

    test("reactions, polls and long-form are carried through", () => {
      const { stage, owner, members } = staged(`carried-${form}`, ["ada"], { form });
      owner.say("look");
      stage.settle();
      const [said] = historyOf(members[0]!.joined.path, stage.now);
      for (const [kind, tags, content] of [
        [7, [["e", said!.id, "", "reply"]], "🌹"],
        [1068, [["option", "a", "yes"]], "shall we?"],
        [30_023, [["d", "essay"]], "# Long"],
      ] as const) {
        members[0]!.toChannel(composeCarried(members[0]!.state, { kind, tags, content }, stage.now));
      }
      stage.settle();
      const carried = historyOf(owner.joined.path, stage.now).flatMap((fact) =>
        fact.type === "carried" ? [[fact.kind, fact.content]] : [],
      );
      expect(carried.toSorted()).toEqual(
        [
          [7, "🌹"],
          [1068, "shall we?"],
          [30_023, "# Long"],
        ].toSorted(),
      );
    });
  });
}

test("an event that no reader would take is not made", () => {
  const { stage, owner } = staged("not-carried", ["ada"]);
  const usage = expect.objectContaining({ code: "usage/template" });
  const wrong = [
    { kind: 1059, tags: [], content: "" },
    { kind: 404, tags: [], content: "" },
    { kind: 7, tags: [["e", "1".repeat(64), "", "root"]], content: "+" },
    { kind: 7, tags: [["expiration", "5"]], content: "+" },
  ];
  for (const event of wrong) expect(() => composeCarried(owner.state, event, stage.now)).toThrow(usage);
});

test("a reply names what it answers and who said it", () => {
  const { stage, owner, members } = staged("reply", ["ada"]);
  owner.say("question");
  stage.settle();
  const ada = members[0]!;
  const [question] = historyOf(ada.joined.path, stage.now);
  ada.toChannel(composeMessage(ada.state, "answer", stage.now + 1, question));
  stage.now += 1;
  stage.settle();
  expect(historyOf(owner.joined.path, stage.now).at(-1)).toMatchObject({ text: "answer", reply: question!.id });
});

test("CHANNEL-3: a late joiner who lacks the acceptances that his invitation lists is told so", () => {
  const { stage, owner, members } = staged("lacking", ["ada"]);
  const ada = members[0]!;
  owner.offer(ada);
  stage.settle();
  ada.accept();
  const last = ada.effects.findLast(({ kind }) => kind === "publish");
  if (last?.kind !== "publish") expect.fail("nothing was published");
  for (const relay of stage.relays) relay.lose(last.event.id);
  const late = stage.person("late");
  ada.invite(late);
  late.fetch();
  late.join();
  stage.settle([late]);
  expect(late.joined.path.here.view.owner).toBe(owner.pubkey);
  expect(late.effects).toContainEqual({ kind: "warn", what: "out-of-date" });
  expect(late.joined.path.here.view.lacking.length).toBe(1);
  late.receive(last.event);
  expect([late.joined.path.here.view.owner, late.joined.path.here.view.lacking]).toEqual([ada.pubkey, []]);
});

test("CHANNEL-3: an acceptance lists what its author held of the tenure it ends, and the 406 that began it", () => {
  const { stage, owner, members } = staged("listing", ["ada", "bob"]);
  const [ada, bob] = members;
  owner.rename("first");
  owner.offer(ada!);
  stage.settle();
  ada!.accept();
  stage.settle();
  ada!.rename("second");
  ada!.offer(bob!);
  stage.settle();
  bob!.accept();
  const facts = [...bob!.joined.path.here.room.control.values()];
  const accepts = facts.filter((fact) => fact.type === "accept");
  const idsBy = (author: string, ...types: readonly string[]) =>
    facts.filter((fact) => fact.author === author && types.includes(fact.type)).map(({ id }) => id);
  expect(accepts[0]!.seen.toSorted()).toEqual(idsBy(owner.pubkey, "change", "offer").toSorted());
  expect(accepts[1]!.seen.toSorted()).toEqual(idsBy(ada!.pubkey, "change", "offer", "accept").toSorted());
  stage.settle();
  expect(owner.joined.path.here.view.owner).toBe(bob!.pubkey);
  expect(owner.joined.path.here.view.metadata.name).toBe("second");
});

test("CHANNEL-3: taking an offer back is followed by a move, because words alone do not bind a dishonest delegate", () => {
  const { stage, owner, members } = staged("withdrawn", ["ada"]);
  owner.offer(members[0]!);
  stage.settle();
  expect(members[0]!.state.kind).toBe("delegate");
  expect(owner.offer(owner).effects).toContainEqual({ kind: "move-due", why: "offer-withdrawn" });
  stage.settle();
  expect(members[0]!.state.kind).toBe("member");
});

test("members are those who own or have spoken: the draft has no roster", () => {
  const { stage, owner, members } = staged("members", ["ada", "bob"]);
  members[0]!.say("here");
  stage.settle();
  const { room, view } = owner.joined.path.here;
  const known = membersOf(view, spokenIn(room.spoken.values(), view, stage.now));
  expect(known).toEqual([owner.pubkey, members[0]!.pubkey].toSorted());
});

test("CHANNEL-15: an invitation dated ahead waits for its time", () => {
  const { stage, owner } = staged("early", ["ada"]);
  const carol = stage.person("carol");
  const composed = composeInvitation(owner.state, stage.now + 5_000);
  const [post] = owner.post(composed, [carol.pubkey], "person");
  carol.receive(post!.outer);
  const { state } = carol;
  if (state.kind !== "invited") expect.fail(state.kind);
  expect([invitationsDue(state, stage.now).length, invitationsDue(state, stage.now + 4_100).length]).toEqual([0, 1]);
  expect(carol.join().ignored).toBe("held-back");
});

for (const form of ["signed", "sealed"] as const) {
  test(`a key that a signer holds elsewhere writes and reads too (${form})`, () => {
    const { stage, owner, members } = staged(`signer-${form}`, ["ada"], { form });
    const ada = members[0]!;
    // What a NIP-07 provider does, with ada's key on its side alone.
    const provider = {
      sign: (template: Parameters<typeof signEvent>[0]) => signEvent(template, ada.secret, stage.random(32), curve),
      decrypt: (from: string, payload: string) => {
        const opened = decrypt(payload, ConversationKey.between(ada.secret, fromHex(from)!, curve)!);
        return opened.ok ? opened.plaintext : expect.fail(opened.reason);
      },
      seal: (rumor: string) => {
        const inputs = { author: ada.secret, recipient: ada.key, created_at: stage.now };
        return seal(JSON.parse(rumor), inputs, stage.random, curve);
      },
    };
    const { draft } = composeMessage(ada.state, "from elsewhere", stage.now);
    const template = draft.exposeToSigner();
    const made =
      form === "signed"
        ? { ok: true as const, inner: InnerEvent.fromSigned(provider.sign(template)) }
        : sealedElsewhere(draft.author(ada.pubkey).exposeToSigner(), provider.seal);
    if (!made.ok) expect.fail(made.reason);
    owner.receive(ada.wrap(made.inner, ada.key, undefined));
    expect(owner.texts).toEqual(["from elsewhere"]);

    const invited = stage.relays[0]!.heldFor(ada.pubkey)[0]!;
    const outer = VerifiedEvent.check(invited, curve);
    expect(outer.ok).toBe(true);
    const opening = openText(provider.decrypt(invited.pubkey, invited.content), curve);
    if (!opening.ok) expect.fail(opening.reason);
    const inner =
      "inner" in opening
        ? opening
        : InnerEvent.fromSealText(opening.seal, provider.decrypt(opening.seal.pubkey, opening.seal.content));
    if (!inner.ok) expect.fail(inner.reason);
    const read = readFact(inner.inner, "person", curve);
    expect(read).toMatchObject({ ok: true, fact: { type: "invitation", author: owner.pubkey } });
  });
}

function sealedElsewhere(rumor: string, sealIt: (rumor: string) => VerifiedEvent) {
  return InnerEvent.fromSealText(sealIt(rumor), rumor);
}

test("text that is not an inner event is refused by the one who opens it in steps, too", () => {
  expect(openText("words", curve)).toEqual({ ok: false, reason: "inner-json" });
  expect(openText("{}", curve)).toEqual({ ok: false, reason: "inner-shape" });
});
