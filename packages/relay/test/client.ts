/** A small WebSocket client for tests: what was received is a list, and everything waits with a bound. */
import { WebSocket } from "ws";

export type Frame = readonly [verb: string, ...rest: unknown[]];

export class Client implements AsyncDisposable {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly ws: WebSocket;
  #changed: (() => void)[] = [];
  #names = 0;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
      this.#wake();
    });
    ws.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
    ws.on("error", () => {});
  }

  static async open(url: string): Promise<Client> {
    const ws = new WebSocket(url, { perMessageDeflate: false });
    const client = new Client(ws);
    await new Promise((resolve, reject) => {
      ws.once("open", resolve);
      ws.once("error", reject);
    });
    return client;
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }

  send(...frame: readonly unknown[]): void {
    this.ws.send(JSON.stringify(frame));
  }

  sendRaw(text: string | Buffer): void {
    this.ws.send(text);
  }

  /** The first frame for which this holds, now or within the time. */
  async wait(wanted: (frame: Frame) => boolean, ms = 60_000): Promise<Frame> {
    const end = performance.now() + ms;
    for (;;) {
      const found = this.frames.find(wanted);
      if (found !== undefined) return found;
      const left = end - performance.now();
      if (left <= 0 || this.closed !== undefined)
        throw new Error(`no such frame; got ${JSON.stringify(this.frames).slice(0, 500)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Resolves when there are more frames than so many, or none will come any more. */
  async grown(beyond: number): Promise<void> {
    while (this.frames.length <= beyond && this.closed === undefined) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** The challenge that the relay sent. */
  async challenge(): Promise<string> {
    return (await this.wait(([verb]) => verb === "AUTH"))[1] as string;
  }

  async publish(event: { readonly id: string }, verb = "EVENT"): Promise<{ accepted: boolean; reason: string }> {
    const before = this.frames.length;
    this.send(verb, event);
    const [, , accepted, reason] = await this.wait(
      (frame) => frame[0] === "OK" && frame[1] === event.id && this.frames.indexOf(frame) >= before,
    );
    return { accepted: accepted as boolean, reason: reason as string };
  }

  /** Stored events of a question, then EOSE; or the reason of CLOSED. The subscription stays open. */
  async ask(...filters: readonly object[]): Promise<{ name: string; ids: string[]; closed?: string }> {
    const name = `ask-${this.#names++}`;
    this.send("REQ", name, ...filters);
    const end = await this.wait((frame) => (frame[0] === "EOSE" || frame[0] === "CLOSED") && frame[1] === name);
    return { name, ids: this.events(name), ...(end[0] === "CLOSED" && { closed: end[2] as string }) };
  }

  events(name: string): string[] {
    return this.frames.flatMap((frame) =>
      frame[0] === "EVENT" && frame[1] === name ? [(frame[2] as { id: string }).id] : [],
    );
  }

  async count(...filters: readonly object[]): Promise<number | string> {
    const name = `count-${this.#names++}`;
    this.send("COUNT", name, ...filters);
    const frame = await this.wait(([verb, of]) => (verb === "COUNT" || verb === "CLOSED") && of === name);
    return frame[0] === "COUNT" ? (frame[2] as { count: number }).count : (frame[2] as string);
  }

  /** Everything sent before this was worked on: an answer to a later question has come. */
  async settle(): Promise<void> {
    const name = `settle-${this.#names++}`;
    this.send("REQ", name, { ids: ["0".repeat(64)], limit: 1 });
    await this.wait(([verb, of]) => verb === "EOSE" && of === name);
    this.send("CLOSE", name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed !== undefined) return;
    const gone = new Promise((resolve) => this.ws.once("close", resolve));
    this.ws.terminate();
    await gone;
  }
}
