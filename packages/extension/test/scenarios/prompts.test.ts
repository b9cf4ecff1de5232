import { fromHex } from "@subrosa/core/bytes";
import { VerifiedEvent } from "@subrosa/core/nostr/event";
import { ConversationKey, encrypt } from "@subrosa/core/nostr/nip44";
import { verifyMemberProof } from "@subrosa/core/proof/verify";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { Secret } from "@subrosa/core/secret";
import { fastCurve } from "@subrosa/testkit/curves";
import { expect, test } from "vitest";
import type { Answered } from "../../src/queue.ts";
import { person, SITE, World } from "../world.ts";

const ann = person("ann");
const bob = person("bob");
const cec = person("cec");
const dan = person("dan");
const event = { kind: 1, created_at: 1_700_000_000, tags: [], content: "words" };
const REFUSED = { ok: false, code: "refused" };

async function worldOf(...people: readonly (typeof ann)[]): Promise<World> {
  const world = await World.open();
  for (const one of people) await world.add(one);
  return world;
}

function parsed(answer: Answered["answer"] | undefined): unknown {
  return answer?.ok ? JSON.parse(answer.value) : undefined;
}

test("nothing is computed before consent, and the key is taken once after it", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  let taken = 0;
  const get = world.cache.get.bind(world.cache);
  world.cache.get = (key: string) => {
    taken++;
    return get(key);
  };
  const id = await world.ask(SITE, "signEvent", [event]);
  expect([world.answer(id), world.signatures, taken]).toEqual([undefined, 0, 0]);
  await world.decide("allow");
  expect([world.signatures, taken]).toEqual([1, 1]);
  const verdict = VerifiedEvent.check(parsed(world.answer(id)), fastCurve);
  expect(verdict.ok && verdict.event.pubkey).toBe(ann.pubkey);
});

test("a locked account is unlocked in the prompt; a wrong passphrase changes nothing", async () => {
  const world = await worldOf(ann);
  const id = await world.ask(SITE, "signEvent", [event]);
  await world.decide("allow", { passphrase: "wrong" });
  expect(world.told.at(-1)?.type).toBe("wrong-passphrase");
  expect([world.answer(id), world.signatures]).toEqual([undefined, 0]);
  await world.decide("allow");
  expect(world.answer(id)?.ok).toBe(true);
  world.now += 15 * 60_000;
  await world.broker.alarm();
  expect(world.cache.size).toBe(0);
});

test("an answer that is remembered settles what waits, and reaches no other kind", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  const ids = [];
  for (const kind of [1, 1, 7]) ids.push(await world.ask(SITE, "signEvent", [{ ...event, kind }]));
  await world.decide("allow", { lasts: "always" });
  expect(ids.map((id) => world.answer(id)?.ok)).toEqual([true, true, undefined]);
});

test("closing the prompt is a no; the next request is shown", async () => {
  const world = await worldOf(ann);
  const first = await world.ask(SITE, "getPublicKey", []);
  await world.ask(SITE, "getPublicKey", []);
  await world.broker.promptClosed(world.shown ?? "");
  expect(world.answer(first)).toEqual(REFUSED);
  expect(world.prompts).toHaveLength(2);
});

test("ten requests wait, the eleventh is told that it is busy", async () => {
  const world = await worldOf(ann);
  for (let i = 0; i < 10; i++) await world.ask(SITE, "signEvent", [event]);
  expect(world.answer(await world.ask(SITE, "signEvent", [event]))).toEqual({ ok: false, code: "busy" });
  expect(world.prompts).toHaveLength(1);
});

test("an account switched while the prompt is open: the request is refused and the other account signs nothing", async () => {
  const world = await worldOf(ann, bob);
  await world.unlock(ann);
  await world.unlock(bob);
  const id = await world.ask(SITE, "signEvent", [event]);
  const shown = world.shown ?? "";
  await world.choose(SITE.origin, bob);
  await world.decide("allow", { id: shown });
  expect([world.answer(id), world.signatures, world.told.at(-1)]).toEqual([REFUSED, 0, { type: "gone", id: shown }]);
});

