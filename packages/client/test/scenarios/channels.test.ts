import type { EventId } from "@subrosa/core/bytes";
import { plain, signEvent } from "@subrosa/core/nostr/event";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import type { ChannelView } from "../../src/session/channel-view.ts";
import type { Channels } from "../../src/session/channels.ts";
import type { MemoryDisk } from "../../src/store/memory-store.ts";
import { curve, until } from "./relay-stage.ts";
import { type Device, device, quickClock, type Someone, someone } from "./session-stage.ts";

const [anna, ben, cleo] = ["anna", "ben", "cleo"].map(someone) as [Someone, Someone, Someone];
const channelsOf = ({ session }: Device): Channels => session.channels!;
const view = (at: Device, id: EventId): ChannelView | undefined => channelsOf(at).channel(id).current;
const texts = (at: Device, id: EventId): string[] => view(at, id)?.entries.map(({ text }) => text) ?? [];

async function invited(owner: Device, guest: Device, who: Someone, id: EventId): Promise<void> {
  expect(await channelsOf(owner).invite(id, [who.pubkey], "come in")).toBeUndefined();
  await until("invited", () => view(guest, id)?.invitations.length === 1);
  const [invitation] = view(guest, id)!.invitations;
  expect(invitation).toMatchObject({ from: anna.pubkey, words: "come in", channel: id });
  expect(await channelsOf(guest).join(id, invitation!.id)).toBeUndefined();
  await until("a member", () => view(guest, id)?.kind === "member");
}

for (const form of ["signed", "sealed"] as const) {
  test(`CHANNEL-5, CHANNEL-12: create, invite, join, talk, remove by a move, in the ${form} form`, async () => {
    await using one = await FakeRelay.open();
    await using two = await FakeRelay.open();
    const relays = [one.url, two.url];
    await using a = await device(anna, relays);
    await using b = await device(ben, relays);
    await using c = await device(cleo, relays);
    const made = await channelsOf(a).create({ metadata: { name: "garden" }, relays, form });
    if (!made.ok) throw new Error(made.reason);
    const { id } = made;
    await invited(a, b, ben, id);
    await invited(a, c, cleo, id);
    expect(await channelsOf(a).say(id, "welcome")).toBeUndefined();
    await until("heard", () => texts(b, id).length === 1 && texts(c, id).length === 1);
    const [first] = view(b, id)!.entries;
    expect(await channelsOf(b).say(id, "thank you", first!.id)).toBeUndefined();
    expect(await channelsOf(b).react(id, first!.id, "🌱")).toBeUndefined();
    expect(await channelsOf(b).describe(id, { name: "mine" })).toBe("only-owner");
    expect(await channelsOf(a).describe(id, { name: "roses" })).toBeUndefined();
    await until("answered", () => texts(a, id).length === 2 && view(a, id)?.entries[0]?.reactions.size === 1);
    await until("renamed", () => view(b, id)?.metadata.name === "roses");
    expect(view(a, id)!.entries[1]).toMatchObject({ reply: first!.id, author: ben.pubkey });
    // Cleo has not said a word, and is known as a member all the same.
    await until("all are known", () => view(a, id)?.members.includes(cleo.pubkey) === true);

    expect(await channelsOf(a).remove(id, cleo.pubkey)).toBeUndefined();
    await until("moved", () => view(b, id)?.moved === 1 && view(b, id)?.mayWrite === true);
    await until("cleo is told", () => view(c, id)?.kind === "removed");
    expect(await channelsOf(c).say(id, "but")).toBe("may-not-write");
    expect(await channelsOf(b).say(id, "among us two")).toBeUndefined();
    await until("one history", () => texts(a, id).join() === "welcome,thank you,among us two");
    expect(texts(c, id)).not.toContain("among us two");
    expect(view(a, id)?.members.includes(cleo.pubkey)).toBe(false);
  });
}

