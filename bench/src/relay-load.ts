/**
 * The load on a relay, in a process of its own, told what to do over IPC: connections and signed events are made
 * before the clock starts, frames are written as bytes without Nagle's delay and without compression, and answers are
 * counted by their first bytes. Only right answers count: an OK must be true, a query must bring what it should.
 */
import { hash, randomFillSync } from "node:crypto";
import { connect, type Socket } from "node:net";
import { plain, serialise, signEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";

export type LoadOrder =
  | { readonly do: "sign"; readonly events: number }
  | {
      readonly do: "connect";
      readonly host: string;
      readonly port: number;
      readonly connections: number;
      readonly greet: string | undefined;
      /** Reads nothing after the greeting. */
      readonly stalls: boolean;
    }
  | { readonly do: "disconnect" }
  | { readonly do: "publish"; readonly events: number; readonly connections: number; readonly depth: number }
  | {
      readonly do: "query";
      readonly queries: number;
      readonly connections: number;
      readonly depth: number;
      readonly filters: readonly object[];
      readonly each: number;
    }
  | { readonly do: "fan-out"; readonly events: number }
  /** Bad signatures and malformed frames in equal parts, over ever new connections, until it is stopped. */
  | { readonly do: "flood"; readonly host: string; readonly port: number; readonly perSecond: number }
  | { readonly do: "stop-flood" };

export interface LoadReport {
  readonly milliseconds: number;
  /** Of single answers, sorted ascending; microseconds. */
  readonly latencies: readonly number[];
  readonly cpuMicroseconds: number;
  readonly wrong: number;
}

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

/** One masked text frame; the mask is zero, so the payload goes as it is. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.of(0x81, 0x80 | length)
      : length < 65_536
        ? Buffer.of(0x81, 0xfe, length >> 8, length & 255)
        : Buffer.of(0x81, 0xff, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

class Line {
  readonly socket: Socket;
  /** Payloads of frames, as they come. */
  onFrame: (bytes: Buffer, start: number, end: number) => void = () => {};
  /** How many were sent on this line. */
  requests = 0;
  #rest: Buffer | undefined;
  #upgraded = false;
  readonly ready: Promise<void>;

  constructor(host: string, port: number) {
    this.socket = connect({ host, port, noDelay: true });
    this.socket.on("error", () => {});
    this.ready = new Promise((resolve) => {
      this.socket.once("connect", () => {
        const headers = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13";
        this.socket.write(
          `GET / HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n\r\n`,
        );
      });
      this.socket.on("data", (data) => this.#read(data, resolve));
    });
  }

  #read(data: Buffer, ready: () => void): void {
    let bytes = this.#rest === undefined ? data : Buffer.concat([this.#rest, data]);
    this.#rest = undefined;
    if (!this.#upgraded) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end === -1) {
        this.#rest = bytes;
        return;
      }
      this.#upgraded = true;
      ready();
      bytes = bytes.subarray(end + 4);
    }
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1]! & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + head > bytes.length) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      if (at + head + length > bytes.length) break;
      this.onFrame(bytes, at + head, at + head + length);
      at += head + length;
    }
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }
}

const lines: Line[] = [];
let events: { readonly id: string; readonly bytes: Buffer }[] = [];

