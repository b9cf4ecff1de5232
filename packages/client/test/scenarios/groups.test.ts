import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { IGNORED_GROUP } from "../../src/session/group-reason.ts";
import type { GroupView } from "../../src/session/group-view.ts";
import type { Groups } from "../../src/session/groups.ts";
import type { Identity } from "../../src/session/identity.ts";
import { localSigner } from "../../src/signer/local-signer.ts";
import { openSigner } from "../../src/signer/signer.ts";
import type { MemoryDisk } from "../../src/store/memory-store.ts";
import { curve, until } from "./relay-stage.ts";
import { type Device, device, type Someone, someone } from "./session-stage.ts";

const [anna, ben, cleo, dora] = ["anna", "ben", "cleo", "dora"].map(someone) as [Someone, Someone, Someone, Someone];

/** The same person, with his key behind a signer that says how often it was asked. */
async function behindSigner({ name, secret, pubkey }: Someone): Promise<{ identity: Identity; asked: string[] }> {
  const asked: string[] = [];
  const theirs = localSigner(secret, seededRandom(`signer of ${name}`), curve);
  const opening = await openSigner(
    {
      ...theirs,
      signEvent: (event) => {
        asked.push(`sign ${event.kind}`);
        return theirs.signEvent(event);
      },
    },
    curve,
  );
  if (!opening.ok) throw new Error(opening.reason);
  return { identity: { kind: "signer", pubkey, signer: opening.signer }, asked };
}

const groupsOf = ({ session }: Device): Groups => session.groups!;
const view = (at: Device, id: EventId): GroupView | undefined => groupsOf(at).group(id).current;
const texts = (at: Device, id: EventId): string[] => view(at, id)?.entries.map(({ text }) => text) ?? [];
const said = (at: Device, id: EventId, text: string) => view(at, id)?.entries.find((entry) => entry.text === text);
const persons = (at: Device, id: EventId): PubkeyHex[] => view(at, id)?.members.map(({ person }) => person) ?? [];

/** Anna's group, which ben has joined by a link. */
async function founded(a: Device, b: Device, relays: readonly string[], difficulty = 0): Promise<EventId> {
  const made = await groupsOf(a).create({ name: "the rose", relays, difficulty });
  if (!made.ok) throw new Error(made.reason);
  const { id } = made;
  await joined(a, b, id, ben.pubkey);
  return id;
}

async function joined(a: Device, b: Device, id: EventId, person: PubkeyHex): Promise<void> {
  const asked = await groupsOf(b).join(groupsOf(a).invite(id)!, "it is me");
  expect(asked).toEqual({ ok: true, id });
  await until("the request came", () => view(a, id)?.requests.some((each) => each.person === person) === true);
  expect(view(a, id)?.requests.find((each) => each.person === person)?.words).toBe("it is me");
  expect(await groupsOf(a).approve(id, person)).toBeUndefined();
  await until("let in, by somebody whom no invite named", () => view(b, id)?.banner?.kind === "unknown-owner");
  expect(view(b, id)?.strangers).toEqual([anna.pubkey]);
  expect(await groupsOf(b).trust(id, anna.pubkey)).toBeUndefined();
  await until("a member", () => view(b, id)?.phase === "member");
}

