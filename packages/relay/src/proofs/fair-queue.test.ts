import { expect, test } from "vitest";
import { generator } from "../../test/events.ts";
import { FairQueue } from "./fair-queue.ts";

test("addresses take turns, and the connections of one address among themselves", () => {
  const queue = new FairQueue<string>();
  const [a1, a2, b1] = [{}, {}, {}];
  for (const item of ["a1/1", "a1/2", "a1/3"]) queue.push({ address: "a", connection: a1 }, item);
  queue.push({ address: "a", connection: a2 }, "a2/1");
  for (const item of ["b1/1", "b1/2"]) queue.push({ address: "b", connection: b1 }, item);
  expect([...queue.drain()]).toEqual(["a1/1", "b1/1", "a2/1", "b1/2", "a1/2", "a1/3"]);
  expect(queue.size).toBe(0);
  expect(queue.shift()).toBeUndefined();
});

test("nothing is lost, nothing comes twice, and each connection keeps its order (seed 7)", () => {
  const random = generator(7);
  const connections = Array.from({ length: 9 }, (_, i) => ({ address: `${i % 4}`, connection: {}, next: 0, seen: 0 }));
  const queue = new FairQueue<{ of: number; n: number }>();
  let waiting = 0;
  for (let i = 0; i < 20_000; i++) {
    if (random(2) === 0) {
      const of = random(connections.length);
      const lane = connections[of]!;
      queue.push(lane, { of, n: lane.next++ });
      waiting++;
    } else {
      const item = queue.shift();
      expect(item === undefined).toBe(waiting === 0);
      if (item !== undefined) {
        waiting--;
        expect(item.n).toBe(connections[item.of]!.seen++);
      }
    }
    expect(queue.size).toBe(waiting);
  }
});
