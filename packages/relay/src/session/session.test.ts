import type { EventId } from "@subrosa/core/bytes";
import type { SubscriptionId } from "@subrosa/core/nostr/frame";
import { describe, expect, test } from "vitest";
import { event, key, NOW } from "../../test/events.ts";
import { openSession, type Session, type SessionInput, type SessionRules, type Step, step } from "./session.ts";

const rules: SessionRules = {
  maxSubscriptions: 3,
  hosts: new Set(["relay.example", "127.0.0.1:7777"]),
  authToRead: false,
  searchFault: (search) => (search === "proof:verified" ? undefined : "no full text here"),
};
/** The ring of keys 20, 21 and 22; an answer over another ring says so in its content, for these tests. */
const admission = {
  members: new Set([key(20), key(21), key(22)] as string[]),
  isAnonymous: ({ tags }: ReturnType<typeof event>) => tags.some(([name]) => name === "group-member-proof"),
  fault: ({ content }: ReturnType<typeof event>) => (content === "" ? undefined : "restricted: another ring"),
};
const id = (name: string): SubscriptionId => name as SubscriptionId;
const challenge = "c0ffee";
const auth = (fields: object = {}): ReturnType<typeof event> =>
  event({
    by: 5,
    kind: 22_242,
    tags: [
      ["relay", "wss://Relay.example/"],
      ["challenge", challenge],
    ],
    ...fields,
  });

const anonymous = (fields: object = {}): ReturnType<typeof event> => {
  const tags = [
    ["relay", "wss://relay.example"],
    ["challenge", challenge],
    ["group-member-proof", "…"],
  ];
  return auth({ by: 99, tags, ...fields });
};

function run(
  inputs: readonly SessionInput[],
  from: Session = openSession(challenge).session,
  by: SessionRules = rules,
): Step {
  let last: Step = { session: from, effects: [] };
  for (const input of inputs) last = step(last.session, input, by, NOW);
  return last;
}
const replies = (last: Step): unknown[] =>
  last.effects.flatMap((effect) => (effect.do === "reply" ? [effect.message] : []));
const dos = (last: Step): string[] => last.effects.map((effect) => effect.do);

const req = (name: string, ...filters: object[]): SessionInput => ({ type: "REQ", subscription: id(name), filters });

const states: Record<string, Session> = {
  fresh: openSession(challenge).session,
  authenticated: run([{ type: "authenticated", event: auth() }]).session,
  scanning: run([req("s", {})]).session,
  live: run([req("s", {}), { type: "scanned", subscription: id("s"), generation: 1 }]).session,
  counting: run([{ type: "COUNT", subscription: id("s"), filters: [{}] }]).session,
  negotiating: run([{ type: "NEG-OPEN", subscription: id("s"), filter: {}, message: "61" }]).session,
  full: run([req("a", {}), req("b", {}), req("c", {})]).session,
  admitting: run([{ type: "AUTH", event: anonymous() }], undefined, { ...rules, admission }).session,
  admitted: run(
    [
      { type: "AUTH", event: anonymous() },
      { type: "admitted", event: anonymous(), image: "02aa", until: NOW + 60 },
    ],
    undefined,
    { ...rules, admission },
  ).session,
  closed: run([{ type: "disconnected" }]).session,
};

