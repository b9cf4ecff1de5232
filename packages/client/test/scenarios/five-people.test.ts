/**
 * Five people, whole sessions, two relays of which one drops, repeats and withholds. What they do, what each sees at the
 * end, what the relays have seen of them, and what lies on a disk that was closed.
 */
import type { EventId } from "@subrosa/core/bytes";
import { toHex, utf8 } from "@subrosa/core/bytes";
import { type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { type Account, createAccount, openAccount } from "../../src/session/account.ts";
import { judgeInPlace } from "../../src/session/judge.ts";
import type { MemoryDisk } from "../../src/store/memory-store.ts";
import { memoryShelf } from "../../src/store/shelf.ts";
import { curve, until } from "./relay-stage.ts";
import { type Device, device, quickClock, type Someone, someone } from "./session-stage.ts";

const [anna, ben, cleo, dora, emil] = ["anna", "ben", "cleo", "dora", "emil"].map(someone) as [
  Someone,
  Someone,
  Someone,
  Someone,
  Someone,
];
const everybody = [anna, ben, cleo, dora, emil];
const judge = judgeInPlace(curve, quickClock);
const random = seededRandom("five people");

const group = (at: Device, id: EventId) => at.session.groups!.group(id).current;
const channel = (at: Device, id: EventId) => at.session.channels!.channel(id).current;
const heard = (at: Device, id: EventId): string[] => group(at, id)?.entries.map(({ text }) => text) ?? [];
const inChannel = (at: Device, id: EventId): string[] => channel(at, id)?.entries.map(({ text }) => text) ?? [];
const talk = (at: Device, { pubkey }: Someone) => at.session.contacts!.contacts.current.get(pubkey);

function checked(event: SignedEvent): VerifiedEvent {
  const verdict = VerifiedEvent.check(event, curve);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.event;
}

async function befriend(a: Device, b: Device, from: Someone, to: Someone): Promise<void> {
  expect(await a.session.contacts!.request(to.pubkey, `it is ${from.name}`)).toBeUndefined();
  await until("asked", () => talk(b, from)?.acquaintance.relation.kind === "requested-by-peer");
  expect(await b.session.contacts!.answer(from.pubkey, "accept")).toBeUndefined();
  await until("friends", () =>
    [talk(a, to), talk(b, from)].every((each) => each?.acquaintance.relation.kind === "active"),
  );
}

async function letIn(a: Device, guest: Device, who: Someone, id: EventId): Promise<void> {
  expect((await guest.session.groups!.join(a.session.groups!.invite(id)!, `${who.name} here`)).ok).toBe(true);
  await until("asked to join", () => group(a, id)?.requests.some(({ person }) => person === who.pubkey) === true);
  expect(await a.session.groups!.approve(id, who.pubkey)).toBeUndefined();
  await until("let in", () => group(guest, id)?.strangers.includes(anna.pubkey) === true);
  expect(await guest.session.groups!.trust(id, anna.pubkey)).toBeUndefined();
  await until("a member", () => group(guest, id)?.phase === "member");
}

/** No connection shows two identities: it asks for one key at most, or carries one event of nobody's, or is the user's. */
function apart({ connections }: FakeRelay): void {
  const people = new Set<string>(everybody.map(({ pubkey }) => pubkey));
  for (const { said, keys, number } of connections) {
    const filters = said.flatMap((each) => (each.type === "REQ" ? each.filters : []));
    const published = said.flatMap((each) => (each.type === "EVENT" ? [each.event] : []));
    const asked = new Set(filters.flatMap((filter) => filter["#p"] ?? []));
    const named = new Set([...asked, ...filters.flatMap(({ authors = [] }) => authors)]);
    const groups = new Set(filters.flatMap((filter) => filter["#e"] ?? []));
    const where = `connection ${number}: ${JSON.stringify({ asked: [...asked], kinds: published.map(({ kind }) => kind) })}`;
    expect(asked.size, where).toBeLessThanOrEqual(1);
    expect(keys.size, where).toBeLessThanOrEqual(1);
    const isOfSomebody = named.size > 0;
    // Who reads a group asks for nothing else there, and nobody publishes where he reads, but for what he signs himself.
    if (groups.size > 0) expect([groups.size, asked.size, named.size], where).toEqual([1, 0, 0]);
    for (const { pubkey, kind } of published) {
      if (people.has(pubkey))
        expect(
          [...asked, pubkey].every((key) => key === pubkey),
          where,
        ).toBe(true);
      else if (kind !== 30_078)
        expect([isOfSomebody, groups.size, new Set(published.map(({ id }) => id)).size], where).toEqual([false, 0, 1]);
    }
  }
}

test("the story of five: friends, a group whose owner is away, a channel handed over, a post of nobody's, a poll", async () => {
  await using good = await FakeRelay.open(() => quickClock.now());
  await using bad = await FakeRelay.open(() => quickClock.now());
  bad.misbehaviour = { repeat: 2, dropAfter: 30, withhold: ({ id }) => id < "8" };
  const relays = [good.url, bad.url];
  const disks = new Map<string, MemoryDisk>();
  const shelf = memoryShelf(disks);
  const common = { shelf, name: "Anna", random, curve };
  const opening = await createAccount(
    { ...common, passphrase: "a rose by any name" },
    { kind: "own", secret: anna.secret },
  );
  if (!opening.ok) throw new Error(opening.reason);
  let account: Account = opening.account;
  expect(await shelf.names()).toEqual(["Anna"]);
  const annas = () => device(anna, relays, new Map(), { store: account.store, judge });
  let a = await annas();
  await using b = await device(ben, relays, new Map(), { judge });
  await using c = await device(cleo, relays, new Map(), { judge });
  await using d = await device(dora, relays, new Map(), { judge });
  await using e = await device(emil, relays, new Map(), { judge });

  await befriend(a, b, anna, ben);
  await a.session.contacts!.say(ben.pubkey, "canary: hello Ben");
  await until("ben hears", () =>
    [...(talk(b, anna)?.messages.values() ?? [])].some(({ text }) => text === "canary: hello Ben"),
  );

  const made = await a.session.groups!.create({ name: "canary: the rose", relays });
  if (!made.ok) throw new Error(made.reason);
  const rose = made.id;
  for (const [guest, who] of [
    [b, ben],
    [c, cleo],
    [d, dora],
  ] as const)
    await letIn(a, guest, who, rose);
  await a.session.groups!.say(rose, { text: "canary: welcome" });
  await until("all hear", () => [b, c, d].every((at) => heard(at, rose).includes("canary: welcome")));
  await until("all see four", () => [b, c, d].every((at) => group(at, rose)?.members.length === 4));

  // The owner is away; cleo leaves, and the others go on without her.
  await until("quiet", () => a.isQuiet());
  await a[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
  const closed = [...disks.get("Anna")!]
    .map(([name, value]) => `${name} ${Buffer.from(value).toString("latin1")}`)
    .join("\n");
  for (const canary of ["canary: ", relays[0]!, ben.pubkey, rose, anna.pubkey, toHex(anna.secret.expose())]) {
    const forms = [
      canary,
      Buffer.from(canary).toString("base64").slice(0, -2),
      Buffer.from(utf8(canary)).toString("hex"),
    ];
    for (const form of forms.filter((text) => text.length > 5)) expect(closed.includes(form), canary).toBe(false);
  }
  expect(closed.includes(Buffer.from(anna.secret.expose()).toString("latin1"))).toBe(false);
  expect(await c.session.groups!.leave(rose)).toBeUndefined();
  await until("a member changed the key", () =>
    [b, d].every((at) => group(at, rose)?.mayWrite === true && group(at, rose)!.members.length === 3),
  );
  expect(await b.session.groups!.say(rose, { text: "without cleo" })).toBeUndefined();
  await until("dora hears", () => heard(d, rose).includes("without cleo"));
  expect(await openAccount({ ...common, passphrase: "a rose" })).toEqual({ ok: false, reason: "store-passphrase" });
  const again = await openAccount({ ...common, passphrase: "a rose by any name" });
  if (!again.ok) throw new Error(again.reason);
  account = again.account;
  a = await annas();
  await until("the owner catches up", () => heard(a, rose).includes("without cleo"));
  expect(heard(c, rose)).not.toContain("without cleo");

  const garden = await a.session.channels!.create({ metadata: { name: "garden" }, relays });
  if (!garden.ok) throw new Error(garden.reason);
  await a.session.channels!.invite(garden.id, [ben.pubkey, emil.pubkey]);
  for (const guest of [b, e]) {
    await until("invited", () => channel(guest, garden.id)?.invitations.length === 1);
    expect(
      await guest.session.channels!.join(garden.id, channel(guest, garden.id)!.invitations[0]!.id),
    ).toBeUndefined();
    await until("inside", () => channel(guest, garden.id)?.kind === "member");
  }
  await e.session.channels!.say(garden.id, "from emil");
  await until("heard in the garden", () => [a, b].every((at) => inChannel(at, garden.id).includes("from emil")));
  expect(await a.session.channels!.delegate(garden.id, ben.pubkey)).toBeUndefined();
  await until("offered", () => channel(b, garden.id)?.offer !== undefined);
  expect(await b.session.channels!.accept(garden.id)).toBeUndefined();
  await until("moved", () =>
    [a, b, e].every((at) => channel(at, garden.id)?.owner === ben.pubkey && channel(at, garden.id)!.moved === 1),
  );
  expect(await a.session.channels!.say(garden.id, "to ben's garden")).toBeUndefined();
  await until("one history", () => inChannel(e, garden.id).join() === "from emil,to ben's garden");

  const ring = [anna, ben, dora].map(({ pubkey }) => pubkey).sort();
  const proof = { form: "member-proof" } as const;
  const posted = await b.session.post!({ content: "one of us says so", keys: ring, relays, proof });
  using _ = e.session.feed!.follow({ relays, filters: [{ kinds: [1] }] });
  e.session.feed!.look("all");
  await until("verified by another", () =>
    e.session.feed!.verified.current.some(({ event }) => event.id === posted.id),
  );

  const options = [
    { id: "y", label: "Yes" },
    { id: "n", label: "No" },
  ];
  const asked = await a.session.polls!.create({ question: "Shall we?", options, keys: ring, revote: false }, relays);
  if (!asked.ok) throw new Error(asked.reason);
  const poll = a.session.polls!.known.current.get(asked.id)!;
  for (const at of [b, d, e]) {
    expect(await at.session.polls!.learn(checked(poll.event), relays)).toBeUndefined();
  }
  for (const [at, choice] of [
    [a, "y"],
    [b, "y"],
    [d, "n"],
  ] as const) {
    expect((await at.session.polls!.vote(asked.id, [choice])).ok).toBe(true);
  }
  using count = e.session.polls!.count(asked.id)!;
  await until("tallied by a third", () => count.standing.current.tally.voters === 3);
  expect(Object.fromEntries(count.standing.current.tally.votes)).toEqual({ y: 2, n: 1 });

  await until("all is out", () => [a, b, c, d, e].every((at) => at.isQuiet()));
  for (const relay of [good, bad]) apart(relay);
  const seen = JSON.stringify([good.events, bad.events]);
  for (const word of ["canary", "without cleo", "to ben's garden", "it is anna"]) expect(seen).not.toContain(word);
  await a[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
}, 180_000);