test("switching at any moment never signs for another account than was asked (E7)", async () => {
  const rounds = process.env["SUBROSA_LONG"] === undefined ? 40 : 10_000;
  const world = await worldOf(ann, bob);
  await world.unlock(ann);
  await world.unlock(bob);
  for (let i = 0; i < rounds; i++) {
    const speaks = i % 2 === 0 ? ann : bob;
    const other = i % 2 === 0 ? bob : ann;
    await world.choose(SITE.origin, speaks);
    const id = await world.ask(SITE, "signEvent", [event]);
    // All three are under way at once; the order in which they are made is varied.
    const moves = [() => world.decide("allow", { id: world.shown ?? "" }), () => world.choose(SITE.origin, other)];
    await Promise.all((i % 4 < 2 ? moves : [...moves].reverse()).map((move) => move()));
    const answer = world.answer(id);
    if (answer?.ok) expect((parsed(answer) as { pubkey: string }).pubkey, `round ${i}`).toBe(speaks.pubkey);
    else expect(answer, `round ${i}`).toEqual(REFUSED);
  }
});

test("the worker is stopped while a prompt is open: the prompt comes back and the answer arrives", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  const id = await world.ask(SITE, "signEvent", [event]);
  const shown = world.shown;
  await world.restart();
  expect([world.shown, world.prompts]).toEqual([shown, [shown, shown]]);
  await world.broker.fromPage(SITE, { type: "resume", ids: [id] });
  expect(world.answer(id)).toBeUndefined();
  await world.decide("allow");
  expect([world.answer(id)?.ok, world.signatures]).toEqual([true, 1]);
});

test("stopped at any write: the request is answered or refused, and signed at most once", async () => {
  for (let stop = 1; stop < 14; stop++) {
    const world = await worldOf(ann);
    await world.unlock(ann);
    let writes = 0;
    const dead = new Promise<void>(() => undefined);
    const die = (store: { write(name: string, text: string): Promise<void> }) => {
      const write = store.write.bind(store);
      store.write = (name, text) => (++writes >= stop ? dead : write(name, text));
      return () => {
        store.write = write;
      };
    };
    const revive = [die(world.local), die(world.session)];
    const call = "f".repeat(32);
    const asking = world.broker.fromPage(SITE, {
      type: "ask",
      id: call,
      method: "signEvent",
      params: JSON.stringify([event]),
    });
    await Promise.race([asking, new Promise((resolve) => setTimeout(resolve, 5))]);
    await Promise.race([world.decide("allow"), new Promise((resolve) => setTimeout(resolve, 5))]);
    for (const one of revive) one();
    world.isPageListening = true;
    await world.restart();
    await world.broker.fromPage(SITE, { type: "resume", ids: [call] });
    if (world.answer(call) === undefined) await world.decide("allow");
    expect(world.answer(call), `stopped at write ${stop}`).toBeDefined();
    expect(world.signatures, `stopped at write ${stop}`).toBeLessThanOrEqual(1);
  }
});

test("an answer waits for a page that was not listening, and is handed over once", async () => {
  const world = await worldOf(ann);
  const id = await world.ask(SITE, "getPublicKey", []);
  world.isPageListening = false;
  await world.decide("allow");
  world.isPageListening = true;
  await world.broker.fromPage({ ...SITE, origin: "https://other.example" }, { type: "resume", ids: [id] });
  expect(world.answer(id)).toEqual(REFUSED);
  world.delivered.length = 0;
  await world.broker.fromPage(SITE, { type: "resume", ids: [id] });
  expect(parsed(world.answer(id))).toBe(ann.pubkey);
  expect(world.broker.shelf.kept.queue.answered).toEqual([]);
});

const ringOf = (...people: readonly (typeof ann)[]) => [
  "group-member-proof",
  null,
  ...people.map(({ pubkey }) => pubkey),
];

test("a member's signature verifies as one of the ring, says nothing of the order given, and names no account", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  const id = await world.ask(SITE, "signEventAsGroupMember", [{ ...event, tags: [ringOf(cec, ann, bob)] }]);
  expect(world.signatures).toBe(0);
  await world.decide("allow");
  const signed = parsed(world.answer(id)) as { pubkey: string; tags: string[][] };
  expect(verifyMemberProof(signed, new RingShelf(fastCurve))).toMatchObject({ ok: true, n: 3 });
  expect(signed.pubkey).not.toBe(ann.pubkey);
  expect(signed.tags[0]?.slice(2)).toEqual([ann.pubkey, bob.pubkey, cec.pubkey].sort());
  const check = await world.ask(SITE, "verifyGroupMemberProof", [signed]);
  expect(parsed(world.answer(check))).toBe(true);
  const forged = await world.ask(SITE, "verifyGroupMemberProof", [{ ...signed, content: "other words" }]);
  expect(parsed(world.answer(forged))).toBe(false);
});

