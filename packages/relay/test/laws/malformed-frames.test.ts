/**
 * Frames that no client of good will sends: mutated on every level, fragmented, of wrong encodings. The relay neither
 * crashes nor hangs nor grows, and every frame that names an event or a subscription is answered where its sender
 * waits. R7: 20,000 frames, 1,000,000 in the long run.
 */
import { connect } from "node:net";
import { expect, test } from "vitest";
import { Client } from "../client.ts";
import { event, generator, key } from "../events.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const LONG = process.env["SUBROSA_LONG"] !== undefined;
const FRAMES = LONG ? 1_000_000 : 20_000;
const SEED = 4_242;

type Random = (below: number) => number;

const honest = (random: Random): unknown[] => {
  const name = `s${random(5)}`;
  const it = event({
    by: random(9),
    kind: [0, 1, 5, 62, 1059, 22_242, 30_000][random(7)]!,
    tags: [["p", key(random(9))]],
    content: "é",
  });
  switch (random(9)) {
    case 0:
      return ["EVENT", it];
    case 1:
      return ["AUTH", it];
    case 2:
      return ["REQ", name, { kinds: [1], limit: 2 }];
    case 3:
      return ["COUNT", name, { authors: [key(1)] }];
    case 4:
      return ["CLOSE", name];
    case 5:
      return ["NEG-OPEN", name, {}, "6100000200"];
    case 6:
      return ["NEG-MSG", name, "6100"];
    case 7:
      return ["NEG-CLOSE", name];
    default:
      return ["REQ", name, { ids: [it.id] }, { "#e": [key(3)], since: 5 }];
  }
};

const strange = (random: Random): unknown =>
  [
    null,
    true,
    -1,
    1.5,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    "",
    "\ud800",
    "\u0000",
    [],
    {},
    [[]],
    { __proto__: null },
    "x".repeat(5_000),
    Number.NaN,
  ][random(15)];

/** Changes one value somewhere inside. */
function mutateValue(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random(4) !== 0) {
    const at = random(value.length);
    const action = random(6);
    if (action === 0) return value.filter((_, i) => i !== at);
    if (action === 1) return [...value, strange(random)];
    return value.map((item, i) => (i === at ? mutateValue(item, random) : item));
  }
  if (typeof value === "object" && value !== null && random(5) !== 0) {
    const entries = Object.entries(value);
    if (entries.length === 0 || random(6) === 0)
      return { ...value, [["extra", "__proto__", "constructor", "#p", "&t"][random(5)]!]: strange(random) };
    const at = random(entries.length);
    if (random(6) === 0) return Object.fromEntries(entries.filter((_, i) => i !== at));
    return Object.fromEntries(entries.map(([name, item], i) => [name, i === at ? mutateValue(item, random) : item]));
  }
  return strange(random);
}

/** Changes the text itself: what JSON.stringify never writes. */
function mutateText(text: string, random: Random): string {
  const at = random(text.length + 1);
  switch (random(8)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random(5));
    case 3:
      return "[".repeat(random(3_000)) + text;
    case 4:
      return text.replace('"kind":', '"kind":1,"kind":');
    case 5:
      return text.replace("[", "[ \n\t");
    case 6:
      return `${text}${text}`;
    default:
      return text.replace(/"([0-9a-f]{64})"/, (_, hex: string) => `"${hex.toUpperCase()}"`);
  }
}

test(`${FRAMES} malformed frames: the relay goes on as if nothing had been`, { timeout: 36_000_000 }, async () => {
  await using it = await RelayUnderTest.open({ config: { maxInFlight: 64, faultsPerSecond: 1_000_000 } });
  const random = generator(SEED);
  const witness = await it.client();
  const started = process.memoryUsage.rss();
  let sent = 0;
  while (sent < FRAMES) {
    await using client = await Client.open(it.relay.url);
    for (let i = 0; i < 500 && client.closed === undefined; i++, sent++) {
      const frame = honest(random);
      const value = random(3) === 0 ? frame : mutateValue(frame, random);
      const text = JSON.stringify(value) ?? "undefined";
      const bad = random(3) === 0 ? mutateText(text, random) : text;
      client.sendRaw(random(50) === 0 ? Buffer.from(bad) : bad);
    }
    // It is still the same relay for everybody else.
    await witness.settle();
    if (client.closed === undefined) await client.settle();
  }
  expect((await witness.publish(event({ content: "still here" }))).accepted).toBe(true);
  expect(process.memoryUsage.rss() - started).toBeLessThan(512 << 20);
});

