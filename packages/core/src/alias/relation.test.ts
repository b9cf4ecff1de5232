import { describe, expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import { type AnswerFact, type Fact, mirrorFact, type RemoveFact, type RequestFact } from "./fact.ts";
import { livePairs, mirrorRelation, relationOf, standingsOf } from "./relation.ts";

const NOW = 1_700_000_000;
let serial = 0;
const nextId = (): EventId => (serial++).toString(16).padStart(64, "0") as EventId;
const key = (name: string): PubkeyHex => name as PubkeyHex;
const base = { at: NOW, variant: "bound", cipher: "nip44" } as const;
type Some<F> = Partial<F>;
const asked = (more: Some<RequestFact> = {}): RequestFact => ({
  kind: "request",
  id: nextId(),
  by: "me",
  alias: key("a0"),
  ...base,
  ...more,
});
const said = (kind: "accept" | "reject", request: RequestFact, more: Some<AnswerFact> = {}): AnswerFact => ({
  kind,
  id: nextId(),
  by: request.by === "me" ? "peer" : "me",
  alias: key(request.by === "me" ? "b0" : "a0"),
  to: request.alias,
  request: request.id,
  ...base,
  ...more,
});
const ended = (more: Some<RemoveFact> = {}): RemoveFact => ({
  kind: "remove",
  id: nextId(),
  by: "me",
  alias: key("a0"),
  to: key("b0"),
  ...base,
  ...more,
});
const kindOf = (...facts: Fact[]): string => relationOf(facts, NOW).kind;

describe("ALIAS-6: a request lives until its alias pair is removed", () => {
  test("an answer counts for the request it names, sent to that alias, by the person who was asked", () => {
    const request = asked();
    expect(kindOf(request)).toBe("requested");
    expect(kindOf(request, said("accept", request))).toBe("active");
    expect(kindOf(request, said("accept", request, { request: asked().id }))).toBe("requested");
    expect(kindOf(request, said("accept", request, { to: key("a1") }))).toBe("requested");
    expect(kindOf(request, said("accept", request, { by: "me" }))).toBe("requested");
  });

  test("A-09: an unsolicited accept, reject or removal of nothing makes nobody a friend", () => {
    const never = asked();
    expect(kindOf(said("accept", never))).toBe("none");
    expect(kindOf(said("reject", never))).toBe("none");
    expect(kindOf(ended({ by: "peer", alias: key("b7"), to: key("a7") }), asked())).toBe("requested");
  });

  test("0xchat-v1: an answer that names nothing counts for the request from the alias it is sent to", () => {
    const request = asked();
    const { request: _, ...unnamed } = said("accept", request, { variant: "0xchat-v1" });
    expect(kindOf(request, unnamed)).toBe("active");
    expect(kindOf(request, { ...unnamed, variant: "bound" })).toBe("requested");
    expect(kindOf(request, { ...unnamed, to: key("a9") })).toBe("requested");
  });

  test("0xchat-v1: its one alias lives again after a removal, but only by what is dated later than every removal", () => {
    const again = asked({ alias: key("a1"), at: NOW + 2 });
    const { request: _, ...yes } = said("accept", again, { variant: "0xchat-v1", at: NOW + 3 });
    expect(kindOf(ended(), again, yes)).toBe("active");
    expect(kindOf(ended(), again, { ...yes, at: NOW })).toBe("requested");
    expect(kindOf(ended(), asked({ by: "peer", alias: key("b0"), variant: "0xchat-v1", at: NOW + 1 }))).toBe(
      "requested-by-peer",
    );
    expect(kindOf(ended(), asked({ by: "peer", alias: key("b0"), variant: "0xchat-v1" }))).toBe("removed");
  });
});

describe("ALIAS-7: a removal ends every pair that holds either alias, for good", () => {
  const request = asked();
  const accept = said("accept", request);

  test("A-08, ALIAS-10: an older or newer accept, served again after the removal, changes nothing", () => {
    expect(kindOf(request, accept, ended())).toBe("removed");
    expect(kindOf(request, accept, ended(), said("accept", request, { at: NOW + 500 }))).toBe("removed");
  });

  test("either side may remove, and the pair with a third alias goes too", () => {
    expect(kindOf(request, accept, ended({ by: "peer", alias: key("b0"), to: key("a0") }))).toBe("removed");
    expect(kindOf(request, said("accept", request, { alias: key("b1") }), ended())).toBe("removed");
    expect(kindOf(asked({ alias: key("a1") }), ended())).toBe("requested");
  });

  test("a request that nobody answered is withdrawn by its own expiry; one that was answered is not", () => {
    const brief = asked({ expires: NOW });
    expect(kindOf(brief)).toBe("none");
    expect(kindOf({ ...brief, expires: NOW + 1 })).toBe("requested");
    expect(kindOf(brief, said("accept", brief))).toBe("active");
  });

  test("the aliases that are gone are named, so that both sides take their next index", () => {
    expect(standingsOf([request, ended()], NOW).removed).toEqual(["a0", "b0"]);
  });
});

describe("ALIAS-8: time decides only between two answers of one author to one request", () => {
  const request = asked();

  test("the later counts, and on a tie the reject, whatever their ids", () => {
    const [yes, no] = [said("accept", request), said("reject", request)];
    expect(kindOf(request, yes, no)).toBe("rejected");
    expect(kindOf(request, { ...yes, id: no.id }, { ...no, id: yes.id })).toBe("rejected");
    expect(kindOf(request, { ...yes, at: NOW + 1 }, no)).toBe("active");
    expect(kindOf(request, yes, { ...no, at: NOW + 1 })).toBe("rejected");
  });

  test("two live unanswered requests, one each way, are active, however their clocks differ", () => {
    const theirs = asked({ by: "peer", alias: key("b0"), at: NOW - 30 });
    const relation = { kind: "active", mine: "a0", theirs: "b0", since: NOW };
    expect(relationOf([request, theirs], NOW)).toEqual(relation);
    expect(relationOf([mirrorFact(request), mirrorFact(theirs)], NOW)).toEqual({
      ...relation,
      mine: "b0",
      theirs: "a0",
    });
  });

  test("of several requests an accepted one wins, then an unanswered one, else rejected", () => {
    const [first, second, third] = [asked(), asked(), asked()];
    expect(kindOf(first, said("reject", first), second, said("accept", second), third)).toBe("active");
    expect(kindOf(first, said("reject", first), third)).toBe("requested");
    expect(relationOf([first, said("reject", first)], NOW)).toEqual({ kind: "rejected", by: "peer" });
  });

  test("of several active pairs the one whose accept is latest is written to", () => {
    const theirs = asked({ by: "peer", alias: key("b2") });
    const facts = [
      request,
      said("accept", request, { at: NOW + 1 }),
      theirs,
      said("accept", theirs, { alias: key("a5"), at: NOW + 2 }),
    ];
    expect(relationOf(facts, NOW)).toEqual({ kind: "active", mine: "a5", theirs: "b2", since: NOW + 2 });
  });

  test("who rejected is told: me, the peer, or both", () => {
    const theirs = asked({ by: "peer", alias: key("b0") });
    expect(relationOf([theirs, said("reject", theirs)], NOW)).toEqual({ kind: "rejected", by: "me" });
    const both = [theirs, said("reject", theirs), request, said("reject", request)];
    expect(relationOf(both, NOW)).toEqual({ kind: "rejected", by: "both" });
    expect(mirrorRelation({ kind: "rejected", by: "me" })).toEqual({ kind: "rejected", by: "peer" });
    expect(mirrorRelation({ kind: "rejected", by: "peer" })).toEqual({ kind: "rejected", by: "me" });
  });
});

test("ALIAS-9: a reject dated 2100 does not block for ever: it is held back until 900 s before", () => {
  const request = asked();
  const far = said("reject", request, { at: 4_102_444_800 });
  const facts = [request, said("accept", request), far];
  expect(relationOf(facts, NOW).kind).toBe("active");
  expect(relationOf(facts, far.at - 901).kind).toBe("active");
  expect(relationOf(facts, far.at - 900).kind).toBe("rejected");
});

test("messages are read between every pair that is accepted or crossing, and between none that was removed", () => {
  const pairs = (...facts: Fact[]): string[] =>
    livePairs(standingsOf(facts, NOW)).map(({ mine, theirs }) => `${mine} ${theirs}`);
  const request = asked();
  const theirs = asked({ by: "peer", alias: key("b1") });
  expect(pairs(request)).toEqual([]);
  expect(pairs(request, said("reject", request))).toEqual([]);
  expect(pairs(request, said("accept", request))).toEqual(["a0 b0"]);
  expect(pairs(request, asked(), theirs)).toEqual(["a0 b1"]);
  expect(pairs(request, said("accept", request), theirs, said("accept", theirs, { alias: key("a1") }))).toEqual([
    "a0 b0",
    "a1 b1",
  ]);
  expect(pairs(request, said("accept", request), ended())).toEqual([]);
});