test("not a member, a ring that is none, a scope that fits nothing, a no: one answer after one signature's work (P-03)", async () => {
  const cases = [
    { tags: [ringOf(bob, cec, dan)], verdict: "allow" as const },
    { tags: [ringOf(ann, bob)], verdict: "allow" as const },
    { tags: [["group-member-proof", null, ann.pubkey, bob.pubkey, "0".repeat(64)]], verdict: "allow" as const },
    { tags: [ringOf(ann, bob, cec)], verdict: "allow" as const, scope: { poll: "0".repeat(64) } },
    { tags: [ringOf(ann, bob, cec)], verdict: "deny" as const },
    { tags: [ringOf(bob, cec, dan)], verdict: "deny" as const },
  ];
  for (const { tags, verdict, scope } of cases) {
    const world = await worldOf(ann);
    await world.unlock(ann);
    const params = [{ ...event, tags }, ...(scope === undefined ? [] : [{ scope }])];
    const id = await world.ask(SITE, "signEventAsGroupMember", params);
    await world.decide(verdict);
    expect([world.answer(id), world.signatures], JSON.stringify({ tags, verdict })).toEqual([REFUSED, 1]);
  }
});

test("a site that asks for signatures as a member too often is told so, whatever the ring", async () => {
  const world = await worldOf(ann);
  const ask = () => world.ask(SITE, "signEventAsGroupMember", [{ ...event, tags: [ringOf(ann, bob, cec)] }]);
  for (let i = 0; i < 5; i++) await ask();
  expect(world.answer(await ask())).toEqual({ ok: false, code: "busy" });
});

test("an author named in the template is compared after consent only", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  const id = await world.ask(SITE, "signEvent", [{ ...event, pubkey: bob.pubkey }]);
  expect(world.answer(id)).toBeUndefined();
  await world.decide("allow");
  expect([world.answer(id), world.signatures]).toEqual([REFUSED, 0]);
});

test("one prompt for a batch; what cannot be opened does not spoil the rest", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  await world.grant({
    origin: SITE.origin,
    account: ann.pubkey,
    method: "nip44.encrypt",
    verdict: "allow",
    until: 2 ** 50,
  });
  const sealed = parsed(world.answer(await world.ask(SITE, "nip44.encrypt", [bob.pubkey, "for bob"])));
  const items = [
    { pubkey: bob.pubkey, ciphertext: sealed },
    { pubkey: bob.pubkey, ciphertext: "AAAA" },
  ];
  const id = await world.ask(SITE, "subrosa.batchDecrypt", [{ items, purpose: "inbox" }]);
  expect(world.prompts).toHaveLength(1);
  await world.decide("allow");
  expect(parsed(world.answer(id))).toEqual([{ ok: true, plaintext: "for bob" }, { ok: false }]);
});

test("no key, in hex or as bytes, and nothing that was signed is in what lies on disk", async () => {
  const world = await worldOf(ann);
  await world.ask(SITE, "signEvent", [{ ...event, content: "canary words" }]);
  await world.decide("allow", { lasts: "always" });
  const disk = [...world.local.texts.values()].join("\n");
  const hex = Buffer.from(ann.secret).toString("hex");
  for (const canary of ["canary words", hex, Buffer.from(ann.secret).toString("base64"), String([...ann.secret])]) {
    expect(disk.includes(canary)).toBe(false);
    expect([...world.session.texts.values()].join("\n").includes(canary)).toBe(false);
  }
});

test("an answer that would be too large to hand over is an answer all the same", async () => {
  const world = await worldOf(ann);
  await world.unlock(ann);
  const key = ConversationKey.between(Secret.from(ann.secret, fastCurve), fromHex(bob.pubkey)!, fastCurve)!;
  // Six characters of JSON for each byte.
  const ciphertext = encrypt("\u0001".repeat(60_000), key, new Uint8Array(32));
  const items = Array.from({ length: 5 }, () => ({ pubkey: bob.pubkey, ciphertext }));
  const id = await world.ask(SITE, "subrosa.batchDecrypt", [{ items, purpose: "inbox" }]);
  await world.decide("allow");
  expect(world.answer(id)).toEqual({ ok: false, code: "failed" });
});
