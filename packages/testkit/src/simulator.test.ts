import { expect, test } from "vitest";
import { type Faults, Simulator } from "./simulator.ts";
import { SimulatedNodes } from "./simulator-nodes.ts";
import { SeededRandom } from "./simulator-random.ts";

const rough: Faults = { drop: 0.3, repeat: 0.3, delay: 60, withhold: 0.3 };
const id = (message: string): string => message;

function history(seed: number, faults: Partial<Faults> = rough): { log: string[]; held: Set<string>[] } {
  const network = new Simulator<string>({ seed, viewers: 3, relays: 2, id, faults });
  const held = Array.from({ length: 3 }, () => new Set<string>());
  const log: string[] = [];
  const drain = (): void => {
    for (let d = network.next(); d !== undefined; d = network.next()) {
      held[d.viewer]!.add(d.message);
      log.push(`${d.at} ${d.viewer} ${d.message}`);
    }
  };
  for (let i = 0; i < 10; i++) network.publish(i % 3, `m${i}`);
  drain();
  log.push("healed");
  network.heal();
  drain();
  return { log, held };
}

test("one seed gives one history, another seed another", () => {
  expect(history(7)).toEqual(history(7));
  expect(history(7).log).not.toEqual(history(8).log);
});

test("without faults everybody receives everything at once, in order, once from each relay", () => {
  const network = new Simulator<string>({ seed: 1, viewers: 2, relays: 1, id });
  network.publish(0, "a");
  network.publish(1, "b");
  const received = Array.from({ length: 4 }, () => network.next());
  expect(received.map((d) => `${d!.viewer}${d!.message}`)).toEqual(["0a", "1a", "0b", "1b"]);
  expect(network.next()).toBeUndefined();
});

test("faults lose, repeat and reorder; after healing everybody holds everything", () => {
  let [lost, repeated, reordered] = [0, 0, 0];
  for (let seed = 0; seed < 50; seed++) {
    const { log, held } = history(seed);
    const before = log.slice(0, log.indexOf("healed"));
    const seen = before.map((line) => line.split(" ").slice(1).join(" "));
    if (new Set(seen).size < 30) lost++;
    if (new Set(seen).size < seen.length) repeated++;
    const first = seen.filter((line) => line.startsWith("0")).map((line) => Number(line.slice(3)));
    if (first.some((n, i) => i > 0 && n < first[i - 1]!)) reordered++;
    expect(held.map((set) => set.size)).toEqual([10, 10, 10]);
  }
  expect(Math.min(lost, repeated, reordered)).toBeGreaterThan(25);
});

test("the clock never runs backwards", () => {
  const times = history(3).log.flatMap((line) => (line === "healed" ? [] : [Number(line.split(" ")[0])]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("what is withheld from a viewer does not reach him even when he asks, until healed", () => {
  const network = new Simulator<string>({ seed: 1, viewers: 2, relays: 1, id });
  network.withhold(0, 1, "secret");
  network.publish(0, "secret");
  network.ask(1);
  const before = Array.from({ length: network.pending }, () => network.next()!.viewer);
  expect(before).toEqual([0]);
  network.heal();
  const after = Array.from({ length: network.pending }, () => network.next()!);
  expect(after.some((d) => d.viewer === 1 && d.message === "secret")).toBe(true);
});

test("a viewer who is cut off neither sends nor receives", () => {
  const network = new Simulator<string>({ seed: 1, viewers: 2, relays: 2, id });
  network.partition(0, [0, 1]);
  expect(network.publish(0, "unsent")).toBe(false);
  network.publish(1, "b", [0]);
  expect(network.next()).toMatchObject({ viewer: 1 });
  expect(network.next()).toBeUndefined();
  expect(network.stored(0)).toEqual(["b"]);
  expect(network.stored(1)).toEqual([]);
});

interface Disk {
  readonly seen: readonly string[];
  readonly outbox: readonly string[];
}

/** Remembers what it has seen; owes a "pong" for every "ping" until the pong comes back from a relay. */
function ponger(_viewer: number, disk: Disk | undefined) {
  const seen = new Set(disk?.seen);
  const outbox = new Set(disk?.outbox);
  const receive = (message: string): string[] => {
    outbox.delete(message);
    if (seen.has(message)) return [];
    seen.add(message);
    if (message === "ping") outbox.add("pong");
    return [...outbox];
  };
  return { receive, wake: () => [...outbox], durable: (): Disk => ({ seen: [...seen].sort(), outbox: [...outbox] }) };
}

test("a node comes back from its disk and asks again; what it had not saved is gone", () => {
  const network = new Simulator<string>({ seed: 5, viewers: 2, relays: 1, id });
  const nodes = new SimulatedNodes<string, Disk>(network, ponger);
  nodes.perform(0, () => ["ping"]);
  nodes.restart(1);
  nodes.run();
  expect(nodes.node(1).durable().seen).toEqual(["ping", "pong"]);
  nodes.node(1).receive("unsaved", 0);
  expect(nodes.node(1).durable().seen).toEqual(["ping", "pong", "unsaved"]);
  nodes.restart(1);
  expect(nodes.node(1).durable().seen).toEqual(["ping", "pong"]);
});

test("an answer lost to a crash is in the outbox of the next life", () => {
  const network = new Simulator<string>({ seed: 5, viewers: 2, relays: 1, id });
  const nodes = new SimulatedNodes<string, Disk>(network, ponger);
  nodes.crashBeforePublish(1, (node, now) => node.receive("ping", now));
  expect(network.stored(0)).toEqual([]);
  expect(nodes.node(1).durable()).toEqual({ seen: ["ping"], outbox: ["pong"] });
  nodes.wake();
  nodes.run();
  expect(nodes.node(0).durable().seen).toEqual(["pong"]);
  expect(nodes.node(1).durable().outbox).toEqual([]);
});

test("the generator is even enough and a shuffle keeps everything", () => {
  const random = new SeededRandom(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  expect(random.bytes(32)).toHaveLength(32);
});