test("GROUP-10, GROUP-11, GROUP-13: create, ask by a link with work, be let in, and talk with all that goes with it", async () => {
  await using relay = await FakeRelay.open();
  await using a = await device(anna, [relay.url]);
  await using b = await device(ben, [relay.url]);
  const id = await founded(a, b, [relay.url], 8);
  const [groups, theirs] = [groupsOf(a), groupsOf(b)];
  expect(relay.events.find(({ kind }) => kind === 483)?.tags.some(([name]) => name === "nonce")).toBe(true);
  expect(await groups.say(id, { text: "helo" })).toBeUndefined();
  await until("heard", () => texts(b, id).includes("helo"));
  const first = said(b, id, "helo")!.id;
  expect(await theirs.say(id, { text: "you mean hello", reply: first, mentions: [anna.pubkey] })).toBeUndefined();
  expect(await theirs.react(id, first, "🌹")).toBeUndefined();
  expect(await theirs.edit(id, first, "not mine")).toBe("not-author");
  expect(await groups.edit(id, first, "hello")).toBeUndefined();
  expect(await groups.say(id, { text: "a slip" })).toBeUndefined();
  expect(await groups.delete(id, said(a, id, "a slip")!.id)).toBeUndefined();
  const file = { url: "https://files.example/1", type: "image/png", key: "aa", nonce: "bb", hash: "cc" };
  expect(await theirs.sendFile(id, file)).toBeUndefined();
  expect(await theirs.react(id, "0".repeat(64) as EventId, "+")).toBe("not-shown");
  await until("all is seen by both", () =>
    [a, b].every(
      (at) => texts(at, id).join() === "hello,you mean hello," && said(at, id, "hello")?.reactions.size === 1,
    ),
  );
  for (const at of [a, b]) {
    const entries = view(at, id)!.entries;
    expect(entries[0]).toMatchObject({ author: anna.pubkey, edited: true });
    expect([...entries[0]!.reactions]).toEqual([["🌹", [ben.pubkey]]]);
    expect(entries[1]).toMatchObject({ reply: first, mentions: [anna.pubkey] });
    expect(entries[2]!.file).toEqual(file);
    expect(view(at, id)).toMatchObject({
      info: { name: "the rose", difficulty: 8 },
      mayWrite: true,
      banner: undefined,
    });
  }
  expect(groups.list.current.get(id)).toMatchObject({ name: "the rose", members: 2, phase: "owner", requests: 0 });
  expect(await groups.say(id, { text: "x".repeat(30_000) })).toBe("too-long");
  expect(await groups.say("0".repeat(64) as EventId, { text: "?" })).toBe("unknown-group");
  expect(IGNORED_GROUP["unknown-group"]).toMatch(/join it first/);
});

test("GROUP-12, GROUP-16, GROUP-18: leave with the owner away, removal, roles, handover, and what each is told", async () => {
  await using relay = await FakeRelay.open();
  const disk: MemoryDisk = new Map();
  const home = await device(anna, [relay.url], disk);
  await using b = await device(ben, [relay.url]);
  await using c = await device(cleo, [relay.url]);
  await using d = await device(dora, [relay.url]);
  const id = await founded(home, b, [relay.url]);
  await joined(home, c, id, cleo.pubkey);
  await joined(home, d, id, dora.pubkey);
  expect(await groupsOf(b).moderate(id, { act: "pin", target: dora.pubkey })).toBe("not-moderator");
  expect(await groupsOf(home).promote(id, ben.pubkey, "admin")).toBeUndefined();
  await until("an admin", () => view(b, id)?.phase === "admin");
  expect(await groupsOf(b).remove(id, cleo.pubkey)).toBe("not-owner");
  await until("quiet", () => home.isQuiet());
  await home[Symbol.asyncDispose]();

  // The owner is away; a member leaves and another one changes the key.
  expect(await groupsOf(c).leave(id)).toBeUndefined();
  await until("a rotation", () => relay.events.some(({ kind }) => kind === 486));
  await until("writing goes on", () => view(b, id)?.mayWrite === true && !persons(b, id).includes(cleo.pubkey));
  expect(await groupsOf(b).say(id, { text: "without cleo" })).toBeUndefined();
  await until("dora hears it", () => texts(d, id).includes("without cleo"));
  expect(texts(c, id)).toEqual([]);

  await using a = await device(anna, [relay.url], disk);
  await until("the owner reads it when she is back", () => texts(a, id).includes("without cleo"));
  expect(await groupsOf(a).remove(id, dora.pubkey)).toBeUndefined();
  await until("dora is told", () => view(d, id)?.banner?.kind === "removed");
  expect(await groupsOf(d).say(id, { text: "but" })).toBe("may-not-write");
  expect(await groupsOf(a).leave(id)).toBe("owner-must-hand-over");
  await until("ben sees two", () => persons(b, id).length === 2);
  expect(await groupsOf(a).transfer(id, ben.pubkey)).toBeUndefined();
  await until("ben owns it", () => view(b, id)?.phase === "owner");
  expect(await groupsOf(b).rename(id, { name: "ben's rose", about: "all of it" })).toBeUndefined();
  await until("renamed", () => view(a, id)?.info?.name === "ben's rose");
  expect(await groupsOf(a).leave(id)).toBeUndefined();
  await until("gone", () => persons(b, id).length === 1);
  expect(await groupsOf(b).forget(id)).toBe("still-inside");
  expect(await groupsOf(d).forget(id)).toBeUndefined();
  expect(groupsOf(d).list.current.has(id)).toBe(false);
}, 60_000);

