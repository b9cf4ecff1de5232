import * as rust from "@rust-nostr/nostr-sdk";
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { plain, type SignedEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { finalizeEvent, nip04, nip17, nip44, nip59 } from "nostr-tools";
import { beforeAll, expect, test } from "vitest";
import type { Clock } from "../../src/ports.ts";
import { Network } from "../../src/relay/network.ts";
import { type Direct, type DirectOptions, openDirect } from "../../src/session/direct.ts";
import { conversationOf, type DirectMessage } from "../../src/session/direct-words.ts";
import { keyOpener, type Opener, signerOpener } from "../../src/session/opener.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { localSigner } from "../../src/signer/local-signer.ts";
import { type Nip07Signer, openSigner, type Signer } from "../../src/signer/signer.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, type Person, person, relayOptions, START, until } from "./relay-stage.ts";

const [ann, ben, cat] = ["writes to ben", "answers ann", "reads along"].map(person) as [Person, Person, Person];
const clock = fastClock(20);
/** Whatever is said is said within the same second. */
const stopped: Clock = { ...clock, now: () => START };
beforeAll(() => rust.loadWasmSync());

interface Device extends AsyncDisposable {
  readonly direct: Direct;
  readonly network: Network;
}
async function device(
  who: Person,
  name: string,
  inbox: string,
  change: Partial<DirectOptions> = {},
  disk: MemoryDisk = new Map(),
): Promise<Device> {
  const random = seededRandom(name);
  const network = new Network(relayOptions(name));
  const store = openMemoryStore(disk);
  const presence = (pubkey: PubkeyHex) => network.as({ pubkey });
  const outbox = await openOutbox({ store, network, presence, clock, random, curve });
  const opener = keyOpener(who.secret, random, curve);
  const sign: DirectOptions["sign"] = async (template) => who.sign(template);
  const inboxOf = () => [inbox];
  const direct = await openDirect({ opener, sign, store, outbox, inboxOf, clock, random, curve, ...change });
  const following = direct.follow(presence(who.pubkey), [inbox], { old: true });
  return {
    ...{ direct, network },
    async [Symbol.asyncDispose]() {
      following[Symbol.dispose]();
      await direct[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
      opener[Symbol.dispose]();
      network[Symbol.dispose]();
    },
  };
}
const messagesOf = ({ direct }: Device): readonly DirectMessage[] =>
  [...direct.messages.current.values()].toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
const textsOf = (device: Device): string[] =>
  messagesOf(device)
    .map(({ text }) => text)
    .toSorted();

test("two people and their second devices speak by NIP-17; the relay learns no word and no author", async () => {
  await using relay = await FakeRelay.open();
  const disk: MemoryDisk = new Map();
  await using a = await device(ann, "ann", relay.url, {}, disk);
  await using b = await device(ben, "ben", relay.url);
  await using second = await device(ann, "ann's second", relay.url);
  const said = await a.direct.say({ to: [ben.pubkey, cat.pubkey], text: "hello both", subject: "rose" });
  if (!said.ok) throw new Error(said.reason);
  expect(said.isKept).toBe(true);
  await until("ben has it", () => textsOf(b).length === 1);
  const [heard] = messagesOf(b);
  expect(heard).toMatchObject({
    id: said.id,
    by: ann.pubkey,
    people: [ann.pubkey, cat.pubkey].toSorted(),
    subject: "rose",
    form: "text",
  });
  const file = {
    url: "https://f.example/x",
    type: "image/png",
    algorithm: "aes-gcm",
    key: "00",
    nonce: "01",
    hash: "02",
  };
  await b.direct.say({ to: heard!.people, text: "🌹", isReaction: true, replyTo: said.id });
  await b.direct.say({ to: heard!.people, file, replyTo: said.id });
  await until("all three", () => [a, second].every((each) => textsOf(each).length === 3));
  expect(messagesOf(second)).toEqual(messagesOf(a));
  expect(messagesOf(a).find(({ form }) => form === "file")).toMatchObject({ file, replyTo: said.id });
  expect(messagesOf(a).find(({ form }) => form === "reaction")).toMatchObject({ text: "🌹", by: ben.pubkey });
  expect(
    new Set(messagesOf(a).map(({ by, people }) => conversationOf([by, ...people].filter((key) => key !== ann.pubkey))))
      .size,
  ).toBe(1);
  const seen = JSON.stringify([relay.events, relay.connections.map(({ said: words }) => words)]);
  for (const secret of ["hello", "rose", "f.example"]) expect(seen).not.toContain(secret);
  expect(relay.events.every(({ kind, pubkey }) => kind === 1_059 && ![ann.pubkey, ben.pubkey].includes(pubkey))).toBe(
    true,
  );
  // What goes out goes out alone.
  const writing = relay.connections.filter(({ said: words }) => words.some(({ type }) => type === "EVENT"));
  expect(writing.every(({ said: words, keys }) => words.length === 1 && keys.size === 0)).toBe(true);
  await a.direct.forget(conversationOf([ben.pubkey, cat.pubkey]));
  expect(messagesOf(a)).toEqual([]);
});

test("the same word said twice within a second is two messages, and an answer stands behind its question", async () => {
  await using relay = await FakeRelay.open();
  await using a = await device(ann, "ann again", relay.url, { clock: stopped });
  await using b = await device(ben, "ben again", relay.url, { clock: stopped });
  for (const _ of [1, 2]) expect(await a.direct.say({ to: [ben.pubkey], text: "well?" })).toMatchObject({ ok: true });
  await until("ben has both", () => textsOf(b).length === 2);
  await b.direct.say({ to: [ann.pubkey], text: "an answer" });
  expect(messagesOf(b).map(({ text }) => text)).toEqual(["well?", "well?", "an answer"]);
});

test("messages of nostr-tools and of rust-nostr are read, and ours are read by them (NIP-17, NIP-44, NIP-59)", async () => {
  await using relay = await FakeRelay.open();
  await using a = await device(ann, "interop", relay.url);
  const rustBen = rust.Keys.parse(toHex(ben.secret.expose()));
  const rustAnn = rust.PublicKey.parse(ann.pubkey);
  const signer = rust.NostrSigner.keys(rustBen);
  // Theirs to us.
  const tools = nip17.wrapEvent(ben.secret.expose(), { publicKey: ann.pubkey }, "from nostr-tools ✓", "a title");
  const rusty = await rust.EventBuilder.privateMsg(signer, rustAnn, "from rust-nostr ✓");
  for (const event of [tools, JSON.parse(rusty.asJson())]) relay.add(event as SignedEvent);
  await until("both are read", () => textsOf(a).length === 2);
  expect(textsOf(a)).toEqual(["from nostr-tools ✓", "from rust-nostr ✓"]);
  expect(messagesOf(a).every(({ by, people }) => by === ben.pubkey && people.join() === ben.pubkey)).toBe(true);
  // Ours to them.
  const said = await a.direct.say({ to: [ben.pubkey], text: "from us ✓ \ufeff 🌹" });
  if (!said.ok) throw new Error(said.reason);
  await until("it is out", () => relay.events.length === 4);
  const toBen = relay.events.filter(({ tags }) => tags[0]?.[1] === ben.pubkey);
  expect(toBen).toHaveLength(1);
  const byTools = nip59.unwrapEvent(plain(toBen[0]!) as never, ben.secret.expose());
  expect([byTools.id, byTools.kind, byTools.content, byTools.pubkey]).toEqual([
    said.id,
    14,
    "from us ✓ \ufeff 🌹",
    ann.pubkey,
  ]);
  const byRust = await rust.UnwrappedGift.fromGiftWrap(signer, rust.Event.fromJson(JSON.stringify(toBen[0])));
  expect([byRust.sender.toHex(), byRust.rumor.content, byRust.rumor.id?.toHex()]).toEqual([
    ann.pubkey,
    "from us ✓ \ufeff 🌹",
    said.id,
  ]);
  // NIP-44 itself, both ways.
  const opener = keyOpener(ann.secret, seededRandom("nip44"), curve);
  const sealed = (await opener.encrypt(ben.pubkey, "x".repeat(5_000)))!;
  expect(nip44.decrypt(sealed, nip44.getConversationKey(ben.secret.expose(), ann.pubkey))).toBe("x".repeat(5_000));
  expect(rust.nip44Decrypt(rustBen.secretKey, rustAnn, sealed)).toBe("x".repeat(5_000));
});

test("old messages of kind 4 are read, ours and theirs, and never written", async () => {
  await using relay = await FakeRelay.open();
  const to = (from: Person, key: PubkeyHex, text: string) =>
    from.sign({ kind: 4, tags: [["p", key]], content: nip04.encrypt(from.secret.expose(), key, text) });
  relay.add(plain(to(ben, ann.pubkey, "old times")));
  relay.add(plain(to(ann, ben.pubkey, "indeed")));
  relay.add(plain(ben.sign({ kind: 4, tags: [["p", ann.pubkey]], content: "broken?iv=x" })));
  const rustCat = rust.Keys.parse(toHex(cat.secret.expose()));
  const content = rust.nip04Encrypt(rustCat.secretKey, rust.PublicKey.parse(ann.pubkey), "rusty");
  relay.add(plain(cat.sign({ kind: 4, tags: [["p", ann.pubkey]], content })));
  await using a = await device(ann, "old", relay.url);
  await until("they are read", () => textsOf(a).length === 3 && a.direct.waiting.current === 0);
  expect(textsOf(a)).toEqual(["indeed", "old times", "rusty"]);
  expect(messagesOf(a).every(({ form }) => form === "old")).toBe(true);
});

/** A signer who counts what he is asked, and may refuse. */
async function asking(
  who: Person,
  how: { batch: boolean; refuse: boolean },
): Promise<{ signer: Signer; asked: string[] }> {
  const asked: string[] = [];
  const local = localSigner(who.secret, seededRandom("asked"), curve);
  const decrypt = async (peer: string, words: string): Promise<string> => {
    asked.push("one");
    if (how.refuse) throw new Error("no");
    return local.nip44!.decrypt(peer, words);
  };
  const batchDecrypt = async (items: unknown): Promise<unknown> => {
    asked.push("many");
    if (how.refuse) throw new Error("no");
    return (items as { pubkey: string; ciphertext: string }[]).map(({ pubkey, ciphertext }) => {
      try {
        return { ok: true, plaintext: local.nip44!.decrypt(pubkey, ciphertext) };
      } catch {
        return { ok: false };
      }
    });
  };
  const theirs: Nip07Signer = {
    ...local,
    nip44: { encrypt: local.nip44!.encrypt, decrypt },
    ...(how.batch ? { subrosa: { batchDecrypt } } : {}),
  };
  const opening = await openSigner(theirs, curve);
  if (!opening.ok) throw new Error(opening.reason);
  return { signer: opening.signer, asked };
}

test("a signer who asks is asked on the user's act alone, the newest first, many at once where he can, never twice", async () => {
  await using relay = await FakeRelay.open();
  for (let i = 0; i < 30; i++) {
    const rumor = nip59.createRumor(
      { kind: 14, created_at: START + i, content: `${i}`, tags: [["p", ann.pubkey]] },
      ben.secret.expose(),
    );
    const seal = nip59.createSeal(rumor, ben.secret.expose(), ann.pubkey);
    const oneTime = person(`one time ${i}`);
    const key = nip44.getConversationKey(oneTime.secret.expose(), ann.pubkey);
    const content = nip44.encrypt(JSON.stringify(seal), key);
    relay.add(plain(oneTime.sign({ kind: 1_059, created_at: START + i, tags: [["p", ann.pubkey]], content })));
  }
  relay.add(plain(person("noise").sign({ kind: 1_059, tags: [["p", ann.pubkey]], content: "noise" })));
  const disk: MemoryDisk = new Map();
  const refusing = { batch: false, refuse: true };
  const one = await asking(ann, refusing);
  {
    await using a = await device(ann, "asks", relay.url, { opener: signerOpener(one.signer) }, disk);
    await until("they wait", () => a.direct.waiting.current === 31);
    expect(one.asked).toEqual([]);
    expect(await a.direct.open()).toBe("refused");
    expect([one.asked.length, a.direct.waiting.current]).toEqual([6, 31]);
    refusing.refuse = false;
    expect(await a.direct.open({ limit: 5 })).toBe("all");
    expect(textsOf(a)).toEqual(["25", "26", "27", "28", "29"]);
    expect(one.asked.length).toBe(6 + 10);
    const controller = new AbortController();
    controller.abort();
    expect(await a.direct.open({ signal: controller.signal })).toBe("aborted");
  }
  const many = await asking(ann, { batch: true, refuse: false });
  await using a = await device(ann, "asks again", relay.url, { opener: signerOpener(many.signer) }, disk);
  const progress: number[] = [];
  expect(await a.direct.open({ onProgress: ({ done }) => void progress.push(done) })).toBe("all");
  expect([many.asked, textsOf(a).length, a.direct.waiting.current, progress]).toEqual([["many", "many"], 30, 0, [26]]);
  // The relay tells it all again: nothing waits, nobody is asked.
  expect(await a.direct.open()).toBe("all");
  expect(many.asked).toHaveLength(2);
});

test("strangers who send what cannot be opened do not close the rest to a signer who asks", async () => {
  const random = seededRandom("unreadable");
  const { signer } = await asking(ann, { batch: false, refuse: false });
  const local = localSigner(ben.secret, random, curve);
  const good = (text: string) => ({
    form: "nip44" as const,
    peer: ben.pubkey,
    ciphertext: String(local.nip44!.encrypt(ann.pubkey, text)),
  });
  const bad = { form: "nip44" as const, peer: ben.pubkey, ciphertext: "unreadable" };
  const { signal } = new AbortController();
  const open = (items: Parameters<Opener["open"]>[0]) => signerOpener(signer).open(items, "p", signal);
  expect(await open([bad, bad, bad, good("a"), good("b")])).toEqual([undefined, undefined, undefined, "a", "b"]);
  expect(await open([bad, good("a")])).toEqual([undefined, "a"]);
  // It may have been a no, and what was refused once is not unreadable for ever.
  expect([await open([bad]), await open([bad, bad, bad])]).toEqual([undefined, undefined]);
  expect(await open([bad, bad, bad, bad, bad, bad, bad])).toBeUndefined();
});

test("hostile wraps end as reasons: forged authors, foreign addressees, other kinds, the blocked; nothing throws", async () => {
  await using relay = await FakeRelay.open();
  const reasons: (readonly [string, number | undefined])[] = [];
  const opener: Opener = keyOpener(ann.secret, seededRandom("hostile"), curve);
  const mallory = person("mallory");
  await using a = await device(ann, "hostile", relay.url, {
    opener,
    isBlocked: (key) => key === mallory.pubkey,
    onOther: ({ reason, rumor }) => void reasons.push([reason, rumor?.kind]),
    inboxOf: (key) => (key === cat.pubkey ? undefined : key === ann.pubkey ? [] : [relay.url]),
  });
  const wrapText = (text: string): VerifiedEvent => {
    const oneTime = person(`hostile ${text.length} ${text.slice(0, 50)}`);
    return oneTime.sign({
      kind: 1_059,
      tags: [["p", ann.pubkey]],
      content: nip44.encrypt(text, nip44.getConversationKey(oneTime.secret.expose(), ann.pubkey)),
    });
  };
  const sealOf = (by: Person, rumor: object): string =>
    JSON.stringify(
      by.sign({
        kind: 13,
        content: nip44.encrypt(JSON.stringify(rumor), nip44.getConversationKey(by.secret.expose(), ann.pubkey)),
      }),
    );
  const rumorBy = (by: Person, template: object) =>
    nip59.createRumor(
      { kind: 14, created_at: START, content: "x", tags: [["p", ann.pubkey]], ...template },
      by.secret.expose(),
    );
  const cases: readonly (readonly [string, string])[] = [
    ["seal-author", sealOf(cat, rumorBy(ben, {}))],
    ["not-for-us", sealOf(ben, rumorBy(ben, { tags: [["p", cat.pubkey]] }))],
    ["other-kind", sealOf(ben, rumorBy(ben, { kind: 10_100 }))],
    [
      "expired",
      sealOf(
        ben,
        rumorBy(ben, {
          tags: [
            ["p", ann.pubkey],
            ["expiration", "1000000000"],
          ],
        }),
      ),
    ],
    ["too-many-people", sealOf(ben, rumorBy(ben, { tags: Array.from({ length: 60 }, () => ["p", ann.pubkey]) }))],
    ["blocked", sealOf(mallory, rumorBy(mallory, {}))],
    ["rumor-shape", sealOf(ben, { ...rumorBy(ben, {}), content: "changed" })],
    ["seal-shape", "{}"],
    ["seal-shape", "no json"],
    ["seal-shape", JSON.stringify(plain(ben.sign({ kind: 13, tags: [["p", ann.pubkey]] })))],
    ["sealed", JSON.stringify(plain(ben.sign({ kind: 13, content: "nothing" })))],
  ];
  for (const [reason, text] of cases) {
    await a.direct.ingest(wrapText(text));
    await until(reason, () => a.direct.waiting.current === 0);
    expect(reasons.at(-1)?.[0]).toBe(reason);
  }
  expect(reasons.find(([reason]) => reason === "other-kind")?.[1]).toBe(10_100);
  expect(textsOf(a)).toEqual([]);
  expect(await a.direct.ingest(wrapText("x").kind === 1_059 ? ben.sign({ kind: 1 }) : ben.sign({}))).toBe("not-for-us");
  // Who never said where he takes messages is not written to, and nobody else is either.
  expect(await a.direct.say({ to: [ben.pubkey, cat.pubkey], text: "x" })).toEqual({
    ok: false,
    reason: "no-inbox",
    people: [cat.pubkey],
  });
  expect(await a.direct.say({ to: [mallory.pubkey], text: "x" })).toMatchObject({ reason: "blocked" });
  expect(await a.direct.say({ to: [ben.pubkey], text: "x".repeat(40_000) })).toMatchObject({ reason: "too-long" });
  expect(await a.direct.say({ to: [ben.pubkey], text: "y" })).toMatchObject({ ok: true, isKept: false });
  await expect(a.direct.say({ to: [ben.pubkey] })).rejects.toThrow("usage/template");
  // A message dated far ahead is shown as of now, so it cannot stand above all others for years.
  await a.direct.ingest(wrapText(sealOf(ben, rumorBy(ben, { created_at: 9_999_999_999 }))));
  await until("it is read", () => textsOf(a).length === 2);
  expect(messagesOf(a).every(({ at }) => at <= clock.now())).toBe(true);
});

test("NIP-07-shaped signers of two libraries open and seal: nostr-tools', synchronous, and rust-nostr's, by promises", async () => {
  const bytes = ann.secret.expose();
  const key = (peer: string) => nip44.getConversationKey(bytes, peer);
  const tools: Nip07Signer = {
    getPublicKey: () => ann.pubkey,
    signEvent: (event) => finalizeEvent(event, Uint8Array.from(bytes)),
    nip44: {
      encrypt: (peer, text) => nip44.encrypt(text, key(peer)),
      decrypt: (peer, text) => nip44.decrypt(text, key(peer)),
    },
  };
  const rusty = rust.NostrSigner.keys(rust.Keys.parse(toHex(bytes)));
  const byRust: Nip07Signer = {
    getPublicKey: async () => (await rusty.publicKey()).toHex(),
    signEvent: async (event) =>
      JSON.parse((await rusty.signEvent(rust.UnsignedEvent.fromJson(JSON.stringify(event)))).asJson()),
    nip44: {
      encrypt: (peer, text) => rusty.nip44Encrypt(rust.PublicKey.parse(peer), text),
      decrypt: (peer, text) => rusty.nip44Decrypt(rust.PublicKey.parse(peer), text),
    },
  };
  await using relay = await FakeRelay.open();
  await using b = await device(ben, "reads signers", relay.url);
  for (const theirs of [tools, byRust]) {
    const opening = await openSigner(theirs, curve);
    if (!opening.ok) throw new Error(opening.reason);
    const { signer } = opening;
    const sign: DirectOptions["sign"] = async (template) => {
      const signed = await signer.sign(template);
      return signed.ok ? signed.event : undefined;
    };
    await using a = await device(ann, "signer", relay.url, { opener: signerOpener(signer, true), sign });
    const before = textsOf(b).length;
    expect((await a.direct.say({ to: [ben.pubkey], text: `sealed elsewhere ${before}` })).ok).toBe(true);
    await until("ben reads it", () => textsOf(b).length === before + 1);
    await until("and she her copies", () => textsOf(a).length === before + 1);
  }
});