const inputs: Record<string, SessionInput> = {
  EVENT: { type: "EVENT", event: event() },
  "AUTH right": { type: "AUTH", event: auth() },
  "AUTH wrong": { type: "AUTH", event: auth({ kind: 1 }) },
  authenticated: { type: "authenticated", event: auth() },
  "AUTH anonymous": { type: "AUTH", event: anonymous() },
  "AUTH of a member": { type: "AUTH", event: auth({ by: 20 }) },
  admitted: { type: "admitted", event: anonymous(), image: "02aa", until: NOW + 60 },
  "not-admitted": { type: "not-authenticated", event: anonymous(), reason: "restricted: no" },
  "not-authenticated": { type: "not-authenticated", event: auth(), reason: "invalid: bad signature" },
  "REQ s": req("s", {}),
  "REQ t": req("t", { kinds: [1] }),
  "REQ private": req("s", { kinds: [1059] }),
  "REQ search": req("s", { search: "words" }),
  COUNT: { type: "COUNT", subscription: id("s"), filters: [{}] },
  "NEG-OPEN": { type: "NEG-OPEN", subscription: id("s"), filter: {}, message: "61" },
  "NEG-MSG": { type: "NEG-MSG", subscription: id("s"), message: "61" },
  "NEG-CLOSE": { type: "NEG-CLOSE", subscription: id("s") },
  CLOSE: { type: "CLOSE", subscription: id("s") },
  scanned: { type: "scanned", subscription: id("s"), generation: 1 },
  "scanned fault": { type: "scanned", subscription: id("s"), generation: 1, fault: "error: too much" },
  "scanned late": { type: "scanned", subscription: id("s"), generation: 99 },
  counted: { type: "counted", subscription: id("s"), generation: 1, result: { count: 3 } },
  "counted fault": { type: "counted", subscription: id("s"), generation: 1, result: { fault: "error: too much" } },
  negotiated: { type: "negotiated", subscription: id("s"), generation: 1, result: { message: "61" } },
  "negotiated fault": { type: "negotiated", subscription: id("s"), generation: 1, result: { fault: "error: x" } },
  "malformed event": { type: "malformed", subject: { about: "event", id: key(1) as string as EventId }, why: "x" },
  "malformed REQ": { type: "malformed", subject: { about: "subscription", verb: "REQ", id: id("s") }, why: "x" },
  "malformed NEG": { type: "malformed", subject: { about: "subscription", verb: "NEG-MSG", id: id("s") }, why: "x" },
  "malformed CLOSE": { type: "malformed", subject: { about: "subscription", verb: "CLOSE", id: id("s") }, why: "x" },
  malformed: { type: "malformed", subject: { about: "nothing" }, why: "x" },
  disconnected: { type: "disconnected" },
};

describe("the machine is total", () => {
  for (const [state, session] of Object.entries(states)) {
    for (const [name, input] of Object.entries(inputs)) {
      test(`${state} × ${name}: something happens, or nothing changes and there is a reason`, () => {
        const before = structuredClone(session);
        for (const by of [rules, { ...rules, admission }, { ...rules, readers: new Set<string>() }]) {
          const { session: after, effects, ignored } = step(session, input, by, NOW);
          expect(session).toEqual(before);
          const changed = after !== session || effects.length > 0;
          expect(changed).toBe(ignored === undefined);
          if (state === "closed") expect(ignored).toBe("closed");
        }
      });
    }
  }

  test("generations are never used twice, and every one that ends is stopped or answered", () => {
    const seen = new Set<number>();
    let session = openSession(challenge).session;
    for (let i = 0; i < 50; i++) {
      const next = step(session, i % 3 === 0 ? inputs["COUNT"]! : inputs["REQ s"]!, rules, NOW);
      for (const effect of next.effects) {
        if (effect.do !== "subscribe" && effect.do !== "count") continue;
        expect(seen.has(effect.generation)).toBe(false);
        seen.add(effect.generation);
      }
      session = next.session;
    }
    expect(dos(step(session, { type: "disconnected" }, rules, NOW))).toEqual(["stop"]);
  });
});

describe("NIP-01", () => {
  test("a request is scanned, then EOSE, then live", () => {
    expect(dos(run([req("s", {})]))).toEqual(["subscribe"]);
    expect(replies(run([req("s", {}), inputs["scanned"]!]))).toEqual([{ type: "EOSE", subscription: "s" }]);
    expect(run([req("s", {}), inputs["scanned"]!, inputs["scanned"]!]).ignored).toBe("late");
  });

  test("the same name again replaces the subscription; the old scan's answer comes late", () => {
    expect(dos(run([req("s", {}), req("s", {})]))).toEqual(["stop", "subscribe"]);
    expect(run([req("s", {}), req("s", {}), inputs["scanned"]!]).ignored).toBe("late");
  });

  test("EOSE is never sent after an incomplete scan", () => {
    const last = run([req("s", {}), inputs["scanned fault"]!]);
    expect(replies(last)).toEqual([{ type: "CLOSED", subscription: "s", reason: "error: too much" }]);
    expect(run([inputs["CLOSE"]!], last.session).ignored).toBe("unknown-subscription");
  });

  test("one subscription too many is refused with a reason; replacing one is not", () => {
    expect(replies(run([req("d", {})], states["full"]))).toMatchObject([{ type: "CLOSED", subscription: "d" }]);
    expect(dos(run([req("a", {})], states["full"]))).toEqual(["stop", "subscribe"]);
  });

  test("what cannot be read is answered where its sender waits", () => {
    expect(replies(run([inputs["malformed event"]!]))).toMatchObject([{ type: "OK", accepted: false }]);
    expect(replies(run([inputs["malformed REQ"]!]))).toMatchObject([{ type: "CLOSED", subscription: "s" }]);
    expect(replies(run([inputs["malformed NEG"]!]))).toMatchObject([{ type: "NEG-ERR", subscription: "s" }]);
    expect(replies(run([inputs["malformed CLOSE"]!]))).toMatchObject([{ type: "NOTICE" }]);
  });
});