function sign(count: number): void {
  const curve = openCurve();
  const authors = Array.from({ length: 100 }, () => Secret.from(random(32), curve));
  const created = Math.floor(Date.now() / 1_000);
  for (let i = 0; i < count; i++) {
    const tags = [
      ["p", Buffer.from(authors[(i * 7) % 100]!.pubkey).toString("hex")],
      ["t", `t${i % 50}`],
    ];
    const content = `${"sub rosa, under the rose. ".repeat(8)}${i} ${Math.random()}`;
    const template = { kind: 1, created_at: created - (i % 86_400), tags, content };
    const event = plain(signEvent(template, authors[i % 100]!, random(32), curve));
    events.push({ id: event.id, bytes: frame(JSON.stringify(["EVENT", event])) });
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(text);
const OK = bytesOf('["OK","');
const TRUE = bytesOf("true");
const EVENT = bytesOf('["EVENT');
const EOSE = bytesOf('["EOSE"');

function starts(bytes: Buffer, at: number, wanted: Buffer): boolean {
  return at + wanted.length <= bytes.length && bytes.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0;
}

/** Keeps `depth` requests in flight on each connection until `count` are answered. */
function pump(
  count: number,
  connections: number,
  depth: number,
  request: (n: number, line: Line) => void,
  listen: (line: Line, answered: (right: boolean) => void) => void,
): Promise<LoadReport> {
  return new Promise((resolve) => {
    const latencies: number[] = [];
    let [sent, done, wrong] = [0, 0, 0];
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (const line of lines.slice(0, connections)) {
      const flight: number[] = [];
      const next = (): void => {
        if (sent === count) return;
        flight.push(performance.now());
        request(sent++, line);
      };
      listen(line, (right) => {
        latencies.push((performance.now() - flight.shift()!) * 1_000);
        if (!right) wrong++;
        if (++done === count) {
          const { user, system } = process.cpuUsage(cpu);
          latencies.sort((a, b) => a - b);
          resolve({ milliseconds: performance.now() - start, latencies, cpuMicroseconds: user + system, wrong });
          return;
        }
        next();
      });
      line.socket.cork();
      for (let i = 0; i < depth; i++) next();
      line.socket.uncork();
    }
  });
}

function publish(count: number, connections: number, depth: number): Promise<LoadReport> {
  if (events.length < count) sign(count - events.length);
  const batch = events.slice(0, count);
  events = events.slice(count);
  return pump(
    count,
    connections,
    depth,
    (n, line) => line.socket.write(batch[n]!.bytes),
    (line, answered) => {
      line.onFrame = (bytes, start) => {
        // `["OK","` + 64 digits + `",`
        if (starts(bytes, start, OK)) answered(starts(bytes, start + OK.length + 66, TRUE));
      };
    },
  );
}

function query(order: Extract<LoadOrder, { do: "query" }>): Promise<LoadReport> {
  // A name for each request in flight: a REQ of a name in use would take the place of the one before.
  const frames = order.filters.map((filter) =>
    Array.from({ length: order.depth }, (_, slot) => frame(JSON.stringify(["REQ", `q${slot}`, filter]))),
  );
  return pump(
    order.queries,
    order.connections,
    order.depth,
    (n, line) => line.socket.write(frames[n % frames.length]![line.requests++ % order.depth]!),
    (line, answered) => {
      let found = 0;
      line.onFrame = (bytes, start) => {
        if (starts(bytes, start, EVENT)) found++;
        else if (starts(bytes, start, EOSE)) {
          answered(found === order.each);
          found = 0;
        }
      };
    },
  );
}

/** Publishes on the first connection; all others listen. Counts deliveries. */
function fanOut(count: number): Promise<LoadReport> {
  if (events.length < count) sign(count - events.length);
  const batch = events.slice(0, count);
  events = events.slice(count);
  const [writer, ...readers] = lines;
  return new Promise((resolve) => {
    let left = count * readers.length;
    const cpu = process.cpuUsage();
    const start = performance.now();
    const latencies: number[] = [];
    for (const reader of readers) {
      reader.onFrame = (bytes, at) => {
        if (!starts(bytes, at, EVENT)) return;
        latencies.push((performance.now() - start) * 1_000);
        if (--left > 0) return;
        const { user, system } = process.cpuUsage(cpu);
        resolve({ milliseconds: performance.now() - start, latencies, cpuMicroseconds: user + system, wrong: 0 });
      };
    }
    writer!.socket.write(Buffer.concat(batch.map(({ bytes }) => bytes)));
  });
}

const FLOOD_EVERY_MS = 20;
const FLOOD_AHEAD = 1 << 20;
const MALFORMED = frame(`["EVENT",{"id":"${"0".repeat(64)}","kind":-1}]`);
let flooding: NodeJS.Timeout | undefined;

function forged(n: number): Buffer {
  const unsigned = { pubkey: "ab".repeat(32), created_at: 1_700_000_000, kind: 1, tags: [], content: `forged ${n}` };
  const event = { ...unsigned, id: hash("sha256", serialise(unsigned as never)), sig: "12".repeat(64) };
  return frame(JSON.stringify(["EVENT", event]));
}

/** The relay closes whoever forges, so it comes again. */
function flood(host: string, port: number, perSecond: number): void {
  const bad = Array.from({ length: 2_000 }, (_, i) => (i % 2 === 0 ? forged(i) : MALFORMED));
  let line: Line | undefined;
  let isOpen = false;
  let next = 0;
  flooding = setInterval(() => {
    if (line === undefined) {
      const fresh = new Line(host, port);
      line = fresh;
      isOpen = false;
      void fresh.ready.then(() => {
        isOpen = true;
      });
      fresh.socket.once("close", () => {
        if (line === fresh) line = undefined;
      });
    }
    // The relay reads as much of it as it wants to; what it does not read is not made.
    if (!isOpen || line.socket.writableLength > FLOOD_AHEAD) return;
    const count = Math.round((perSecond * FLOOD_EVERY_MS) / 1_000);
    line.socket.write(Buffer.concat(Array.from({ length: count }, () => bad[next++ % bad.length]!)));
  }, FLOOD_EVERY_MS);
}

const NOTHING: LoadReport = { milliseconds: 0, latencies: [], cpuMicroseconds: 0, wrong: 0 };

async function obey(order: LoadOrder): Promise<LoadReport> {
  switch (order.do) {
    case "sign":
      sign(order.events);
      return NOTHING;
    case "connect":
      for (let i = 0; i < order.connections; i += 200) {
        const some = Array.from(
          { length: Math.min(200, order.connections - i) },
          () => new Line(order.host, order.port),
        );
        lines.push(...some);
        await Promise.all(some.map(({ ready }) => ready));
        if (order.greet !== undefined) for (const { socket } of some) socket.write(frame(order.greet));
        if (order.stalls) for (const { socket } of some) socket.pause();
      }
      return NOTHING;
    case "disconnect":
      for (const { socket } of lines.splice(0)) socket.destroy();
      return NOTHING;
    case "publish":
      return publish(order.events, order.connections, order.depth);
    case "query":
      return query(order);
    case "fan-out":
      return fanOut(order.events);
    case "flood":
      flood(order.host, order.port, order.perSecond);
      return NOTHING;
    case "stop-flood":
      clearInterval(flooding);
      return NOTHING;
    default:
      return order satisfies never;
  }
}

process.on("message", (order: LoadOrder) => {
  void obey(order).then((report) => process.send?.(report));
});
