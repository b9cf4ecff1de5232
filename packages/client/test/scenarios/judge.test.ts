import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { ringSign } from "@subrosa/core/nip97/sign";
import { plain, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { ballotTemplate } from "@subrosa/core/poll/ballot";
import { readPoll, writePoll } from "@subrosa/core/poll/poll";
import { drawMemberKeys, openSigningRing, signAsGroupMember } from "@subrosa/core/proof/sign";
import { WorkerPool } from "@subrosa/curve/pool";
import { nodeWorker } from "@subrosa/curve/pool-node";
import { VerifierPool } from "@subrosa/curve/verifier-pool";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
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
