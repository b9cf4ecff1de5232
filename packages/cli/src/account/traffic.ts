/**
 * What is under way on all sockets of a session, seen at the door to the network: questions that no relay has answered to
 * the end yet, and publications without a word. So a command that runs once knows when it has heard all that there is.
 *
 * A relay that cannot be reached, or says nothing, is not waited for longer than `patience`.
 */
import { type Clock, pause } from "@subrosa/client/ports";
import type { Connect, WebSocketLike } from "@subrosa/client/relay/connect";

/** Milliseconds without a frame in either direction. */
const SILENCE = 150;

interface Line {
  readonly asked: Set<string>;
  readonly published: Set<string>;
  isOpening: boolean;
}

export class Traffic {
  readonly #clock: Clock;
  readonly #connect: Connect;
  readonly #lines = new Set<Line>();
  #failed = 0;
  #frames = 0;

  constructor(connect: Connect, clock: Clock) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** To be given to a network in the place of the one it watches. */
  readonly connect: Connect = (url) => {
    const socket = this.#connect(url);
    const line: Line = { asked: new Set(), published: new Set(), isOpening: true };
    this.#lines.add(line);
    socket.addEventListener("open", () => {
      line.isOpening = false;
      this.#frames++;
    });
    socket.addEventListener("error", () => this.#failed++);
    socket.addEventListener("close", () => {
      this.#lines.delete(line);
      this.#frames++;
    });
    socket.addEventListener("message", ({ data }) => {
      this.#frames++;
      hear(line, String(data));
    });
    return watched(socket, (text) => {
      this.#frames++;
      say(line, text);
    });
  };

  /** Resolves when nothing is under way any more, or the patience is over; says which. */
  async quiet(signal: AbortSignal, patience: number): Promise<boolean> {
    const end = performance.now() + patience;
    for (;;) {
      const frames = this.#frames;
      await pause(this.#clock, SILENCE, signal);
      signal.throwIfAborted();
      const isBusy = [...this.#lines].some((line) => line.isOpening || line.asked.size > 0 || line.published.size > 0);
      if (!isBusy && frames === this.#frames) return true;
      if (performance.now() > end) return false;
    }
  }

  /** Something happened that is no frame. */
  stir(): void {
    this.#frames++;
  }

  /** Connections that did not come about. */
  get failed(): number {
    return this.#failed;
  }
}

const SAID = /^\["(REQ|CLOSE|EVENT|AUTH)",\s*(?:"((?:[^"\\]|\\.)*)"|\{)/;
const HEARD = /^\["(EOSE|CLOSED|OK)",\s*"((?:[^"\\]|\\.)*)"/;
const EVENT_ID = /"id":"([0-9a-f]{64})"/;

function say(line: Line, text: string): void {
  const [, verb, name] = SAID.exec(text) ?? [];
  if (verb === "REQ" && name !== undefined) line.asked.add(name);
  if (verb === "CLOSE" && name !== undefined) line.asked.delete(name);
  const id = verb === "EVENT" || verb === "AUTH" ? EVENT_ID.exec(text)?.[1] : undefined;
  if (id !== undefined) line.published.add(id);
}

function hear(line: Line, text: string): void {
  const [, verb, name = ""] = HEARD.exec(text.slice(0, 512)) ?? [];
  if (verb === "OK") line.published.delete(name);
  else if (verb !== undefined) line.asked.delete(name);
}

function watched(socket: WebSocketLike, onSend: (text: string) => void): WebSocketLike {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (text) => {
      onSend(text);
      socket.send(text);
    },
    close: () => socket.close(),
    addEventListener: socket.addEventListener.bind(socket) as WebSocketLike["addEventListener"],
  };
}