test("CHANNEL-3: ownership is offered, taken, and the new owner's client moves at once; a second device sees it all", async () => {
  await using one = await FakeRelay.open();
  await using two = await FakeRelay.open();
  const relays = [one.url, two.url];
  const disk: MemoryDisk = new Map();
  let id: EventId;
  {
    await using a = await device(anna, relays, disk);
    await using b = await device(ben, relays);
    const made = await channelsOf(a).create({ metadata: { name: "garden" }, relays });
    if (!made.ok) throw new Error(made.reason);
    id = made.id;
    await invited(a, b, ben, id);
    expect(await channelsOf(b).accept(id)).toBe("not-offered");
    expect(await channelsOf(a).say(id, "before")).toBeUndefined();
    expect(await channelsOf(a).delegate(id, ben.pubkey)).toBeUndefined();
    await until("offered", () => view(b, id)?.offer?.from === anna.pubkey);
    expect(await channelsOf(b).accept(id)).toBeUndefined();
    await until("anna follows", () => view(a, id)?.moved === 1 && view(a, id)?.owner === ben.pubkey);
    expect(view(a, id)?.kind).toBe("member");
    expect(await channelsOf(a).say(id, "after")).toBeUndefined();
    await until("heard", () => texts(b, id).includes("after"));
    await until("quiet", () => a.isQuiet() && b.isQuiet());
  }
  await using again = await device(anna, [], disk);
  expect(texts(again, id)).toEqual(["before", "after"]);
  await using second = await device(anna, relays);
  await until("from the relays alone", () => texts(second, id).join() === "before,after");
  expect(view(second, id)).toMatchObject({ owner: ben.pubkey, moved: 1, mayWrite: true });
  expect(await channelsOf(second).leave(id)).toBeUndefined();
  expect(channelsOf(second).list.current.has(id)).toBe(false);
});

test("CHANNEL-5: a move leaves nothing behind that its owner had read, whatever the clocks say", async () => {
  await using one = await FakeRelay.open();
  const relays = [one.url];
  await using a = await device(anna, relays);
  await using b = await device(ben, relays, new Map(), { clock: { ...quickClock, now: () => quickClock.now() + 30 } });
  const made = await channelsOf(a).create({ metadata: { name: "garden" }, relays });
  if (!made.ok) throw new Error(made.reason);
  await invited(a, b, ben, made.id);
  expect(await channelsOf(b).say(made.id, "half a minute ahead")).toBeUndefined();
  await until("heard", () => texts(a, made.id).length === 1);
  expect(await channelsOf(a).move(made.id, {})).toBeUndefined();
  await until("moved", () => view(b, made.id)?.moved === 1 && view(b, made.id)?.mayWrite === true);
  for (const each of [a, b]) expect(texts(each, made.id)).toEqual(["half a minute ahead"]);
});

test("CHANNEL-5: what was said to the old channel before the move was heard of is said again, once", async () => {
  await using one = await FakeRelay.open();
  const relays = [one.url];
  const disk: MemoryDisk = new Map();
  await using a = await device(anna, relays);
  let id: EventId;
  {
    await using b = await device(ben, relays, disk);
    const made = await channelsOf(a).create({ metadata: { name: "garden" }, relays });
    if (!made.ok) throw new Error(made.reason);
    id = made.id;
    await invited(a, b, ben, id);
    await until("quiet", () => b.isQuiet());
  }
  expect(await channelsOf(a).move(id, {})).toBeUndefined();
  await until("moved", () => view(a, id)?.moved === 1 && a.isQuiet());
  {
    one.misbehaviour = { withhold: () => true };
    const late = { ...quickClock, now: () => quickClock.now() + 10 };
    await using b = await device(ben, relays, disk, { clock: late });
    for (const text of ["am I", "too late?"]) expect(await channelsOf(b).say(id, text)).toBeUndefined();
    await until("out", () => b.isQuiet());
    expect(view(b, id)?.moved).toBe(0);
  }
  one.misbehaviour = {};
  await using b = await device(ben, relays, disk);
  await using second = await device(ben, relays);
  for (const each of [a, b, second])
    await until("said again", () => view(each, id)?.moved === 1 && texts(each, id).join() === "am I,too late?");
  await until("quiet", () => b.isQuiet() && second.isQuiet());
  for (const each of [a, b, second]) expect(texts(each, id)).toEqual(["am I", "too late?"]);
});

