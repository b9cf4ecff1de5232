import type { PubkeyHex } from "@subrosa/core/bytes";
import { plain } from "@subrosa/core/nostr/event";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { nip44 } from "nostr-tools";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { openLists, personEntry } from "../../src/session/lists.ts";
import { openOutbox } from "../../src/session/outbox.ts";
import { PROFILE, Profiles, readProfile, shownName } from "../../src/session/profiles.ts";
import { isPrivate, RelayLists } from "../../src/session/relay-lists.ts";
import { openReplaceables } from "../../src/session/replaceable.ts";
import { localSigner } from "../../src/signer/local-signer.ts";
import { openSigner } from "../../src/signer/signer.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import { curve, fastClock, type Person, person, relayOptions, START, until } from "./relay-stage.ts";

const me = person("keeps lists");
const other = person("another person");
// Real delays: whether a relay counts as silent must not hang on how busy this machine is.
const clock = fastClock(1);

async function device(
  who: Person,
  name: string,
  relays: readonly string[],
  disk: MemoryDisk = new Map(),
  timeout = 60_000,
) {
  const random = seededRandom(name);
  const network = new Network(relayOptions(name, clock));
  const store = openMemoryStore(disk);
  const own = () => network.as({ pubkey: who.pubkey });
  const outbox = await openOutbox({ store, network, presence: own, clock, random, curve });
  let decryptions = 0;
  const local = localSigner(who.secret, random, curve);
  const nip44Cipher = {
    encrypt: local.nip44!.encrypt,
    decrypt: (key: string, words: string) => {
      decryptions++;
      return local.nip44!.decrypt(key, words);
    },
  };
  const opening = await openSigner({ ...local, nip44: nip44Cipher }, curve);
  if (!opening.ok) throw new Error(opening.reason);
  const { signer } = opening;
  const sign = async (template: Parameters<typeof signer.sign>[0]) => {
    const signed = await signer.sign(template);
    return signed.ok ? signed.event : undefined;
  };
  const kept = { me: who.pubkey, store, outbox, own, relays: () => relays, sign, clock, random };
  const replaceables = await openReplaceables({ ...kept, timeout, maxOthers: 10 });
  const lists = await openLists({ replaceables, signer, store, clock, random });
  return {
    ...{ network, outbox, replaceables, lists, decryptions: () => decryptions },
    profiles: new Profiles({ replaceables, network, relays: () => relays, clock }),
    relayLists: new RelayLists({ replaceables, allowPrivate: true }),
    async [Symbol.asyncDispose]() {
      await lists[Symbol.asyncDispose]();
      await replaceables[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
      network[Symbol.dispose]();
    },
  };
}
const newestAt = (relay: FakeRelay, kind: number) =>
  relay.events.filter((event) => event.kind === kind).toSorted((a, b) => b.created_at - a.created_at)[0];

test("our own profile is changed over the newest there is, and what other programs wrote stays", async () => {
  await using relay = await FakeRelay.open();
  const theirs = { name: "rose", lud06: "from another program", about: "old" };
  const late = Math.floor(Date.now() / 1000) + 50;
  relay.add(plain(me.sign({ kind: PROFILE, created_at: late, content: JSON.stringify(theirs), tags: [["i", "x"]] })));
  await using here = await device(me, "profile", [relay.url]);
  const edited = await here.profiles.edit({ about: "new", name: undefined, displayName: "Rosa" });
  expect(edited).toMatchObject({ ok: true, silent: [] });
  await until("it is out", () => relay.events.length === 2);
  const newest = newestAt(relay, PROFILE)!;
  expect(JSON.parse(newest.content)).toEqual({ lud06: "from another program", about: "new", display_name: "Rosa" });
  // Newer than the one it replaces, though that one is dated ahead of our clock.
  expect([newest.created_at, newest.tags]).toEqual([late + 1, [["i", "x"]]]);
  expect(await here.profiles.edit({ about: "new" })).toMatchObject({ ok: false, reason: "unchanged" });
  expect(() => here.profiles.edit({ picture: "javascript:alert(1)" })).toThrow("usage/template");
  expect(here.profiles.of(me.pubkey).current).toMatchObject({ about: "new", displayName: "Rosa" });
});

test("a relay that does not answer stops a change, by its name, until the user goes on without it", async () => {
  await using good = await FakeRelay.open();
  await using mute = await FakeRelay.open();
  mute.misbehaviour = { mute: ["EOSE"] };
  // The newer list is where nobody answers.
  const unseen = me.sign({ kind: 3, created_at: START, tags: [["p", other.pubkey]] });
  good.add(plain(unseen));
  await using here = await device(me, "silent", [good.url, mute.url], new Map(), 4_000);
  const add = [personEntry("11".repeat(32) as PubkeyHex, false)];
  const silent = [relayUrl(mute.url)];
  expect(await here.lists.change("follows", { add })).toEqual({ ok: false, reason: "unanswered", silent });
  expect(newestAt(good, 3)?.id).toBe(unseen.id);
  expect(await here.lists.change("follows", { add }, true)).toMatchObject({ ok: true, silent });
  await until("it is out", () => newestAt(good, 3)!.id !== unseen.id);
  expect(newestAt(good, 3)!.tags).toEqual([
    ["p", other.pubkey],
    ["p", "11".repeat(32)],
  ]);
});

test("muted and blocked people are private: no relay learns a key, the other device reads them, one decryption each", async () => {
  await using relay = await FakeRelay.open();
  const victim = person("a victim").pubkey;
  const disk: MemoryDisk = new Map();
  await using first = await device(me, "first", [relay.url]);
  expect(
    (await first.lists.change("muted", { add: [personEntry(victim, true), { tag: ["t", "noise"], isPrivate: false }] }))
      .ok,
  ).toBe(true);
  expect((await first.lists.change("blocked", { add: [personEntry(victim, true)] })).ok).toBe(true);
  expect([first.lists.has("muted", victim), first.lists.current("muted").privacy, first.decryptions()]).toEqual([
    true,
    "open",
    0,
  ]);
  await until("both are out", () => relay.events.length === 2);
  expect(JSON.stringify(relay.events)).not.toContain(victim);
  {
    await using second = await device(me, "second", [relay.url], disk);
    using _ = second.replaceables.follow(second.network.as({ pubkey: me.pubkey }), [relay.url], {
      authors: [me.pubkey],
    });
    const seen: string[] = [];
    using _watch = { [Symbol.dispose]: second.lists.live("muted").subscribe(({ privacy }) => void seen.push(privacy)) };
    await until("it has come", () => second.lists.current("muted").privacy === "sealed");
    expect(second.lists.has("muted", victim)).toBe(false);
    expect(await second.lists.open("muted")).toBe(true);
    expect([second.lists.has("muted", victim), second.decryptions(), seen]).toEqual([
      true,
      1,
      ["none", "sealed", "open"],
    ]);
    expect((await second.lists.change("muted", { remove: [["p", victim]] })).ok).toBe(true);
    await until("it is out", () => relay.events.length === 3);
  }
  await using again = await device(me, "second", [relay.url], disk);
  expect([again.lists.current("muted"), again.decryptions()]).toMatchObject([
    { entries: [{ tag: ["t", "noise"] }], privacy: "none" },
    0,
  ]);
});

test("a private part that cannot be opened is never written over; one by nostr-tools is read (NIP-51)", async () => {
  await using relay = await FakeRelay.open();
  const key = nip44.getConversationKey(me.secret.expose(), me.pubkey);
  const theirs = nip44.encrypt(JSON.stringify([["p", other.pubkey]]), key);
  relay.add(plain(me.sign({ kind: 10_000, created_at: START, content: theirs })));
  await using here = await device(me, "theirs", [relay.url]);
  expect((await here.lists.change("muted", { add: [{ tag: ["word", "spam"], isPrivate: true }] })).ok).toBe(true);
  expect(here.lists.current("muted").entries.map(({ tag }) => tag)).toEqual([
    ["p", other.pubkey],
    ["word", "spam"],
  ]);
  await until("it is out", () => relay.events.length === 2);
  expect(JSON.parse(nip44.decrypt(newestAt(relay, 10_000)!.content, key))).toEqual([
    ["p", other.pubkey],
    ["word", "spam"],
  ]);
  const late = Math.floor(Date.now() / 1000) + 10;
  relay.add(plain(me.sign({ kind: 10_000, created_at: late, content: "not to be opened" })));
  expect(await here.lists.change("muted", { add: [personEntry(other.pubkey, true)] })).toMatchObject({
    ok: false,
    reason: "sealed",
  });
  expect(newestAt(relay, 10_000)!.content).toBe("not to be opened");
});

test("relay lists are read bounded and without addresses of our own network; ours keep what is not a relay", async () => {
  await using relay = await FakeRelay.open();
  const many = Array.from({ length: 50 }, (_, i) => ["r", `wss://r${i}.example`]);
  relay.add(
    plain(
      other.sign({
        kind: 10_002,
        tags: [["r", "wss://a.example", "read"], ["r", "wss://b.example", "write"], ["r", "x"], ...many],
      }),
    ),
  );
  relay.add(
    plain(
      other.sign({
        kind: 10_050,
        tags: [
          ["relay", "ws://192.168.0.1"],
          ["relay", "wss://in.example"],
        ],
      }),
    ),
  );
  await using here = await device(me, "relays", [relay.url]);
  const asked = await here.relayLists.fetch([other.pubkey], here.network.anonymously(), [relay.url]);
  expect([...asked.relays.values()]).toEqual(["fully"]);
  const list = here.relayLists.of(other.pubkey).current!;
  expect([list.read.length, list.write.length, list.read[0], list.write[0]]).toEqual([
    20,
    20,
    "wss://a.example",
    "wss://b.example",
  ]);
  const strict = new RelayLists({ replaceables: here.replaceables });
  expect(strict.inboxOf(other.pubkey).current?.relays).toEqual(["wss://in.example"]);
  expect(strict.inboxOf(me.pubkey).current).toBeUndefined();
  expect((await here.relayLists.editInbox([relay.url])).ok).toBe(true);
  expect((await here.relayLists.edit({ read: [relay.url], write: [relay.url, "wss://out.example"] })).ok).toBe(true);
  await until("both are out", () => relay.events.length === 4);
  expect(newestAt(relay, 10_002)!.tags).toEqual([
    ["r", relayUrl(relay.url)],
    ["r", "wss://out.example", "write"],
  ]);
});

test("addresses that are not of the internet are told from those that are", () => {
  const own = [
    "ws://localhost",
    "ws://127.0.0.1:80",
    "ws://10.1.2.3",
    "ws://172.20.0.1",
    "ws://192.168.1.1",
    "ws://169.254.1.1",
    "ws://[::1]",
    "ws://[fd00::1]",
    "ws://[fe80::1]",
    "ws://2130706433",
    "ws://0x7f.1",
    "ws://printer.local",
    "ws://0.0.0.0",
  ];
  const open = ["wss://relay.example", "ws://8.8.8.8", "wss://1a.example", "wss://[2001:db8::1]", "wss://172.example"];
  expect(own.filter((url) => !isPrivate(relayUrl(url)!))).toEqual([]);
  expect(open.filter((url) => isPrivate(relayUrl(url)!))).toEqual([]);
});

test("profiles of strangers are asked for together, as nobody, bounded, and read with care", async () => {
  await using relay = await FakeRelay.open();
  const people = Array.from({ length: 15 }, (_, i) => person(`stranger ${i}`));
  for (const each of people) relay.add(plain(each.sign({ kind: 0, content: JSON.stringify({ name: "n" }) })));
  await using here = await device(me, "profiles", [relay.url]);
  // Somebody who is followed on sockets of his own is among them, and takes nobody else's answer away.
  here.network.as({ pubkey: me.pubkey });
  await Promise.all([me, ...people].map(({ pubkey }) => here.profiles.want([pubkey])));
  const known = people.filter(({ pubkey }) => here.profiles.of(pubkey).current !== undefined);
  expect(known.length).toBe(10);
  // One question on one socket, and nobody on it.
  expect(relay.connections.map(({ keys }) => keys.size)).toEqual([0]);
  const read = (value: unknown) =>
    readProfile(me.sign({ kind: 0, content: typeof value === "string" ? value : JSON.stringify(value) }));
  for (const hostile of [
    "",
    "[]",
    "null",
    "{",
    '{"name":1}',
    '{"name":"a","name":"b"}',
    `{"name":"${"x".repeat(10_000)}"}`,
  ]) {
    expect(read(hostile)).toEqual({ updatedAt: START });
  }
  const tricky = read({
    name: "a\u202eb\u200b\nc",
    display_name: "",
    picture: "data:text/html,x",
    website: "http://ok.example",
    __proto__: 1,
  });
  expect(tricky).toEqual({ name: "abc", website: "http://ok.example", updatedAt: START });
  expect(shownName(tricky)).toBe("abc");
});
