/**
 * One negotiation of a connection (NIP-77): the list of what the filter found, and answers about it.
 *
 * The list is taken once, when the negotiation begins, newest first as scans give it; messages that come before it is
 * complete wait for it.
 */
import { WireError } from "@subrosa/core/errors";
import { ID_SIZE, ItemList } from "../negentropy/item-list.ts";
import { reconcile } from "../negentropy/negentropy.ts";
import type { StoredRecord } from "../store/record.ts";

/** Bytes of one answer: 120 kB of hex, which is what relays and clients take. */
const MAX_ANSWER = 60_000;
const FIRST_ROOM = 1_024;

export class Negotiation {
  readonly #max: number;
  #times = new Float64Array(FIRST_ROOM);
  #ids = Buffer.allocUnsafe(FIRST_ROOM * ID_SIZE);
  #size = 0;
  #list: ItemList | undefined;
  isFull = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes the next event of the scan. */
  add(record: StoredRecord): void {
    if (this.#size === this.#max) {
      this.isFull = true;
      return;
    }
    if (this.#size === this.#times.length) this.#grow();
    this.#times[this.#size] = record.createdAt;
    record.idBytes.copy(this.#ids, this.#size * ID_SIZE);
    this.#size++;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    this.#ids = Buffer.concat([this.#ids, Buffer.allocUnsafe(this.#ids.length)]);
  }

  /** The scan is over: from newest first to oldest first; within one second ids are in order already. */
  seal(): void {
    const times = new Float64Array(this.#size);
    const ids = Buffer.allocUnsafe(this.#size * ID_SIZE);
    let to = 0;
    for (let end = this.#size; end > 0; ) {
      let begin = end - 1;
      while (begin > 0 && this.#times[begin - 1] === this.#times[begin]) begin--;
      times.fill(this.#times[begin]!, to, to + end - begin);
      this.#ids.copy(ids, to * ID_SIZE, begin * ID_SIZE, end * ID_SIZE);
      to += end - begin;
      end = begin;
    }
    this.#list = new ItemList(times, ids);
    this.#times = new Float64Array(0);
    this.#ids = Buffer.alloc(0);
  }

  /** Undefined while the list is not complete: NIP-77 has one message at a time, so nobody waits for this one. */
  answer(message: string): { readonly message: string } | { readonly fault: string } | undefined {
    if (this.#list === undefined) return undefined;
    try {
      return {
        message: reconcile(this.#list, Buffer.from(message, "hex"), "responder", MAX_ANSWER).message.toString("hex"),
      };
    } catch (error) {
      if (error instanceof WireError) return { fault: `invalid: ${error.message}` };
      throw error;
    }
  }
}
