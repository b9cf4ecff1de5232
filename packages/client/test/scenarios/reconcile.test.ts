import type { EventId } from "@subrosa/core/bytes";
import { plain, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "../../src/ports.ts";
import { Network } from "../../src/relay/network.ts";
import { Pursuit, SWEEP_EVERY } from "../../src/session/pursuit.ts";
import { RelayProcess } from "./relay-process.ts";
import { fastClock, person, relayOptions, START, until } from "./relay-stage.ts";

const author = person("fills gaps");
const clock = fastClock(1);
const { signal } = new AbortController();
let relay: RelayProcess;
beforeAll(async () => {
  relay = await RelayProcess.start();
}, 120_000);
afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
});

const filter = { kinds: [1], authors: [author.pubkey] };
const letters = (from: number, count: number): VerifiedEvent[] =>
  Array.from({ length: count }, (_, i) =>
    author.sign({ content: `letter ${from + i}`, created_at: START + Math.floor((from + i) / 3) }),
  );

test("what our relay has and we lack is found by NIP-77, however it is dated, and nothing else is transferred", async () => {
  using network = new Network(relayOptions("filler", clock));
  const presence = network.anonymously();
  const all = letters(0, 700);
  const results = await Promise.all(all.slice(0, 650).map((event) => presence.publish([relay.url], event)));
  expect(results.every(([result]) => result?.outcome === "accepted")).toBe(true);
  // We have the newest and the oldest, the relay lacks fifty, and three old ones came while we were away.
  const gaps = [17, 300, 301];
  const known = all.filter((_, i) => !gaps.includes(i));
  const got: EventId[] = [];
  const onEvent = ({ id }: VerifiedEvent): void => void got.push(id);
  const [filled] = await presence.fill([relay.url], filter, { known, onEvent, signal });
  expect(filled).toMatchObject({ how: "reconciled", complete: true });
  expect(got.toSorted()).toEqual(gaps.map((i) => all[i]!.id).toSorted());
  expect(filled!.lacks?.toSorted()).toEqual(
    all
      .slice(650)
      .map(({ id }) => id)
      .toSorted(),
  );
  // From nothing, and once more with everything.
  const fresh: EventId[] = [];
  const [first] = await presence.fill([relay.url], filter, {
    known: [],
    onEvent: ({ id }) => void fresh.push(id),
    signal,
  });
  expect([first?.how, first?.complete, new Set(fresh).size]).toEqual(["reconciled", true, 650]);
  const [again] = await presence.fill([relay.url], filter, { known: all.slice(0, 650), onEvent, signal });
  expect([again?.lacks, got.length]).toEqual([[], 3]);
});

test("a relay without NIP-77 is asked for its pages, and tells us the same", async () => {
  await using fake = await FakeRelay.open();
  const all = letters(0, 60);
  for (const event of all.slice(0, 50)) fake.add(plain(event));
  using network = new Network(relayOptions("pages", clock));
  const got: EventId[] = [];
  const known = all.filter((_, i) => i % 10 !== 3);
  const presence = network.anonymously();
  const options = { known, onEvent: ({ id }: VerifiedEvent) => void got.push(id), signal };
  const [filled] = await presence.fill([fake.url], filter, options);
  expect(filled).toMatchObject({ how: "pages", complete: true });
  expect(got.toSorted()).toEqual([3, 13, 23, 33, 43].map((i) => all[i]!.id).toSorted());
  expect(filled!.lacks?.toSorted()).toEqual(
    all
      .slice(50)
      .filter((_, i) => i !== 3)
      .map(({ id }) => id)
      .toSorted(),
  );
  // One that withholds is found out where it names what it does not give; here it simply does not say, and nothing is lost.
  fake.misbehaviour = { withhold: ({ id }) => id === all[3]!.id };
  got.length = 0;
  await presence.fill([fake.url], filter, options);
  expect(got).toHaveLength(4);
});

