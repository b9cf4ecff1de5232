import type { EventId } from "@subrosa/core/bytes";
import { plain, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { RelayProcess } from "./relay-process.ts";
import { fastClock, person, relayOptions, START, until } from "./relay-stage.ts";

const author = person("fills gaps");
const clock = fastClock(1);
const { signal } = new AbortController();
let relay: RelayProcess;
beforeAll(async () => {
  relay = await RelayProcess.start();
});
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