test("CHANNEL-5: whom the owner removed does not come back because another member had brought him", async () => {
  await using one = await FakeRelay.open();
  const relays = [one.url];
  await using a = await device(anna, relays);
  await using b = await device(ben, relays);
  await using c = await device(cleo, relays);
  const made = await channelsOf(a).create({ metadata: { name: "garden" }, relays });
  if (!made.ok) throw new Error(made.reason);
  const { id } = made;
  await invited(a, b, ben, id);
  expect(await channelsOf(b).invite(id, [cleo.pubkey])).toBeUndefined();
  await until("cleo is invited", () => view(c, id)?.invitations.length === 1);
  expect(await channelsOf(c).join(id, view(c, id)!.invitations[0]!.id)).toBeUndefined();
  await until("all are known", () => view(a, id)?.members.includes(cleo.pubkey) === true);
  expect(await channelsOf(a).remove(id, cleo.pubkey)).toBeUndefined();
  await until("ben follows", () => view(b, id)?.moved === 1 && view(b, id)?.mayWrite === true);
  expect(await channelsOf(b).say(id, "after")).toBeUndefined();
  await until("heard", () => texts(a, id).includes("after") && b.isQuiet());
  for (const each of [a, b]) expect(view(each, id)?.members).not.toContain(cleo.pubkey);
  expect(await channelsOf(a).move(id, {})).toBeUndefined();
  await until("ben follows again", () => view(b, id)?.moved === 2 && view(b, id)?.mayWrite === true);
  expect(await channelsOf(b).say(id, "still us two")).toBeUndefined();
  await until("heard again", () => texts(a, id).includes("still us two"));
  expect(view(c, id)?.kind).toBe("removed");
  for (const each of [a, b]) expect(view(each, id)?.members).not.toContain(cleo.pubkey);
});

test("CHANNEL-8, CHANNEL-10: reads as the channel's key where a relay asks for one, and gives back what a relay lost", async () => {
  const now = () => quickClock.now();
  await using one = await FakeRelay.open(now);
  await using two = await FakeRelay.open(now);
  const relays = [one.url, two.url];
  one.misbehaviour = { requireAuth: "read" };
  const disk: MemoryDisk = new Map();
  let id: EventId;
  {
    await using a = await device(anna, relays, disk);
    const made = await channelsOf(a).create({ metadata: { name: "garden" }, relays });
    if (!made.ok) throw new Error(made.reason);
    id = made.id;
    for (const text of ["one", "two", "three"]) expect(await channelsOf(a).say(id, text)).toBeUndefined();
    await until("out", () => a.isQuiet() && one.events.length >= 5);
    const channel = a.session.channels!.channel(id).current!;
    expect(channel.mayWrite).toBe(true);
    await until("read as another key than anna's", () =>
      one.connections.some(({ keys }) => keys.size === 1 && !keys.has(anna.pubkey)),
    );
  }
  // Nobody authenticated as the user where a channel was read, and the other way round.
  for (const { keys } of one.connections) expect(keys.size).toBeLessThanOrEqual(1);
  const wrapped = [...two.events];
  two.events.length = 0;
  // So late that nothing is taken for new.
  const later = { ...quickClock, now: () => quickClock.now() + 20 * 86_400 };
  one.misbehaviour = {};
  await using back = await device(anna, relays, disk, { clock: later });
  await until(
    "given back",
    () => wrapped.filter(({ id: known }) => two.events.some((each) => each.id === known)).length >= 4,
  );
  expect(texts(back, id)).toEqual(["one", "two", "three"]);
});

test("a stranger's wraps to a person are refused with a reason, and nothing is joined", async () => {
  await using a = await device(anna, []);
  const random = seededRandom("strange wraps");
  const wrap = (content: string, to: string) =>
    signEvent({ kind: 1_059, created_at: 1, tags: [["p", to]], content }, ben.secret, random(32), curve);
  for (const event of [wrap("?", anna.pubkey), wrap("?", cleo.pubkey), wrap("", "zz")]) {
    expect(plain(event).kind).toBe(1_059);
    const outcome = await channelsOf(a).ingest(event);
    expect(outcome.ok ? "" : outcome.reason).toMatch(/^[a-z-]+$/);
  }
  expect(channelsOf(a).list.current.size).toBe(0);
});