test("nobody there, and a call that is called off, end as what they are", async () => {
  using network = new Network(relayOptions("nobody", clock));
  const onEvent = (): void => undefined;
  const presence = network.anonymously();
  const [away] = await presence.fill(["ws://127.0.0.1:9"], filter, { known: [], onEvent, signal, timeout: 300 });
  expect(away).toMatchObject({ how: "unreachable", complete: false, lacks: undefined });
  const controller = new AbortController();
  await using fake = await FakeRelay.open();
  fake.misbehaviour = { mute: ["EOSE"] };
  const filling = presence.fill([fake.url], filter, { known: [], onEvent, signal: controller.signal });
  await until("it is asked", () => fake.connections.some(({ said }) => said.some(({ type }) => type === "NEG-OPEN")));
  controller.abort();
  expect((await filling)[0]).toMatchObject({ how: "aborted", complete: false });
});

test("once a week, and at a new relay, a query that is known fills its gaps: only what is missing is transferred (CHANNEL-10)", async () => {
  await using fake = await FakeRelay.open();
  const someone = person("pursued");
  const pursued = { kinds: [1], authors: [someone.pubkey] };
  const all = Array.from({ length: 120 }, (_, i) => someone.sign({ content: `${i}`, created_at: START + i }));
  const late = someone.sign({ content: "dated far back", created_at: START + 40 });
  const held = new Map<EventId, VerifiedEvent>();
  let time = Math.floor(Date.now() / 1_000);
  const moving: Clock = { now: () => time, after: clock.after };
  /** One opening, until it is caught up; answers with what was transferred, and what each relay was found to lack. */
  const open = async (urls: readonly string[], kept: ReadonlyMap<string, number>, isWhole = false) => {
    using network = new Network({ ...relayOptions("pursuit", clock), clock: moving });
    const transferred: string[] = [];
    const lacking = new Map<string, readonly EventId[]>();
    using pursuit = new Pursuit({
      ...{ presence: network.anonymously(), hearing: network.hearing, clock: moving, kept },
      relays: urls.map((url) => relayUrl(url)!),
      filters: { words: pursued },
      ...(isWhole ? {} : { known: async () => [...held.values()] }),
      onEvent: async (event) => {
        transferred.push(event.content);
        held.set(event.id, event);
      },
      onSwept: async ({ relay: at, isHeld }) => {
        lacking.set(
          at,
          [...held.keys()].filter((id) => !isHeld(id)),
        );
      },
    });
    await network.hearing.caughtUp();
    expect(pursuit.isCaughtUp).toBe(true);
    return { transferred, lacking, cursors: pursuit.cursors() };
  };
  using network = new Network(relayOptions("pursuit publisher", clock));
  const publisher = network.anonymously();
  for (const event of all.slice(0, 100)) await publisher.publish([relay.url], event);
  const first = await open([relay.url], new Map());
  expect([first.transferred.length, first.lacking.get(relayUrl(relay.url)!)]).toEqual([100, []]);
  // What we said without them, and what came dated back while nobody listened.
  for (const event of all.slice(100)) held.set(event.id, event);
  await publisher.publish([relay.url], late);
  const soon = await open([relay.url], first.cursors);
  expect([soon.transferred, soon.lacking.size]).toEqual([[], 0]);
  time += SWEEP_EVERY + 60;
  const week = await open([relay.url], soon.cursors);
  expect(week.transferred).toEqual(["dated far back"]);
  const ours = all.slice(100).map(({ id }) => id);
  expect(week.lacking.get(relayUrl(relay.url)!)?.toSorted()).toEqual(ours.toSorted());
  expect((await open([relay.url], week.cursors)).lacking.size).toBe(0);
  // A relay that is new, and does not know NIP-77, is asked for its pages.
  for (const event of all.slice(0, 50)) fake.add(plain(event));
  const second = await open([relay.url, fake.url], week.cursors);
  expect(second.transferred).toEqual([]);
  expect(second.lacking.get(relayUrl(fake.url)!)?.length).toBe(71);
  expect(second.cursors.size).toBe(4);
  // Who holds nothing is shown everything.
  expect((await open([relay.url], new Map(), true)).transferred.length).toBe(101);
});
