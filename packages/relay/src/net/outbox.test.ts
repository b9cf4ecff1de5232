import { type Duplex, PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { generator } from "../../test/events.ts";
import { Outbox } from "./outbox.ts";

/** Reads unmasked frames as RFC 6455 says, and nothing else. */
function frames(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes[at + 1]!;
    expect(short).toBeLessThan(0x80);
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    // The shortest form of a length is the only one.
    expect(head).toBe(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    found.push(bytes.subarray(at + head, at + head + length).toString());
    at += head + length;
  }
  return found;
}

async function written(run: (outbox: Outbox) => void): Promise<{ bytes: Buffer; writes: number }> {
  const socket = new PassThrough({ highWaterMark: 1 << 30 });
  const chunks: Buffer[] = [];
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean;
  socket.write = (chunk: Buffer): boolean => {
    chunks.push(Buffer.from(chunk));
    return write(chunk);
  };
  run(new Outbox(socket));
  await new Promise(setImmediate);
  return { bytes: Buffer.concat(chunks), writes: chunks.length };
}

test("texts and events of every length arrive whole and in order, in few writes", async () => {
  const random = generator(6_455);
  const expected: string[] = [];
  const lengths = [0, 1, 124, 125, 126, 127, 2_047, 2_048, 65_534, 65_535, 65_536, 70_000, 200_000];
  for (let i = 0; i < 300; i++) lengths.push(random(900));
  const { bytes, writes } = await written((outbox) => {
    for (const [i, length] of lengths.entries()) {
      const content = "é".repeat(length >> 1) + "x".repeat(length & 1);
      if (i % 2 === 0) {
        outbox.text(content);
        expected.push(content);
      } else {
        outbox.event(Buffer.from('["EVENT","s",'), Buffer.from(content));
        expected.push(`["EVENT","s",${content}]`);
      }
    }
    expect(outbox.frames).toBe(lengths.length);
  });
  expect(frames(bytes)).toEqual(expected);
  expect(writes).toBeLessThan(30);
});

test("what one piece of work says leaves in one write", async () => {
  const { writes } = await written((outbox) => {
    for (let i = 0; i < 20; i++) outbox.text('["OK"]');
  });
  expect(writes).toBe(1);
});

test("what the reader has not taken is counted", () => {
  const socket = new PassThrough({ highWaterMark: 10 });
  const outbox = new Outbox(socket);
  outbox.text("x".repeat(1_000));
  expect(outbox.pending).toBe(1_004);
  outbox.flush();
  expect(outbox.pending).toBeGreaterThan(0);
});

/** A socket that takes what it is given when it is told to. */
function slowSocket() {
  const taken: Buffer[] = [];
  let waiting: (() => void) | undefined;
  const socket = new Writable({
    write: (chunk: Buffer, _, done) => {
      taken.push(Buffer.from(chunk));
      waiting = done;
    },
  });
  const take = (): boolean => {
    const done = waiting;
    waiting = undefined;
    done?.();
    return done !== undefined;
  };
  return { socket: socket as unknown as Duplex, taken, take };
}

test("R5: for a reader that is behind nothing is copied, and it gets everything in order when it reads", async () => {
  const { socket, taken, take } = slowSocket();
  const outbox = new Outbox(socket);
  socket.on("drain", () => outbox.refill());
  const json = Buffer.from(`{"content":"${"x".repeat(900)}"}`);
  const expected: string[] = [];
  for (let i = 0; i < 5_000; i++) {
    if (i % 100 === 7) {
      outbox.text(`é${i}`);
      expected.push(`é${i}`);
    } else {
      outbox.event(Buffer.from(`["EVENT","${i}",`), json);
      expected.push(`["EVENT","${i}",${json}]`);
    }
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  const pending = outbox.pending;
  expect(pending).toBeGreaterThan(4_000_000);
  // What was made for the socket is what it may have; the rest are references.
  expect(socket.writableLength).toBeLessThan(300_000);
  for (let idle = 0; idle < 3; ) {
    idle = take() ? 0 : idle + 1;
    await new Promise(setImmediate);
    expect(socket.writableLength).toBeLessThan(300_000);
  }
  expect(frames(Buffer.concat(taken))).toEqual(expected);
  expect(outbox.pending).toBe(0);
});

test("a goodbye comes after everything that was to be sent", async () => {
  const { socket, taken, take } = slowSocket();
  const outbox = new Outbox(socket);
  for (let i = 0; i < 300; i++) {
    outbox.event(Buffer.from("["), Buffer.from(`"${i}${"x".repeat(1_000)}"`));
    await new Promise(setImmediate);
  }
  outbox.refill(true);
  socket.write(Buffer.from("goodbye"));
  while (take()) await new Promise(setImmediate);
  const all = Buffer.concat(taken);
  expect(all.subarray(-7).toString()).toBe("goodbye");
  expect(frames(all.subarray(0, -7)).length).toBe(300);
});