describe("NIP-42", () => {
  test("several keys authenticate on one connection", () => {
    const other = event({ by: 6, kind: 22_242 });
    const { session } = run([
      { type: "authenticated", event: auth() },
      { type: "authenticated", event: other },
    ]);
    expect(session.kind === "open" && [...session.keys]).toEqual([key(5), key(6)]);
  });

  const wrong: [string, object][] = [
    ["of another kind", { kind: 1 }],
    ["too old", { created_at: NOW - 601 }],
    ["of the future", { created_at: NOW + 601 }],
    ["without challenge", { tags: [["relay", "wss://relay.example"]] }],
    [
      "to another challenge",
      {
        tags: [
          ["relay", "wss://relay.example"],
          ["challenge", "other"],
        ],
      },
    ],
    [
      "for another relay",
      {
        tags: [
          ["relay", "wss://evil.example"],
          ["challenge", challenge],
        ],
      },
    ],
    [
      "for another port",
      {
        tags: [
          ["relay", "wss://relay.example:8080"],
          ["challenge", challenge],
        ],
      },
    ],
    ["for no relay", { tags: [["challenge", challenge]] }],
    [
      "for a page",
      {
        tags: [
          ["relay", "https://relay.example"],
          ["challenge", challenge],
        ],
      },
    ],
  ];
  for (const [title, fields] of wrong) {
    test(`an answer ${title} is refused before its signature is looked at`, () => {
      const last = run([{ type: "AUTH", event: auth(fields) }]);
      expect(dos(last)).toEqual(["reply"]);
      expect(replies(last)).toMatchObject([
        { type: "OK", accepted: false, reason: expect.stringMatching(/^invalid: /) },
      ]);
    });
  }

  test("a right answer goes to the verifier; a name may have a port", () => {
    expect(dos(run([{ type: "AUTH", event: auth() }]))).toEqual(["authenticate"]);
    const tags = [
      ["relay", "ws://127.0.0.1:7777"],
      ["challenge", challenge],
    ];
    expect(dos(run([{ type: "AUTH", event: auth({ tags }) }]))).toEqual(["authenticate"]);
  });
});

describe("PROOF-14: members without a name", () => {
  const with_ = { ...rules, admission, readers: new Set<string>([key(20)]) };
  const go = (inputs_: readonly SessionInput[], from = states["fresh"]!): Step => run(inputs_, from, with_);
  const asks = (from: Session, now = NOW): string[] =>
    step(from, req("q", {}), with_, now).effects.map(({ do: it }) => it);
  const refused = (last: Step): unknown => expect(replies(last)).toMatchObject([{ type: "OK", accepted: false }]);

  test("a right answer is judged, one at a time, and then its member may ask until the period ends", () => {
    const judging = go([inputs["AUTH anonymous"]!]);
    expect(dos(judging)).toEqual(["admit"]);
    refused(go([inputs["AUTH anonymous"]!], judging.session));
    expect(asks(judging.session)).toEqual(["reply", "reply"]);
    const done = go([inputs["admitted"]!], judging.session);
    expect(replies(done)).toMatchObject([{ type: "OK", accepted: true }]);
    expect(asks(done.session)).toEqual(["subscribe"]);
    expect(asks(done.session, NOW + 60)).toEqual(["reply", "reply"]);
    // What is nobody's is not shown to him: he showed no key.
    expect(step(done.session, inputs["REQ private"]!, with_, NOW).effects).toMatchObject([
      { message: { type: "AUTH" } },
      { message: { reason: expect.stringMatching(/^auth-required: /) } },
    ]);
  });

  test("a refused proof leaves the session as it was, and another may be tried", () => {
    const after = go([inputs["AUTH anonymous"]!, inputs["not-admitted"]!]);
    refused(after);
    expect(after.session).toEqual(states["fresh"]);
    expect(dos(go([inputs["AUTH anonymous"]!], after.session))).toEqual(["admit"]);
  });

  test("a judgement nobody waits for is late", () => {
    expect(go([inputs["admitted"]!]).ignored).toBe("late");
    expect(go([inputs["admitted"]!], states["admitted"]).ignored).toBe("late");
  });

  test("wrong challenge, wrong time, wrong relay, wrong ring: refused before anything is judged", () => {
    const proof = ["group-member-proof", "…"];
    for (const fields of [
      { tags: [["relay", "wss://relay.example"], ["challenge", "other"], proof] },
      { tags: [["relay", "wss://other.example"], ["challenge", challenge], proof] },
      { created_at: NOW - 601 },
      { content: "another ring" },
    ]) {
      const last = go([{ type: "AUTH", event: anonymous(fields) }]);
      expect(dos(last)).toEqual(["reply"]);
      refused(last);
    }
  });

  test("a member's key and an anonymous admission exclude each other, whichever comes first or between", () => {
    refused(go([inputs["AUTH of a member"]!], states["admitted"]));
    refused(go([{ type: "authenticated", event: auth({ by: 20 }) }], states["admitted"]));
    const named = go([{ type: "authenticated", event: auth({ by: 20 }) }]).session;
    refused(go([inputs["AUTH anonymous"]!], named));
    const between = go([inputs["AUTH anonymous"]!, { type: "authenticated", event: auth({ by: 20 }) }]).session;
    refused(go([inputs["admitted"]!], between));
    // Another key says nothing about which member this is.
    expect(dos(go([inputs["AUTH right"]!], states["admitted"]))).toEqual(["authenticate"]);
  });

  test("a relay that publishes no ring takes such an answer for its one-time key's", () => {
    expect(dos(run([inputs["AUTH anonymous"]!]))).toEqual(["authenticate"]);
  });

  test("where members may ask, a key that is none may not", () => {
    expect(asks(states["authenticated"]!)).toEqual(["reply"]);
    expect(asks(go([{ type: "authenticated", event: auth({ by: 20 }) }]).session)).toEqual(["subscribe"]);
  });
});

