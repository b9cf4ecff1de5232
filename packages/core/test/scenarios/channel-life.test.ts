/** The life of a channel with real keys: what people see. */

import { mayWrite } from "@subrosa/core/channel/channel";
import { composeCarried, composeMessage } from "@subrosa/core/channel/compose";
import { historyOf } from "@subrosa/core/channel/thread";
import { describe, expect, test } from "vitest";
import { staged, T0 } from "./channel-stage.ts";

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
