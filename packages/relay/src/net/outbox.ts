/**
 * What a connection is to be sent, as WebSocket frames in few writes: frames gather in one buffer and leave together
 * when the work that made them is over. Events are copied from where they are stored; nothing is parsed.
 *
 * For a reader that is behind, nothing is copied: what it is to get waits as a reference to bytes that all readers of
 * an event share, so a thousand that stand still cost neither the copies nor their memory.
 *
 * Spec: RFC 6455 (frames from a server are not masked, text frames, no fragments). It shares its socket with `ws`,
 * which writes whole control frames only, so frames never mix. What is not taken by the reader is counted: `pending`.
 */
import type { Duplex } from "node:stream";

const TEXT = 0x81;
const SMALL = 2_048;
const LARGE = 65_536;
/** A socket with more than this to write is behind. It asks for more (`drain`) when it has written all of it. */
const BEHIND = 65_536;

export class Outbox {
  readonly #socket: Duplex;
  #chunk: Buffer | undefined;
  #used = 0;
  #scheduled = false;
  /** What waits for the reader, from `#next` on: the payload of a frame in two parts, the second an event or nothing. */
  #waiting: (Buffer | undefined)[] = [];
  #next = 0;
  #waitingBytes = 0;
  /** Frames and bytes since the beginning. */
  frames = 0;
  bytes = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** Bytes that the reader has not taken. */
  get pending(): number {
    return this.#used + this.#waitingBytes + this.#socket.writableLength;
  }

  get #isBehind(): boolean {
    return this.#next < this.#waiting.length || this.#socket.writableLength > BEHIND;
  }

  #wait(head: Buffer, event: Buffer | undefined): void {
    this.#waiting.push(head, event);
    this.#waitingBytes += head.length + (event === undefined ? 0 : event.length + 1);
  }

  text(text: string): void {
    if (this.#isBehind) {
      this.#wait(Buffer.from(text), undefined);
      return;
    }
    const length = Buffer.byteLength(text);
    const at = this.#frame(length);
    this.#chunk!.write(text, at);
  }

  /** `["EVENT","name",` + the event + `]` */
  event(prefix: Buffer, json: Buffer): void {
    if (this.#isBehind) this.#wait(prefix, json);
    else this.#event(prefix, json);
  }

  #event(prefix: Buffer, json: Buffer): void {
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

  /** The socket has written what it had: it gets some of what waits, or, to say goodbye, all of it. */
  refill(all = false): void {
    while (this.#next < this.#waiting.length && (all || this.#used + this.#socket.writableLength <= BEHIND)) {
      const head = this.#waiting[this.#next]!;
      const event = this.#waiting[this.#next + 1];
      this.#waiting[this.#next] = undefined;
      this.#waiting[this.#next + 1] = undefined;
      this.#next += 2;
      if (event === undefined) {
        this.#waitingBytes -= head.length;
        const at = this.#frame(head.length);
        head.copy(this.#chunk!, at);
      } else {
        this.#waitingBytes -= head.length + event.length + 1;
        this.#event(head, event);
      }
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    this.flush();
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
