/**
 * What a connection is to be sent, as WebSocket frames in few writes: frames gather in one buffer and leave together
 * when the work that made them is over. Events are copied from where they are stored; nothing is parsed.
 *
 * Spec: RFC 6455 (frames from a server are not masked, text frames, no fragments). It shares its socket with `ws`,
 * which writes whole control frames only, so frames never mix. What is not taken by the reader is counted: `pending`.
 */
import type { Duplex } from "node:stream";

const TEXT = 0x81;
const SMALL = 2_048;
const LARGE = 65_536;

export class Outbox {
  readonly #socket: Duplex;
  #chunk: Buffer | undefined;
  #used = 0;
  #scheduled = false;
  /** Frames and bytes since the beginning. */
  frames = 0;
  bytes = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** Bytes that the reader has not taken. */
  get pending(): number {
    return this.#used + this.#socket.writableLength;
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    const at = this.#frame(length);
    this.#chunk!.write(text, at);
  }

  /** `["EVENT","name",` + the event + `]` */
  event(prefix: Buffer, json: Buffer): void {
    const at = this.#frame(prefix.length + json.length + 1);
    const chunk = this.#chunk!;
    prefix.copy(chunk, at);
    json.copy(chunk, at + prefix.length);
    chunk[at + prefix.length + json.length] = CLOSE_BRACKET;
  }

  /** Makes room for a frame, writes its head, and says where the payload begins. */
  #frame(length: number): number {
    const head = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
    const chunk = this.#room(head + length);
    const at = this.#used;
    chunk[at] = TEXT;
    if (head === 2) chunk[at + 1] = length;
    else if (head === 4) {
      chunk[at + 1] = 126;
      chunk.writeUInt16BE(length, at + 2);
    } else {
      chunk[at + 1] = 127;
      chunk.writeUInt32BE(0, at + 2);
      chunk.writeUInt32BE(length, at + 6);
    }
    this.#used += head + length;
    this.frames++;
    this.bytes += head + length;
    return at + head;
  }

  #room(length: number): Buffer {
    if (this.#chunk !== undefined && this.#used + length <= this.#chunk.length) return this.#chunk;
    const size = this.#used === 0 ? SMALL : LARGE;
    this.flush();
    this.#chunk = Buffer.allocUnsafe(Math.max(size, length));
    if (!this.#scheduled) {
      this.#scheduled = true;
      process.nextTick(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
    return this.#chunk;
  }

  flush(): void {
    if (this.#used === 0 || this.#chunk === undefined) return;
    const chunk = this.#chunk.subarray(0, this.#used);
    this.#chunk = undefined;
    this.#used = 0;
    if (!this.#socket.destroyed && !this.#socket.writableEnded) this.#socket.write(chunk);
  }
}

const CLOSE_BRACKET = 0x5d;
