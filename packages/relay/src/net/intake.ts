/**
 * How much of one client is read: frames in turns, events as long as few wait for their answer, nothing while it does
 * not read what it is sent, nothing for a while after too many faults. What it has been given and may not take yet it
 * holds, since `ws` gives out all that it had read before a pause.
 */
import type { WebSocket } from "ws";

export interface IntakePorts {
  readonly ws: Pick<WebSocket, "pause" | "resume">;
  readonly take: (data: Buffer, isBinary: boolean) => void;
  /** Does the client leave lying what it is sent? */
  readonly isBehind: () => boolean;
}

/** Frames taken before everybody else has had a turn: what came in one packet can be thousands. */
export const FRAMES_A_TURN = 128;

export class Intake {
  readonly #ports: IntakePorts;
  readonly #maxInFlight: number;
  readonly #held: (readonly [data: Buffer, isBinary: boolean])[] = [];
  /** Events taken before answers come: more with every answer, few once a signature did not hold. */
  #window: number;
  #inFlight = 0;
  #grows = true;
  #paused = false;
  #readsHeld = false;
  #takenThisTurn = 0;
  #penalty: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(ports: IntakePorts, firstWindow: number, maxInFlight: number) {
    this.#ports = ports;
    this.#maxInFlight = maxInFlight;
    this.#window = Math.min(firstWindow, maxInFlight);
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#ended) return;
    if (this.#paused) this.#held.push([data, isBinary]);
    else this.#take(data, isBinary);
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (this.#takenThisTurn++ === 0) process.nextTick(() => this.#endTurn());
    this.#ports.take(data, isBinary);
    if (this.#takenThisTurn >= FRAMES_A_TURN || this.#ports.isBehind()) this.#pause();
  }

  #endTurn(): void {
    const isCutShort = this.#takenThisTurn >= FRAMES_A_TURN;
    this.#takenThisTurn = 0;
    if (isCutShort) setImmediate(() => this.resumeIfCalm());
  }

  /** Something of this client is at work until `finish`. */
  begin(): void {
    if (++this.#inFlight >= this.#window) this.#pause();
  }

  finish(): void {
    this.#inFlight--;
    if (this.#grows && this.#window < this.#maxInFlight) this.#window++;
    this.resumeIfCalm();
  }

  /** From now on so few at a time. */
  narrow(window: number): void {
    this.#grows = false;
    this.#window = Math.min(window, this.#maxInFlight);
  }

  /** Takes nothing for so many milliseconds. */
  wait(milliseconds: number): void {
    if (milliseconds === 0 || this.#ended) return;
    this.#pause();
    clearTimeout(this.#penalty);
    this.#penalty = setTimeout(() => {
      this.#penalty = undefined;
      this.resumeIfCalm();
    }, milliseconds);
  }

  #pause(): void {
    if (this.#paused || this.#ended) return;
    this.#paused = true;
    this.#ports.ws.pause();
  }

  resumeIfCalm(): void {
    const mustWait = this.#penalty !== undefined || this.#takenThisTurn >= FRAMES_A_TURN;
    const isBusy = this.#inFlight >= this.#window / 2 || this.#ports.isBehind();
    if (!this.#paused || mustWait || isBusy) return;
    this.#paused = false;
    if (!this.#readsHeld) this.#readHeld();
  }

  /** What came before goes first; the socket is read again when nothing is held. */
  #readHeld(): void {
    this.#readsHeld = true;
    while (!this.#paused) {
      const next = this.#held.shift();
      if (next === undefined) break;
      this.#take(...next);
    }
    this.#readsHeld = false;
    if (!this.#paused) this.#ports.ws.resume();
  }

  /** Nothing more is taken; what still comes is read and dropped, so that a goodbye is heard. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#penalty);
    this.#held.length = 0;
    this.#penalty = undefined;
    if (this.#paused) this.#ports.ws.resume();
    this.#paused = false;
  }
}
