/** Neighbours: what one connection does, slow or loud, is felt by that connection. */
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { verifierOf } from "../../src/verify/verifier.ts";
import { Client } from "../client.ts";
import { event, key, NOW } from "../events.ts";
import { curve, person } from "../member.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const handshake = `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n\r\n`;

function text(message: string): Buffer {
  const payload = Buffer.from(message);
  const head =
    payload.length < 126
      ? Buffer.of(0x81, 0x80 | payload.length)
      : Buffer.of(0x81, 0xfe, payload.length >> 8, payload.length & 255);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/** Subscribes to everything and never reads. */
function stalledReader(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.pause();
  return new Promise((resolve) => {
    socket.once("connect", () => {
      socket.write(Buffer.concat([Buffer.from(handshake), text('["REQ","all",{"limit":0}]')]), () => resolve(socket));
    });
  });
}

const LONG = process.env["SUBROSA_LONG"] !== undefined;
const STALLED = LONG ? 1_000 : 20;

test("R5: readers that do not read are cut off at the cap; who reads gets everything", async () => {
  const cap = 1 << 18;
  const before = process.memoryUsage.rss();
  await using it = await RelayUnderTest.open({ config: { maxPendingBytes: cap } });
  const stalled = await Promise.all(Array.from({ length: STALLED }, () => stalledReader(it.relay.port)));
  const [reader, writer] = [await it.client(), await it.client()];
  const { name } = await reader.ask({ limit: 0 });
  const filler = "x".repeat(60_000);
  const ids: string[] = [];
  // What the kernel's buffers take comes on top of the cap.
  for (let i = 0; i < 300 && it.relay.figures().connections > 2; i++) {
    const it = event({ content: `${i}${filler}` });
    ids.push(it.id);
    await writer.publish(it);
  }
  expect(it.relay.figures().connections).toBe(2);
  await reader.wait(
    ([verb, of, last]) => verb === "EVENT" && of === name && (last as { id: string }).id === ids.at(-1),
  );
  expect(reader.events(name)).toEqual(ids);
  expect(process.memoryUsage.rss() - before).toBeLessThan((512 << 20) + 2 * STALLED * cap);
  for (const socket of stalled) socket.destroy();
});

test("a query whose reader is slow waits for him, and for nobody else", async () => {
  await using it = await RelayUnderTest.open();
  const writer = await it.client();
  const filler = "y".repeat(30_000);
  for (let i = 0; i < 200; i++) await writer.publish(event({ created_at: NOW - i, content: `${i}${filler}` }));
  const slow = await it.client();
  slow.ws.pause();
  for (let i = 0; i < 5; i++) slow.send("REQ", `q${i}`, { limit: 200 });
  const quick = await it.client();
  expect((await quick.ask({ limit: 200 })).ids.length).toBe(200);
  slow.ws.resume();
  for (let i = 0; i < 5; i++) await slow.wait(([verb, of]) => verb === "EOSE" && of === `q${i}`, 60_000);
  for (let i = 0; i < 5; i++) expect(slow.events(`q${i}`).length).toBe(200);
});

test("R6: a flood of bad signatures ends with its connection, while others are answered", async () => {
  await using it = await RelayUnderTest.open();
  const [flooder, other] = [await it.client(), await it.client()];
  for (let i = 0; i < 5_000; i++) {
    flooder.send("EVENT", { ...event({ content: `${i}` }), sig: `bad0${"0".repeat(124)}` });
  }
  for (let i = 0; i < 20; i++) expect((await other.publish(event({ by: 2, content: `${i}` }))).accepted).toBe(true);
  for (let i = 0; i < 500 && flooder.closed === undefined; i++) await new Promise((done) => setTimeout(done, 10));
  expect(flooder.closed?.code).toBe(1008);
  expect(await other.count({})).toBe(20);
});

const FORGERIES = LONG ? 10_000 : 2_000;

test(`R6: ${FORGERIES} bad signatures over ever new connections: others are answered, memory is bounded`, async () => {
  await using it = await RelayUnderTest.open({ verifier: verifierOf(curve), config: { faultsPerSecond: 4_000 } });
  const before = process.memoryUsage.rss();
  const author = person();
  const sig = "12".repeat(64);
  let closed = 0;
  let isFlooding = true;
  const flood = (async () => {
    for (let sent = 0; sent < FORGERIES; ) {
      await using flooder = await Client.open(it.relay.url);
      for (let i = 0; i < 400; i++, sent++) flooder.send("EVENT", { ...event({ content: `${sent}` }), sig });
      while (flooder.closed === undefined) await new Promise((done) => setTimeout(done, 2));
      if (flooder.closed.code === 1008) closed++;
    }
    isFlooding = false;
  })();
  const other = await it.client();
  let answered = 0;
  while (isFlooding || answered < 20) {
    const mine = author.sign({ kind: 1, created_at: NOW, tags: [], content: `${answered}` });
    expect((await other.publish(mine)).accepted).toBe(true);
    answered++;
  }
  await flood;
  expect(closed).toBe(FORGERIES / 400);
  expect(await other.count({})).toBe(answered);
  expect(process.memoryUsage.rss() - before).toBeLessThan(384 << 20);
});

test("R6: faults beyond the budget of an address wait; who makes none never does, from the same address", async () => {
  await using it = await RelayUnderTest.open({ config: { faultsPerSecond: 1 } });
  const [flooder, honest] = [await it.client(), await it.client()];
  for (let i = 0; i < 200; i++) flooder.send("EVENT", { ...event({ content: `${i}` }), kind: -1 });
  await flooder.wait(([verb, , ok]) => verb === "OK" && ok === false);
  for (let i = 0; i < 20; i++) expect((await honest.publish(event({ by: 2, content: `${i}` }))).accepted).toBe(true);
  // The rest takes more than three minutes.
  expect(flooder.frames.filter(([verb]) => verb === "OK").length).toBeLessThan(100);
  const again = await it.client();
  again.send("EVENT", { ...event({ content: "a" }), kind: -1 });
  await again.wait(([verb, , ok]) => verb === "OK" && ok === false);
  expect((await (await it.client()).publish(event({ by: 4 }))).accepted).toBe(true);
});

test("a query that looks at everything is told so, and does not hold up a small one", async () => {
  await using it = await RelayUnderTest.open({ config: { maxWork: 2_000 } });
  const writer = await it.client();
  const events = Array.from({ length: 3_000 }, (_, i) =>
    event({ by: 1 + (i % 9), created_at: NOW - i, content: `${i}` }),
  );
  for (const each of events) writer.send("EVENT", each);
  await writer.wait(([verb, of]) => verb === "OK" && of === events.at(-1)!.id, 60_000);
  const { closed } = await writer.ask(
    { "#t": ["nothing"] },
    { kinds: [1], "#p": [key(1)] },
    { kinds: [1], limit: 5_000 },
  );
  expect(closed).toMatch(/^error: too many events to look at/);
  expect((await writer.ask({ limit: 3 })).ids.length).toBe(3);
});

test("one connection's events in flight are bounded, and all are answered", async () => {
  await using it = await RelayUnderTest.open({ config: { maxInFlight: 8 } });
  const client = await it.client();
  const events = Array.from({ length: 500 }, (_, i) => event({ content: `${i}` }));
  for (const each of events) client.send("EVENT", each);
  for (const each of events)
    await client.wait(([verb, of, ok]) => verb === "OK" && of === each.id && ok === true, 60_000);
});

test("many listeners, each with a name of its own: an event goes to the one it is for", async () => {
  await using it = await RelayUnderTest.open();
  const clients = await Promise.all(Array.from({ length: 40 }, () => it.client()));
  const names = await Promise.all(
    clients.map(async (client, i) => (await client.ask({ "#p": [key(500 + i)], limit: 0 })).name),
  );
  const writer = await it.client();
  for (let i = 0; i < 40; i++) await writer.publish(event({ kind: 1, tags: [["p", key(500 + i)]], content: `${i}` }));
  for (const [i, client] of clients.entries()) {
    await client.wait(([verb, of]) => verb === "EVENT" && of === names[i]);
    await client.settle();
    expect(client.events(names[i]!).length).toBe(1);
  }
  expect(it.relay.figures().delivered).toBe(40);
});