test("a frame that names an event or a subscription is answered there", async () => {
  await using it = await RelayUnderTest.open();
  const client = await it.client();
  const id = key(77);
  const cases: [string, (frame: readonly unknown[]) => boolean][] = [
    [
      JSON.stringify(["EVENT", { ...event(), id, kind: -1 }]),
      ([verb, of, ok]) => verb === "OK" && of === id && ok === false,
    ],
    [JSON.stringify(["REQ", "r1", { kinds: "1" }]), ([verb, of]) => verb === "CLOSED" && of === "r1"],
    [JSON.stringify(["REQ", "r2"]), ([verb, of]) => verb === "CLOSED" && of === "r2"],
    [JSON.stringify(["COUNT", "r3", { unknown: 1 }]), ([verb, of]) => verb === "CLOSED" && of === "r3"],
    [JSON.stringify(["NEG-OPEN", "r4", {}, "zz"]), ([verb, of]) => verb === "NEG-ERR" && of === "r4"],
    [JSON.stringify(["NEG-MSG", "r5", "61"]), ([verb, of]) => verb === "NEG-ERR" && of === "r5"],
    ["[]", ([verb]) => verb === "NOTICE"],
    ["not json", ([verb]) => verb === "NOTICE"],
  ];
  for (const [text, answered] of cases) {
    client.sendRaw(text);
    await client.wait(answered);
  }
});

/** One masked client frame of RFC 6455, so that what `ws` would never send can be sent. */
function rawFrame(first: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.of(first, 0x80 | payload.length)
      : Buffer.of(first, 0xfe, payload.length >> 8, payload.length & 255);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

const handshake = `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n\r\n`;
const streams: [string, Buffer][] = [
  ["text that is not UTF-8", rawFrame(0x81, Buffer.of(0xff, 0xfe, 0xc0))],
  ["an overlong encoding", rawFrame(0x81, Buffer.of(0x22, 0xc0, 0xaf, 0x22))],
  ["a reserved bit", rawFrame(0xc1, Buffer.from("[]"))],
  ["a reserved opcode", rawFrame(0x83, Buffer.from("[]"))],
  ["a continuation of nothing", rawFrame(0x80, Buffer.from("[]"))],
  ["a fragmented ping", rawFrame(0x09, Buffer.from("x"))],
  ["an unmasked frame", Buffer.of(0x81, 0x02, 0x5b, 0x5d)],
  ["a close frame of one byte", rawFrame(0x88, Buffer.of(3))],
  ["a length beyond every limit", Buffer.of(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)],
];
for (const [title, bytes] of streams) {
  test(`${title} ends that connection and no other`, async () => {
    await using it = await RelayUnderTest.open();
    const witness = await it.client();
    const socket = connect(it.relay.port, "127.0.0.1");
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    socket.resume();
    socket.write(Buffer.concat([Buffer.from(handshake), bytes]));
    await ended;
    await witness.settle();
  });
}

test("a frame in fragments, byte by byte, is one frame", async () => {
  await using it = await RelayUnderTest.open();
  const socket = connect(it.relay.port, "127.0.0.1");
  let received = "";
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  const payload = Buffer.from(JSON.stringify(["REQ", "é", {}]));
  const parts = [...payload].map((_, i) =>
    rawFrame((i === 0 ? 0x01 : 0x00) | (i === payload.length - 1 ? 0x80 : 0), payload.subarray(i, i + 1)),
  );
  socket.write(Buffer.concat([Buffer.from(handshake), ...parts]));
  for (let i = 0; i < 500 && !received.includes("EOSE"); i++) await new Promise((done) => setTimeout(done, 10));
  expect(received).toContain("EOSE");
  socket.destroy();
});
