import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { ringSign } from "@subrosa/core/nip97/sign";
import { plain, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { ballotTemplate } from "@subrosa/core/poll/ballot";
import { readPoll, writePoll } from "@subrosa/core/poll/poll";
import { drawMemberKeys, openSigningRing, signAsGroupMember } from "@subrosa/core/proof/sign";
import { Secret } from "@subrosa/core/secret";
import { WorkerPool } from "@subrosa/curve/pool";
import { nodeWorker } from "@subrosa/curve/pool-node";
import { VerifierPool } from "@subrosa/curve/verifier-pool";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "../../src/ports.ts";
import { Network } from "../../src/relay/network.ts";
import { verifyInPool } from "../../src/relay/verify-in-pool.ts";
import { Feed } from "../../src/session/feed.ts";
import { type Judge, judgeInPlace, judgeInPool } from "../../src/session/judge.ts";
import { curve, fastClock, person, relayOptions, START, until } from "./relay-stage.ts";

const random = seededRandom("judge");
const clock = fastClock(1);
const { signal } = new AbortController();
const people = ["ann", "ben", "cat", "dan"].map(person);
const [ann] = people as [(typeof people)[0]];
const keys = people.map(({ pubkey }) => pubkey).sort();
let dir = "";
let pool: WorkerPool;
let verifiers: VerifierPool;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "subrosa-judge-"));
  const outfile = join(dir, "judge.mjs");
  const entry = join(import.meta.dirname, "judge-child.ts");
  const conditions = ["subrosa-source"];
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", conditions });
  const openWorker = () => nodeWorker(new Worker(outfile));
  pool = new WorkerPool({ workers: 1, openWorker, after: clock.after, size: 1 });
  verifiers = new VerifierPool({ workers: 1, openWorker, after: clock.after, curve });
});
afterAll(() => {
  pool[Symbol.dispose]();
  verifiers[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

const post = (content: string): VerifiedEvent =>
  signAsGroupMember({ kind: 1, created_at: START, tags: [], content, keys }, drawMemberKeys(ann.secret, random), curve);

test("workers come to the verdicts that this thread comes to, and take back what was aborted (PROOF-8)", async () => {
  const opened = openSigningRing(keys, curve);
  if (!opened.ok) throw new Error(opened.reason);
  const draft = { question: "Tea?", options: [{ id: "y", label: "Yes" }], keys, createdAt: START };
  const reading = readPoll(ann.sign(writePoll(draft)));
  if (!reading.ok) throw new Error(reading.reason);
  const { poll } = reading;
  const ballot = signAsGroupMember(ballotTemplate(poll, ["y"], START), drawMemberKeys(ann.secret, random), curve, {
    poll: poll.id,
  });
  const oneTime = person("one time");
  const template = { kind: 1, created_at: START, tags: [], content: "ring" };
  const ringPost = oneTime.sign(
    ringSign({ template, ring: opened.ring, secret: ann.secret, pubkey: oneTime.pubkey, fresh: random(32) }),
  );
  const proved = post("hello");
  const forged = ann.sign({ content: "forged", tags: proved.tags });
  const verdicts = async (judge: Judge) => [
    await judge.member(proved, signal),
    await judge.member(forged, signal),
    await judge.ringSignature(ringPost, signal),
    await judge.ballot(ballot, poll, signal),
    await judge.ballot(proved, poll, signal),
  ];
  const inPool = judgeInPool(pool);
  const found = await verdicts(inPool);
  expect(found).toEqual(await verdicts(judgeInPlace(curve, clock)));
  expect(found.map(({ ok }) => ok)).toEqual([true, false, true, true, false]);
  const controller = new AbortController();
  const many = Array.from({ length: 20 }, () => inPool.member(proved, controller.signal));
  controller.abort(new Error("not looked at"));
  const outcomes = await Promise.allSettled(many);
  expect(outcomes.filter(({ status }) => status === "rejected").length).toBeGreaterThan(10);
});

test("a relay's backlog and its proofs are verified beside this thread, nothing is lost", async () => {
  await using relay = await FakeRelay.open();
  const posts = Array.from({ length: 150 }, (_, i) => post(`post ${i}`));
  for (const each of posts) relay.add(plain(each));
  using network = new Network({ ...relayOptions("pool", clock), verify: verifyInPool(verifiers) });
  using feed = new Feed({ network, judge: judgeInPool(pool), clock });
  using _ = feed.follow({ relays: [relay.url], filters: [{ kinds: [1] }] });
  await until("verified", () => feed.verified.current.length === posts.length);
});

/** The curve, and how many keys it was given between two turns of the event loop, at most. */
function counted(): { readonly curve: Curve; readonly clock: Clock; readonly most: () => number; turns: number } {
  let [now, most] = [0, 0];
  const took = (keys: number): void => {
    now += keys;
    most = Math.max(most, now);
  };
  const counting: Curve = {
    ...curve,
    openRing: (pubkeys) => {
      took(pubkeys.length);
      const table = curve.openRing(pubkeys);
      if (table === undefined) return undefined;
      const sums: typeof table.sums = (a, b) => {
        took(table.size);
        return table.sums(a, b);
      };
      const sumAt: typeof table.sumAt = (index, a, b) => {
        took(1);
        return table.sumAt(index, a, b);
      };
      return { size: table.size, sums, sumAt };
    },
    hashToCurve: (message, tag) => {
      took(1);
      return curve.hashToCurve(message, tag);
    },
    sumOfTwo: (p, a, q, b) => {
      took(p.length / 33);
      return curve.sumOfTwo(p, a, q, b);
    },
  };
  const stage = {
    ...{ curve: counting, most: () => most, turns: 0 },
    clock: {
      now: clock.now,
      after: (milliseconds: number, run: () => void) => {
        stage.turns++;
        return clock.after(milliseconds, () => {
          now = 0;
          run();
        });
      },
    },
  };
  return stage;
}

test("in place, no turn of the event loop has more than 64 keys, not even when a ring of 1,000 is met for the first time (PROOF-8)", async () => {
  const stranger = seededRandom("a ring of 1,000");
  const others = Array.from({ length: 999 }, () => toHex(Secret.from(stranger(32), curve).pubkey) as PubkeyHex);
  const large = [...others, ann.pubkey].sort();
  const opened = openSigningRing(large, curve);
  const poll = readPoll(
    ann.sign(writePoll({ question: "Tea?", options: [{ id: "y", label: "Yes" }], keys: large, createdAt: START })),
  );
  if (!opened.ok || !poll.ok) throw new Error("no ring");
  const own = () => drawMemberKeys(ann.secret, random);
  const draft = { kind: 1, created_at: START, tags: [], content: "one of many", keys: large };
  const plainProof = signAsGroupMember(draft, own(), curve);
  const ballot = signAsGroupMember(ballotTemplate(poll.poll, ["y"], START), own(), curve, { poll: poll.poll.id });
  const oneTime = person("one time of 1,000");
  const nip97 = (flavour: object): VerifiedEvent => {
    const template = { kind: 1, created_at: START, tags: [], content: "ring" };
    const { pubkey } = oneTime;
    return oneTime.sign(
      ringSign({ template, ring: opened.ring, secret: ann.secret, pubkey, fresh: random(32), ...flavour }),
    );
  };
  for (const [name, event] of [
    ["or", plainProof],
    ["or-link", ballot],
    ["sag", nip97({})],
    ["blsag", nip97({ blsag: {} })],
  ] as const) {
    const stage = counted();
    const judge = judgeInPlace(stage.curve, stage.clock);
    const verdict = await (name.startsWith("or") ? judge.member(event, signal) : judge.ringSignature(event, signal));
    expect(verdict.ok, `${name}: ${JSON.stringify(verdict)}`).toBe(true);
    expect(stage.most(), name).toBeLessThanOrEqual(64);
    expect(stage.turns, name).toBeGreaterThan(60);
  }
});
