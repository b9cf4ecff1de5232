import { PassThrough } from "node:stream";
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
