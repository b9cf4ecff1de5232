import fc from "fast-check";
import { expect, test } from "vitest";
import { EMPTY_QUEUE, type Entry, MAX_WAITING, type Queue, type QueueEvent, step } from "./queue.ts";

const entry = (n: number, more: Partial<Entry> = {}): Omit<Entry, "phase"> => ({
  id: `id${n}`,
  callId: `call${n}`,
  origin: "https://site.example",
  tab: 1,
  account: "a",
  method: "signEvent",
  params: "[]",
  needs: "consent",
  ...more,
});

function run(events: readonly QueueEvent[], from: Queue = EMPTY_QUEUE): Queue {
  return events.reduce((state, event) => step(state, event).state, from);
}

test("at most ten wait; the eleventh is turned away", () => {
  const full = run(Array.from({ length: MAX_WAITING }, (_, n) => ({ kind: "asked", entry: entry(n) })));
  expect(full.entries).toHaveLength(MAX_WAITING);
  expect(step(full, { kind: "asked", entry: entry(99) })).toMatchObject({ state: full, ignored: "full" });
});

test("one is shown at a time, in the order they came", () => {
  const two = run([
    { kind: "asked", entry: entry(1) },
    { kind: "asked", entry: entry(2) },
  ]);
  expect(two.entries.map(({ phase }) => phase)).toEqual(["shown", "waiting"]);
  const { state, effects } = step(two, { kind: "denied", id: "id1" });
  expect(state.entries).toMatchObject([{ id: "id2", phase: "shown" }]);
  expect(effects.map(({ kind }) => kind)).toEqual(["hide", "deliver", "show"]);
});

test("a call that a page repeats is ignored, while it waits and after it was answered", () => {
  const waiting = run([{ kind: "asked", entry: entry(1) }]);
  expect(step(waiting, { kind: "asked", entry: entry(2, { callId: "call1" }) }).ignored).toBe("repeated");
  const answered = run([{ kind: "denied", id: "id1" }], waiting);
  expect(step(answered, { kind: "asked", entry: entry(3, { callId: "call1" }) }).ignored).toBe("repeated");
});

test("what was running when the worker stopped is refused, never run again", () => {
  const running = run([
    { kind: "asked", entry: entry(1) },
    { kind: "allowed", id: "id1" },
  ]);
  const { state, effects } = step(running, { kind: "restarted" });
  expect(state.entries).toEqual([]);
  expect(effects).toMatchObject([{ kind: "deliver", answered: { answer: { ok: false, code: "refused" } } }]);
  expect(step(state, { kind: "allowed", id: "id1" }).ignored).toBe("unknown-id");
});

test("a switch of accounts refuses what was asked of the other account, and only on that site", () => {
  const three = run([
    { kind: "asked", entry: entry(1) },
    { kind: "asked", entry: entry(2, { origin: "https://other.example" }) },
    { kind: "asked", entry: entry(3, { account: "b" }) },
  ]);
  const { state } = step(three, { kind: "account-switched", origin: "https://site.example", account: "b" });
  expect(state.entries.map(({ id }) => id)).toEqual(["id2", "id3"]);
});

test("a page that is gone takes its requests with it, and nobody hears an answer", () => {
  const two = run([
    { kind: "asked", entry: entry(1) },
    { kind: "asked", entry: entry(2, { tab: 2 }) },
  ]);
  const { state, effects } = step(two, { kind: "page-gone", origin: "https://site.example", tab: 1 });
  expect(state.entries).toMatchObject([{ id: "id2", phase: "shown" }]);
  expect(effects.map(({ kind }) => kind)).toEqual(["hide", "show"]);
});

const anyEvent: fc.Arbitrary<QueueEvent> = fc.oneof(
  fc
    .record({ n: fc.nat(14), tab: fc.constantFrom(1, 2), account: fc.constantFrom("a", "b") })
    .map(({ n, ...more }): QueueEvent => ({ kind: "asked", entry: entry(n, more) })),
  fc.record({
    kind: fc.constantFrom("allowed" as const, "denied" as const, "prompt-closed" as const),
    id: fc.nat(14).map((n) => `id${n}`),
  }),
  fc.nat(14).map((n): QueueEvent => ({ kind: "finished", id: `id${n}`, answer: { ok: true, value: "1" } })),
  fc
    .nat(14)
    .map((n): QueueEvent => ({ kind: "collected", callId: `call${n}`, origin: "https://site.example", tab: 1 })),
  fc.constant<QueueEvent>({ kind: "account-switched", origin: "https://site.example", account: "b" }),
  fc.constant<QueueEvent>({ kind: "page-gone", origin: "https://site.example", tab: 2 }),
  fc.constant<QueueEvent>({ kind: "restarted" }),
);

test("any order of events: bounded, one shown while any waits, nothing run twice, state survives as JSON", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      let state = EMPTY_QUEUE;
      const ran: string[] = [];
      const asked: string[] = [];
      for (const event of events) {
        const before = state;
        const stepped = step(state, event);
        state = JSON.parse(JSON.stringify(stepped.state)) as Queue;
        expect(state).toEqual(stepped.state);
        if (stepped.ignored !== undefined) expect(state).toEqual(before);
        if (event.kind === "asked" && stepped.ignored === undefined) asked.push(event.entry.id);
        for (const effect of stepped.effects) if (effect.kind === "run") ran.push(effect.entry.id);
        expect(state.entries.length).toBeLessThanOrEqual(MAX_WAITING);
        const phases = state.entries.map(({ phase }) => phase);
        expect(phases.filter((phase) => phase === "shown").length).toBe(
          phases.some((phase) => phase !== "running") ? 1 : 0,
        );
      }
      for (const id of new Set(ran)) {
        expect(ran.filter((one) => one === id).length).toBeLessThanOrEqual(asked.filter((one) => one === id).length);
      }
    }),
    { numRuns: process.env["SUBROSA_LONG"] === undefined ? 200 : 10_000 },
  );
});
