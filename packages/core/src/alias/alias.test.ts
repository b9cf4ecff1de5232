import { describe, expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import { type Acquaintance, type AliasEvent, IGNORED, type Ignored, STRANGER, type Step, step } from "./alias.ts";
import type { AnswerFact, RemoveFact, RequestFact } from "./fact.ts";
import { ALIAS_FAULTS } from "./fault.ts";
import { MESSAGE_FAULTS } from "./message.ts";
import type { Relation } from "./relation.ts";

const NOW = 1_700_000_000;
const id = (n: number): EventId => n.toString(16).padStart(64, "0") as EventId;
const key = (name: string): PubkeyHex => name as PubkeyHex;
const base = { at: NOW, variant: "bound", cipher: "nip44" } as const;
const asked: RequestFact = { kind: "request", id: id(1), by: "me", alias: key("a0"), ...base };
const wasAsked: RequestFact = { kind: "request", id: id(2), by: "peer", alias: key("b0"), ...base };
const answered = (kind: "accept" | "reject", request: RequestFact, n: number, at = NOW): AnswerFact => ({
  ...{ kind, id: id(n), by: request.by === "me" ? "peer" : "me", alias: key(request.by === "me" ? "b0" : "a0") },
  ...{ to: request.alias, request: request.id, variant: "bound", cipher: "nip44", at },
});
const ended: RemoveFact = { kind: "remove", id: id(9), by: "me", alias: key("a0"), to: key("b0"), ...base };

const learn = (state: Acquaintance, ...facts: readonly (RequestFact | AnswerFact | RemoveFact)[]): Acquaintance =>
  facts.reduce((at, fact) => step(at, { kind: "learned", fact, now: NOW }).state, state);
const states: Readonly<Record<Relation["kind"], Acquaintance>> = {
  none: STRANGER,
  requested: learn(STRANGER, asked),
  "requested-by-peer": learn(STRANGER, wasAsked),
  active: learn(STRANGER, asked, answered("accept", asked, 3)),
  rejected: learn(STRANGER, wasAsked, answered("reject", wasAsked, 4)),
  removed: learn(STRANGER, asked, answered("accept", asked, 3), ended),
};
const ask: AliasEvent = { kind: "request", peer: key("B"), words: "hello", now: NOW };
const written = ({ effects }: Step) => effects.flatMap((effect) => (effect.kind === "write" ? [effect.writing] : []));

test("A-09: each state is reached", () => {
  for (const [kind, state] of Object.entries(states)) expect(state.relation.kind).toBe(kind);
});

describe("step is total", () => {
  const events: Readonly<Record<string, AliasEvent>> = {
    request: ask,
    accept: { kind: "accept", now: NOW },
    reject: { kind: "reject", now: NOW },
    remove: { kind: "remove", now: NOW },
    tick: { kind: "tick", now: NOW },
    "learned before": { kind: "learned", fact: asked, now: NOW },
    "learned new": { kind: "learned", fact: { ...wasAsked, id: id(77) }, now: NOW },
  };
  const table: Readonly<Record<Relation["kind"], Readonly<Partial<Record<string, Ignored>>>>> = {
    none: { accept: "nothing-to-answer", reject: "nothing-to-answer", remove: "peer-alias-unknown" },
    requested: {
      request: "already-requested",
      accept: "nothing-to-answer",
      reject: "nothing-to-answer",
      remove: "peer-alias-unknown",
      "learned before": "known-event",
    },
    "requested-by-peer": { request: "peer-asked" },
    active: {
      request: "already-active",
      accept: "already-active",
      reject: "nothing-to-answer",
      "learned before": "known-event",
    },
    rejected: { reject: "nothing-to-answer" },
    removed: {
      accept: "nothing-to-answer",
      reject: "nothing-to-answer",
      remove: "peer-alias-unknown",
      "learned before": "known-event",
    },
  };

  test.each(Object.entries(states))("A-09: in %s, every event has its answer", (kind, state) => {
    for (const [name, event] of Object.entries(events)) {
      const result = step(state, event);
      const reason = name === "tick" ? "nothing-due" : table[kind as Relation["kind"]][name];
      expect([name, result.ignored]).toEqual([name, reason]);
      if (result.ignored !== undefined) expect([result.state, result.effects]).toEqual([state, []]);
      else expect(result.effects.length).toBeGreaterThan(0);
    }
  });
});

describe("what is written", () => {
  test("ALIAS-7: a request goes to the real key, from the alias that is next, and may expire", () => {
    expect(written(step(states.removed, { ...ask, expires: NOW + 60 } as AliasEvent))).toEqual([
      { kind: "request", removed: ["a0", "b0"], to: "B", created_at: NOW + 1, content: "hello", expires: NOW + 60 },
    ]);
  });

  test("ALIAS-6: an answer names the request and goes to its alias", () => {
    const accept = { kind: "accept", removed: [], to: "b0", created_at: NOW, content: "accept", request: wasAsked.id };
    expect(written(step(states["requested-by-peer"], { kind: "accept", now: NOW }))).toEqual([accept]);
  });

  test("ALIAS-8: who changes his mind in the same second is dated after himself", () => {
    expect(written(step(states.rejected, { kind: "accept", now: NOW }))).toMatchObject([{ created_at: NOW + 1 }]);
    expect(written(step(states.rejected, { kind: "accept", now: NOW - 30 }))).toMatchObject([{ created_at: NOW + 1 }]);
    expect(written(step(states.rejected, { kind: "accept", now: NOW + 9 }))).toMatchObject([{ created_at: NOW + 9 }]);
  });

  test("ALIAS-8: one accept answers what was asked last; a reject reaches every request, each in its own second", () => {
    const two = learn(states["requested-by-peer"], { ...wasAsked, id: id(5), alias: key("b1"), at: NOW + 5 });
    expect(written(step(two, { kind: "accept", now: NOW }))).toMatchObject([{ to: "b1", request: id(5) }]);
    expect(written(step(two, { kind: "reject", now: NOW }))).toMatchObject([
      { to: "b0", created_at: NOW },
      { to: "b1", created_at: NOW + 1 },
    ]);
  });

  test("ALIAS-7: removing names every live alias of both sides, each event in its own second", () => {
    const theirs: RequestFact = { ...wasAsked, id: id(6), alias: key("b1") };
    const state = learn(states.active, theirs);
    expect(written(step(state, { kind: "remove", now: NOW }))).toMatchObject([
      { from: "a0", to: "b1", created_at: NOW },
      { from: "a0", to: "b0", created_at: NOW + 1 },
    ]);
  });

  test("ALIAS-7: who was asked may remove before having shown an alias; who asked may not", () => {
    const [removal] = written(step(states["requested-by-peer"], { kind: "remove", now: NOW }));
    expect(removal).toEqual({ kind: "remove", removed: [], to: "b0", created_at: NOW, content: "remove" });
    expect(step(states.requested, { kind: "remove", now: NOW }).ignored).toBe("peer-alias-unknown");
  });
});

describe("what follows from an event", () => {
  test("A-13, ALIAS-9: nothing that is learned is ever answered by itself", () => {
    const facts = [asked, wasAsked, answered("accept", asked, 3), answered("reject", asked, 5), ended];
    for (const state of Object.values(states)) {
      for (const fact of facts) expect(written(step(state, { kind: "learned", fact, now: NOW }))).toEqual([]);
    }
  });

  test("ALIAS-1: every new fact asks for the contacts list to be saved, and a new relation is announced", () => {
    const { effects } = step(STRANGER, { kind: "learned", fact: wasAsked, now: NOW });
    const relation = { kind: "requested-by-peer", request: wasAsked.id, theirs: "b0" };
    expect(effects).toEqual([{ kind: "save-contacts" }, { kind: "announce", relation }]);
  });

  test("ALIAS-9: what is held back asks to be woken for, and counts then", () => {
    const far: RequestFact = { ...wasAsked, at: NOW + 5_000 };
    const first = step(STRANGER, { kind: "learned", fact: far, now: NOW });
    expect(first.effects).toContainEqual({ kind: "wake", at: NOW + 4_100 });
    expect(first.state.relation.kind).toBe("none");
    expect(step(first.state, { kind: "tick", now: NOW + 4_099 }).ignored).toBe("nothing-due");
    expect(step(first.state, { kind: "tick", now: NOW + 4_100 }).state.relation.kind).toBe("requested-by-peer");
  });

  test("ALIAS-7: a request that expires asks to be woken for, and is withdrawn then", () => {
    const brief: RequestFact = { ...asked, expires: NOW + 60 };
    const first = step(STRANGER, { kind: "learned", fact: brief, now: NOW });
    expect(first.effects).toContainEqual({ kind: "wake", at: NOW + 60 });
    expect(step(first.state, { kind: "tick", now: NOW + 60 }).state.relation.kind).toBe("none");
  });

  test("ALIAS-10: the set only grows: nothing learned makes a fact go away", () => {
    expect(states.removed.facts.map((fact) => fact.id)).toEqual([id(1), id(3), id(9)]);
  });
});

test("every reason, of the machine, of reading and of messages, has a sentence for people", () => {
  for (const words of [IGNORED, ALIAS_FAULTS, MESSAGE_FAULTS]) {
    for (const sentence of Object.values(words)) expect(sentence).toMatch(/^[A-Z][^{}]{10,}\.$/);
  }
});