test("GROUP-13, GROUP-23: invited under seal, somebody looks in, asks with a key behind a signer, and is shown as himself", async () => {
  await using relay = await FakeRelay.open();
  const { identity, asked } = await behindSigner(cleo);
  await using a = await device(anna, [relay.url]);
  await using c = await device(cleo, [relay.url], new Map(), { identity });
  await using d = await device(dora, [relay.url]);
  expect(c.session.contacts).toBeUndefined();
  expect(c.session.lacks.contacts).toMatch(/open this account with the key/);
  const made = await groupsOf(a).create({ name: "the rose", relays: [relay.url] });
  if (!made.ok) throw new Error(made.reason);
  const { id } = made;
  const sealed = groupsOf(a).inviteSealed(id, cleo.pubkey)!;
  expect(await groupsOf(d).look(sealed)).toEqual({ ok: false, reason: "other-guest" });
  expect(await groupsOf(d).look("subrosa-group:?")).toEqual({ ok: false, reason: "not-an-invite" });
  expect(await groupsOf(c).look(sealed)).toEqual({ ok: true, id });
  await until("seen from outside", () => view(c, id)?.banner?.kind === "guest" && persons(c, id).length === 1);
  expect(view(c, id)).toMatchObject({ info: { name: "the rose" }, phase: "outside", mayWrite: false });
  expect(await groupsOf(c).join(sealed, "cleo here")).toEqual({ ok: true, id });
  await until("asked", () => view(a, id)?.requests.length === 1);
  const [request] = view(a, id)!.requests;
  expect(request).toMatchObject({ behind: cleo.pubkey, words: "cleo here" });
  expect(request!.person).not.toBe(cleo.pubkey);
  expect(await groupsOf(a).approve(id, request!.person)).toBeUndefined();
  await until("a member", () => view(c, id)?.phase === "member");
  expect(await groupsOf(c).say(id, { text: "hello" })).toBeUndefined();
  await until("heard", () => texts(a, id).includes("hello"));
  expect(view(a, id)!.members.map(({ behind }) => behind)).toEqual([anna.pubkey, cleo.pubkey]);
  // The signer was asked who it is, never for a message.
  expect(asked.filter((each) => each === "sign 20483")).toHaveLength(1);
  expect(asked.every((each) => each === "sign 20483" || each === "sign 30078" || each === "sign 22242")).toBe(true);
  expect(relay.events.some(({ kind }) => kind === 20_483)).toBe(false);

  // Another device of each comes in from the relays alone.
  await using c2 = await device(cleo, [relay.url], new Map(), { identity });
  await using a2 = await device(anna, [relay.url]);
  for (const at of [c2, a2]) await until("from the relays alone", () => texts(at, id).includes("hello"));
  expect([view(c2, id)?.phase, view(a2, id)?.phase]).toEqual(["member", "owner"]);
  expect(view(c2, id)?.me).toBe(view(c, id)?.me);
  expect(await groupsOf(c2).say(id, { text: "from my other device" })).toBeUndefined();
  await until("one person", () => said(c, id, "from my other device")?.author === view(c, id)?.me);
});