describe("NIP-17, NIP-59: questions about private kinds", () => {
  const question = (...filters: object[]): Step => run([req("q", ...filters)]);
  const asFive = (...filters: object[]): Step => run([req("q", ...filters)], states["authenticated"]);

  test("need authentication where they ask for nothing else", () => {
    for (const kinds of [[1059], [4], [21_059], [4, 1059]]) {
      expect(replies(question({ kinds }))).toMatchObject([
        // The first challenge may have gone unheard.
        { type: "AUTH", challenge },
        { type: "CLOSED", reason: expect.stringMatching(/^auth-required: /) },
      ]);
    }
    expect(dos(question({ kinds: [1, 1059] }))).toEqual(["subscribe"]);
    expect(dos(question({ kinds: [1059] }, { kinds: [1] }))).toEqual(["subscribe"]);
    expect(dos(question({}))).toEqual(["subscribe"]);
  });

  test("are asked freely by whoever authenticated: what he may not see is not found", () => {
    expect(dos(asFive({ kinds: [1059], "#p": [key(9)] }))).toEqual(["subscribe"]);
    expect(dos(asFive({ kinds: [4], authors: [key(5)], "#p": [key(9)] }))).toEqual(["subscribe"]);
  });

  test("the same for counting and for negotiation", () => {
    const filter = { kinds: [1059] };
    expect(replies(run([{ type: "COUNT", subscription: id("q"), filters: [filter] }]))).toMatchObject([
      { type: "AUTH" },
      { type: "CLOSED" },
    ]);
    expect(replies(run([{ type: "NEG-OPEN", subscription: id("q"), filter, message: "61" }]))).toMatchObject([
      { type: "AUTH" },
      { type: "NEG-ERR", reason: expect.stringMatching(/^auth-required: /) },
    ]);
  });

  test("a relay for members answers nobody else", () => {
    const closed = { ...rules, authToRead: true };
    const { effects } = step(states["fresh"]!, req("q", {}), closed, NOW);
    expect(effects.slice(1)).toMatchObject([{ message: { reason: expect.stringMatching(/^auth-required: /) } }]);
    expect(step(states["authenticated"]!, req("q", {}), closed, NOW).effects).toMatchObject([{ do: "subscribe" }]);
  });
});

test("NIP-50: a search that this relay cannot make is refused, not answered with everything", () => {
  expect(replies(run([req("q", { search: "cats" })]))).toMatchObject([
    { type: "CLOSED", reason: expect.stringMatching(/^unsupported: /) },
  ]);
  expect(dos(run([req("q", { search: "proof:verified" })]))).toEqual(["subscribe"]);
});
