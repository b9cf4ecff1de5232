import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { systemClock } from "../../src/ports.ts";
import { type Heard, Hearing } from "../../src/relay/hearing.ts";
import { Network } from "../../src/relay/network.ts";
import { ownIdentity } from "../../src/session/identity.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { curve, fastClock, person, relayOptions, START } from "./relay-stage.ts";
import { someone } from "./session-stage.ts";

const NOWHERE = "ws://127.0.0.1:9";
const clock = fastClock(20);
const anna = someone("anna of hearing");

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test("caught up waits for every answer and for everything in hand, and names whoever failed", async () => {
  const hearing = new Hearing(clock);
  const [one, two] = ["ws://one.example/", "ws://two.example/"] as never[];
  const [first, second] = [hearing.question(one!), hearing.question(two!)];
  let isOver = false;
  const over = hearing.caughtUp().then((heard) => {
    isOver = true;
    return heard;
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  const [now, later] = [deferred(), deferred()];
  void hearing.during(now.promise);
  first.stands("fully");
  second.stands("unreachable");
  await turn();
  expect(isOver).toBe(false);
  // What is done begins something else in the same breath.
  now.resolve();
  await now.promise.then(() => void hearing.during(later.promise));
  await turn();
  expect(isOver).toBe(false);
  later.resolve();
  expect([...(await over).relays]).toEqual([
    [one, "fully"],
    [two, "unreachable"],
  ]);
  // Failed work is over too, and a question that nobody asks any more holds nobody up.
  hearing.during(Promise.reject(new Error("disk"))).catch(() => undefined);
  using _third = hearing.question(one!);
  expect(hearing.state.isCaughtUp).toBe(false);
  await expect(hearing.caughtUp(AbortSignal.timeout(20))).rejects.toThrow();
  _third[Symbol.dispose]();
  expect((await hearing.caughtUp()).isCaughtUp).toBe(true);
});

test("a relay that is away, hangs up or refuses is named, and holds nobody up", async () => {
  await using honest = await FakeRelay.open();
  await using hangsUp = await FakeRelay.open();
  await using refuses = await FakeRelay.open();
  hangsUp.misbehaviour = { hangUp: true };
  refuses.misbehaviour = { requireAuth: "read" };
  const me = person("hearing");
  honest.events.push(...Array.from({ length: 50 }, (_, i) => me.sign({ content: `${i}`, created_at: START + i })));
  using network = new Network({
    ...relayOptions("hearing", fastClock(1)),
    backoff: { first: 50, longest: 100 },
  });
  const stored: string[] = [];
  const relays = [honest.url, hangsUp.url, refuses.url, NOWHERE];
  using _following = network.anonymously().follow(relays, {
    filter: { authors: [me.pubkey] },
    onEvent: async ({ content }) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      stored.push(content);
    },
  });
  const { relays: heard } = await network.hearing.caughtUp();
  expect(stored.length).toBe(50);
  expect([...heard.values()]).toEqual(["fully", "silent", "refused", "unreachable"]);
  // A relay that comes back is asked again.
  hangsUp.misbehaviour = {};
  await new Promise<void>((resolve) => {
    const stop = network.hearing.watch(({ relays: at }) => {
      if ([...at.values()][1] !== "fully") return;
      stop();
      resolve();
    });
  });
});

/** With real delays: whether a relay is given up on must not hang on how busy this machine is. */
async function opened(name: string, relays: readonly string[], disk: MemoryDisk): Promise<Session & AsyncDisposable> {
  const network = new Network({
    ...relayOptions(`network ${name}`, systemClock),
    backoff: { first: 50, longest: 200 },
  });
  const session = await openSession({
    ...{ store: openMemoryStore(disk), identity: ownIdentity(anna.secret), network, relays, curve },
    ...{ clock: systemClock, random: seededRandom(name), allowPrivateRelays: true, saveDelay: 0 },
  });
  const close = session[Symbol.asyncDispose].bind(session);
  return Object.assign(session, {
    [Symbol.asyncDispose]: async () => {
      await close();
      network[Symbol.dispose]();
    },
  });
}

test("a new device is caught up when it holds all that the others know, in memory and on its disk, and not before", async () => {
  await using relay = await FakeRelay.open();
  const relays = [relay.url];
  let known: unknown;
  {
    await using first = await opened("first", relays, new Map());
    for (const name of ["rose", "thorn"]) {
      const made = await first.groups!.create({ name, relays });
      if (!made.ok) throw new Error(made.reason);
      for (let i = 0; i < 8; i++) await first.groups!.say(made.id, { text: `${name} ${i}` });
    }
    const made = await first.channels!.create({ metadata: { name: "garden" }, relays });
    if (!made.ok) throw new Error(made.reason);
    for (let i = 0; i < 8; i++) await first.channels!.say(made.id, `garden ${i}`);
    await first.settled();
    const places = [...first.outbox.deliveries.current.values()].flatMap(({ relays: at }) => [...at.values()]);
    expect(places.every(({ kind }) => kind === "accepted")).toBe(true);
    known = shown(first);
  }
  const disk: MemoryDisk = new Map();
  {
    await using second = await opened("second", relays, disk);
    expect(isFull(await second.caughtUp())).toBe(true);
    expect(shown(second)).toEqual(known);
  }
  await using offline = await opened("offline", [NOWHERE], disk);
  await offline.caughtUp();
  expect(shown(offline)).toEqual(known);
});

function isFull({ relays }: Heard): boolean {
  return [...relays.values()].every((standing) => standing === "fully");
}

/** What a screen shows of it, without what is a device's own. */
function shown({ groups, channels }: Session): unknown {
  return {
    groups: [...groups!.list.current]
      .map(([id, { name, phase }]) => ({
        ...{ id, name, phase },
        said: groups!.group(id).current?.entries.map(({ text }) => text),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    channels: [...channels!.list.current].map(([id, { name }]) => ({
      ...{ id, name },
      said: channels!.channel(id).current?.entries.flatMap((entry) => ("text" in entry ? [entry.text] : [])),
    })),
  };
}

test("a publication is over when what became of it is written down and shown, however slow the disk is", async () => {
  await using relay = await FakeRelay.open();
  using network = new Network(relayOptions("slow disk", systemClock));
  const inner = openMemoryStore();
  const store: Store = {
    ...inner,
    commit: async (changes) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await inner.commit(changes);
    },
  };
  await using session = await openSession({
    ...{ store, identity: ownIdentity(anna.secret), network, relays: [relay.url], curve },
    ...{ clock: systemClock, random: seededRandom("slow disk"), allowPrivateRelays: true, saveDelay: 0 },
  });
  const { outbox } = session;
  await outbox.send(person("slow disk").sign({ content: "out" }), "nobody", [relay.url]);
  expect(outbox.trying.current).toBe(1);
  for await (const trying of outbox.trying.values(new AbortController().signal)) if (trying === 0) break;
  const places = [...session.outbox.deliveries.current.values()].flatMap(({ relays: at }) => [...at.values()]);
  expect(places.length).toBe(1);
  expect(places.filter(({ kind }) => kind !== "accepted")).toEqual([]);
});
