import type { SchnorrItem } from "@subrosa/core/curve/curve";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { expect, test } from "vitest";
import { event, NOW } from "../test/events.ts";
import type { Entry } from "./event/entry.ts";
import { Ingest, type Sender } from "./ingest.ts";
import type { Store } from "./store/store.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const saying = (content: string): SignedEvent => event({ content });

/** An ingest whose verifier answers when it is told to, and whose store takes everything. */
function ingesting() {
  const asked: { readonly ids: readonly string[]; readonly answer: (holds: boolean) => void }[] = [];
  const stored: string[] = [];
  const store = {
    has: () => false,
    append: async (entries: readonly Entry[]) =>
      entries.map((entry) => {
        stored.push(entry.event.id);
        return { kind: "stored", offset: 0 };
      }),
  } as unknown as Store;
  const verifier = {
    verify: (items: readonly SchnorrItem[]) =>
      new Promise<readonly boolean[]>((resolve) => {
        asked.push({
          ids: items.map(({ message }) => hex(message)),
          answer: (holds) => resolve(items.map(() => holds)),
        });
      }),
  };
  const ingest = new Ingest({
    store,
    verifier,
    policy: () => undefined,
    clock: () => NOW,
    deliver: () => {},
    onFailure: (error) => {
      throw error;
    },
    maxBatch: 10,
  });
  const answers: (readonly [connection: string, accepted: boolean])[] = [];
  const sender = (address: string, connection: object): Sender => ({
    context: { now: NOW, keys: new Set(), images: [], address, recent: () => 0 },
    lane: { address, connection },
    answer: (accepted) => answers.push([address, accepted]),
  });
  return { ingest, asked, stored, answers, sender };
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(() => setImmediate(done)));

test("what comes while the verifier has two batches waits, and goes in turns between connections", async () => {
  const { ingest, asked, stored, answers, sender } = ingesting();
  const many = Array.from({ length: 100 }, (_, i) => saying(`many ${i}`));
  const loud = sender("a", {});
  for (const each of many) ingest.submit(each, loud);
  await turn();
  expect(asked.map(({ ids }) => ids.length)).toEqual([10, 10]);
  const [few, neighbour] = [saying("one of few"), saying("of the same address")];
  ingest.submit(few, sender("b", {}));
  ingest.submit(neighbour, sender("a", {}));
  expect(ingest.inFlight).toBe(102);
  asked[0]!.answer(true);
  await turn();
  expect(asked.length).toBe(3);
  expect(asked[2]!.ids).toContain(few.id);
  expect(asked[2]!.ids).toContain(neighbour.id);
  for (let at = 1; at < 11; at++) {
    asked[at]!.answer(true);
    await turn();
  }
  await ingest.settled();
  // Nobody's own events overtook each other.
  expect(stored.filter((id) => id !== few.id && id !== neighbour.id)).toEqual(many.map(({ id }) => id));
  expect(answers.length).toBe(102);
  expect(ingest.accepted).toBe(102);
});

test("batches answered out of order are stored in the order in which they were made", async () => {
  const { ingest, asked, stored, sender } = ingesting();
  const events = Array.from({ length: 20 }, (_, i) => saying(`${i}`));
  const one = sender("a", {});
  for (const each of events) ingest.submit(each, one);
  await turn();
  asked[1]!.answer(true);
  await turn();
  expect(stored).toEqual([]);
  asked[0]!.answer(true);
  await ingest.settled();
  expect(stored).toEqual(events.map(({ id }) => id));
});

test("what does not verify is refused, and the next batch goes on", async () => {
  const { ingest, asked, stored, answers, sender } = ingesting();
  ingest.submit(saying("bad"), sender("a", {}));
  await turn();
  ingest.submit(saying("good"), sender("b", {}));
  await turn();
  asked[0]!.answer(false);
  asked[1]!.answer(true);
  await ingest.settled();
  expect(answers).toEqual([
    ["a", false],
    ["b", true],
  ]);
  expect(stored.length).toBe(1);
});
