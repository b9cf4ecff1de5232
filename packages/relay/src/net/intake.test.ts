import { expect, test } from "vitest";
import { FRAMES_A_TURN, Intake } from "./intake.ts";

/** A socket that notes whether it is read, and a taker that notes what it took. */
function reading(window = 64, maxInFlight = 512) {
  const taken: number[] = [];
  const state = { isRead: true, isBehind: false, onTake: (_: number): void => {} };
  const ws = {
    pause: () => {
      state.isRead = false;
    },
    resume: () => {
      state.isRead = true;
    },
  };
  const take = (data: Buffer): void => {
    const n = data.readUInt32BE();
    taken.push(n);
    state.onTake(n);
  };
  const intake = new Intake({ ws, take, isBehind: () => state.isBehind }, window, maxInFlight);
  let next = 0;
  const come = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const data = Buffer.alloc(4);
      data.writeUInt32BE(next++);
      intake.receive(data, false);
    }
  };
  return { taken, state, intake, come };
}

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const aTurn = (): Promise<void> => new Promise((done) => setImmediate(() => setImmediate(done)));

test("R6: what a client has sent already waits with the rest once its window is full, in order", () => {
  const { taken, state, intake, come } = reading(4);
  state.onTake = () => intake.begin();
  come(10);
  expect(taken).toEqual(count(4));
  expect(state.isRead).toBe(false);
  for (let i = 0; i < 3; i++) intake.finish();
  expect(taken).toEqual(count(8));
  for (let at = 0; at < 7; at++) intake.finish();
  expect(taken).toEqual(count(10));
  expect(state.isRead).toBe(true);
});

test("events that are answered at once never fill a window, however small", () => {
  const { taken, state, intake, come } = reading(1, 1);
  state.onTake = () => {
    intake.begin();
    intake.finish();
  };
  come(100);
  expect(taken).toEqual(count(100));
  expect(state.isRead).toBe(true);
});

test("a packet of thousands of frames is taken in turns, in order", async () => {
  const { taken, come } = reading();
  come(3 * FRAMES_A_TURN + 5);
  expect(taken).toEqual(count(FRAMES_A_TURN));
  await aTurn();
  expect(taken.length).toBeGreaterThanOrEqual(2 * FRAMES_A_TURN);
  while (taken.length < 3 * FRAMES_A_TURN + 5) await aTurn();
  expect(taken).toEqual(count(3 * FRAMES_A_TURN + 5));
});

test("R6: a penalty holds back what came before it, whatever else is answered", async () => {
  const { taken, state, intake, come } = reading();
  state.onTake = (n) => {
    if (n === 2) intake.wait(50);
  };
  come(6);
  intake.resumeIfCalm();
  expect(taken).toEqual(count(3));
  expect(state.isRead).toBe(false);
  while (taken.length < 6) await new Promise((done) => setTimeout(done, 5));
  expect(taken).toEqual(count(6));
  expect(state.isRead).toBe(true);
});

test("who does not read what it is sent is not read", () => {
  const { taken, state, intake, come } = reading();
  state.isBehind = true;
  come(3);
  expect(taken).toEqual([0]);
  state.isBehind = false;
  intake.resumeIfCalm();
  expect(taken).toEqual([0, 1, 2]);
});

test("after the end nothing is taken, and the socket is read so that a goodbye is heard", () => {
  const { taken, state, intake, come } = reading();
  state.onTake = () => intake.wait(60_000);
  come(3);
  expect(state.isRead).toBe(false);
  intake.end();
  come(3);
  expect(taken).toEqual([0]);
  expect(state.isRead).toBe(true);
});
