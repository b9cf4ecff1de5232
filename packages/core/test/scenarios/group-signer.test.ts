/** A person whose key lies behind a signer, which signs events and does nothing else, in a group like anybody's. */
import { describe, expect, test } from "vitest";
import type { PubkeyHex } from "../../src/bytes.ts";
import { toHex } from "../../src/bytes.ts";
import { type Found, joinRequest } from "../../src/group/acts.ts";
import { buildKeys, type KeysTemplate } from "../../src/group/build-keys.ts";
import { selectionOf } from "../../src/group/group.ts";
import { type Introduction, introductionOf, introductionTemplate, readRequest } from "../../src/group/introduction.ts";
import { memberLine, PLAIN_GROUP } from "../../src/group/metadata.ts";
import { personBehind } from "../../src/group/show.ts";
import { type EventTemplate, signEvent, type VerifiedEvent } from "../../src/nostr/event.ts";
import { Secret } from "../../src/secret.ts";
import { Crowd, curve } from "../models/group-crowd.ts";

/** What NIP-07 can do that matters here. */
class FakeSigner {
  readonly #nsec: Secret;
  readonly pubkey: PubkeyHex;

  constructor(seed: number) {
    this.#nsec = Secret.from(new Uint8Array(32).fill(seed), curve);
    this.pubkey = toHex(this.#nsec.pubkey) as PubkeyHex;
  }

  signEvent(template: EventTemplate): VerifiedEvent {
    return signEvent(template, this.#nsec, new Uint8Array(32), curve);
  }
}

const signer = new FakeSigner(7);

/** Anna's group with Ben; Dora, whose device holds a key for this group alone, and Erik are outside. */
function scene() {
  const crowd = new Crowd(["anna", "ben", "cleo"], ["dora", "erik"]);
  const [anna, dora] = [crowd.get("anna"), crowd.get("dora")];
  const { key } = (selectionOf(anna.state, crowd.now) as Found).tip.fact;
  const signed = signer.signEvent(introductionTemplate(crowd.create, dora.me, crowd.now));
  const introduction = introductionOf(signed, crowd.create, dora.me)!;
  const ask = (said: Introduction): void => {
    const asked = { key, text: "may I?", introduction: said, difficulty: 0 };
    dora.do({ kind: "asked", ...asked, now: crowd.now });
    crowd.deliver();
  };
  const accept = (person: PubkeyHex): void => {
    anna.do({ kind: "changed", change: { add: [person] }, now: crowd.now });
    crowd.deliver();
  };
  return { crowd, anna, dora, key, introduction, ask, accept };
}

test("GROUP-23, G-22: a signer signs once; she is taken in, writes, rotates, and everybody sees who she is, newcomers too", () => {
  const { crowd, anna, dora, introduction, ask, accept } = scene();
  ask(introduction);
  expect(anna.texts()).toContain("may I?");
  // Before she is in, her request already says who asks.
  expect(personBehind(anna.state, { person: dora.me })).toBe(signer.pubkey);
  accept(dora.me);
  accept(crowd.get("erik").me);
  dora.say("from behind a signer");
  crowd.deliver();
  for (const name of ["anna", "ben", "cleo", "dora", "erik"]) {
    const device = crowd.get(name);
    expect(device.texts(), name).toContain("from behind a signer");
    const line = device.view().members.find((member) => member.person === dora.me)!;
    expect(personBehind(device.state, line), name).toBe(signer.pubkey);
    expect(line.person, name).not.toBe(signer.pubkey);
  }
  expect(personBehind(anna.state, { person: anna.me })).toBe(anna.me);
  // She is next in rank and carries out a leave: her own line, written anew, still says it.
  crowd.get("ben").do({ kind: "left", now: crowd.now });
  crowd.deliver(["anna", "cleo"]);
  crowd.pass(200, ["anna", "cleo"]);
  const { choice } = selectionOf(dora.state, crowd.now) as Found;
  expect(choice.current).toMatchObject({ kind: "rotation", operator: dora.me });
  expect(choice.current.roster.find((member) => member.person === dora.me)?.by).toEqual(introduction);
});

describe("GROUP-23: an introduction that was not signed for this key and this group", () => {
  const { crowd, dora, introduction } = scene();
  const other = "ab".repeat(32) as PubkeyHex;
  const sign = (create: string, member: string): Introduction => {
    const { pubkey, created_at, sig } = signer.signEvent(introductionTemplate(create as never, member as never, 1));
    return { pubkey, created_at, sig };
  };
  const unproved: readonly (readonly [string, Introduction])[] = [
    ["another group's", sign(other, dora.me)],
    ["another key's", sign(crowd.create, other)],
    ["another person's", { ...introduction, pubkey: crowd.get("ben").me }],
    ["another time's", { ...introduction, created_at: introduction.created_at + 1 }],
    ["no signature at all", { ...introduction, sig: "0".repeat(128) }],
    ["a person who is no point", { ...introduction, pubkey: "f".repeat(64) as PubkeyHex }],
  ];
  for (const [what, said] of unproved) {
    test(`with a request: ${what} is ignored`, () => {
      const { anna, ask } = scene();
      ask(said);
      expect(anna.ignored).toContain("proves-nothing");
      expect(anna.texts()).not.toContain("may I?");
      expect(anna.state.reader.introductions().size).toBe(0);
    });

    test(`in a roster: ${what} names nobody`, () => {
      const { anna } = scene();
      const line = { person: dora.me, by: said };
      expect(personBehind(anna.state, line)).toBe(dora.me);
    });
  }

  test("is not taken from the signer either", () => {
    const template = introductionTemplate(crowd.create, dora.me, 1);
    for (const bent of [
      { ...template, kind: 1 },
      { ...template, content: "x" },
      { ...template, tags: [] },
    ]) {
      expect(introductionOf(signer.signEvent(bent), crowd.create, dora.me)).toBeUndefined();
    }
  });
});

test("GROUP-7, GROUP-23: an operator who drops or changes his own introduction makes no candidate", () => {
  const { crowd, dora, introduction, ask, accept } = scene();
  ask(introduction);
  accept(dora.me);
  crowd.get("ben").do({ kind: "left", now: crowd.now });
  crowd.deliver();
  const { tip, choice } = selectionOf(dora.state, crowd.now) as Found;
  const held = dora.state.reader.leavesOf(choice.leaving);
  const bySomebody = { ...introduction, pubkey: crowd.get("anna").me };
  for (const [by, candidates] of [
    [undefined, 0],
    [bySomebody, 0],
    [introduction, 1],
  ] as const) {
    const roster = tip.fact.roster
      .filter((member) => !choice.leaving.has(member.person))
      .map((member) => {
        if (member.person !== dora.me) return member;
        const { by: _, ...bare } = member;
        return memberLine({ ...bare, rank: tip.fact.roster.length, ...(by && { by }) });
      });
    const { id, epoch, key } = tip.fact;
    const template: KeysTemplate = {
      created_at: crowd.now,
      roster,
      info: PLAIN_GROUP,
      base: { create: crowd.create, id, epoch, secret: dora.state.reader.secretOf(key)! },
      handovers: 0,
      left: [],
      carries: { leaves: held.map((one) => one.carried), ids: held.map((one) => one.id!) },
    };
    const { event, alias } = buildKeys(template, dora.real, crowd.random, curve);
    crowd.network.publish(3, signEvent(event, alias, crowd.random(32), curve));
    crowd.deliver();
    const seen = selectionOf(crowd.get("anna").state, crowd.now) as Found;
    expect(seen.choice.candidates.length, JSON.stringify(by)).toBe(candidates);
  }
});

test("GROUP-11: words that look like an introduction and are none are words", () => {
  for (const text of ['{"introduction":1}', '{"introduction":{},"text":""}', '{"introduction"', "{}"]) {
    expect(readRequest(text)).toEqual({ text });
  }
  const { crowd, dora, key } = scene();
  const made = joinRequest(crowd.create, key, { text: "plain" }, undefined, dora.real, crowd.now, dora.means);
  expect(made.event.kind).toBe(483);
});
