import type { EventId } from "@subrosa/core/bytes";
import { expect, test } from "vitest";
import { openLmdbStore } from "../../src/store/lmdb-store.ts";
import { event, key, NOW } from "../events.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

test("publish, ask, listen, count, close: one relay, two clients", async () => {
  await using it = await RelayUnderTest.open();
  const [alice, bob] = [await it.client(), await it.client()];
  const first = event({ content: "hello" });
  expect(await alice.publish(first)).toEqual({ accepted: true, reason: "" });
  expect(await alice.publish(first)).toEqual({ accepted: true, reason: expect.stringMatching(/^duplicate: /) });
  const { name, ids } = await bob.ask({ kinds: [1] });
  expect(ids).toEqual([first.id]);
  const second = event({ content: "🌹", created_at: NOW + 1 });
  await alice.publish(second);
  await bob.wait((frame) => frame[0] === "EVENT" && (frame[2] as { id: string }).id === second.id);
  expect(await bob.count({ authors: [key(1)] })).toBe(2);
  bob.send("CLOSE", name);
  await bob.settle();
  await alice.publish(event({ content: "unheard" }));
  await bob.settle();
  expect(bob.events(name)).toEqual([first.id, second.id]);
});

test("a forged signature is refused, an event that was changed too", async () => {
  await using it = await RelayUnderTest.open();
  const client = await it.client();
  const forged = { ...event(), sig: `bad0${"0".repeat(124)}` };
  expect(await client.publish(forged)).toMatchObject({
    accepted: false,
    reason: expect.stringMatching(/^invalid: .*signature/),
  });
  expect(await client.publish({ ...event(), content: "changed" } as never)).toMatchObject({ accepted: false });
  expect((await client.ask({})).ids).toEqual([]);
});

test("stopping: connections hear it, and what was answered before is there afterwards", async () => {
  const it = await RelayUnderTest.open();
  const client = await it.client();
  const events = Array.from({ length: 50 }, (_, i) => event({ content: `${i}` }));
  for (const each of events) client.send("EVENT", each);
  await client.wait(([verb]) => verb === "OK");
  await it.relay.close();
  expect(client.closed?.code).toBe(1001);
  const answered = client.frames.flatMap((frame) =>
    frame[0] === "OK" && frame[2] === true ? [frame[1] as string] : [],
  );
  expect(answered.length).toBeGreaterThan(0);
  const store = await openLmdbStore({ dir: it.dir });
  for (const id of answered) expect(store.has(id as EventId)).toBe(true);
  await store.close();
  await it[Symbol.asyncDispose]();
});
