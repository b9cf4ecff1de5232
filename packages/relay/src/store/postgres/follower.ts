/**
 * Follows the order of commits and hands on what every process stored: each event once, none left out.
 *
 * Numbers are given out under the lock of `state`, which is held until the commit. So whoever sees a number sees all
 * smaller ones: they were committed before it was given out, or never will be. Reading on from the last number seen is
 * therefore complete, and NOTIFY says only that it is time to read. After a lost connection it reads on from there too.
 *
 * `tail` moves in the same turn in which events are handed on, so a subscription that begins between two turns finds
 * everything before `tail` in the store and gets everything else from here.
 */
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import { readSignedEvent, type SignedEvent } from "@subrosa/core/nostr/event";
import type { Client, Notification } from "pg";
import { StoredRecord } from "../record.ts";
import { StoreError, type StoreFollower } from "../store.ts";
import type { Database, Session, Statement } from "./database.ts";
import { Pieces } from "./ephemeral.ts";

const STATE: Statement = { name: "state", text: "select next, events, bytes from state" };

/** Of what was stored, judged and set since: at most so many, and of records a bounded number of bytes. */
const NEWS: Statement = {
  name: "news",
  text: `
    select seq, record, ring, name from (
      select seq, record, ring, name, sum(length) over (order by seq) - length as before from (
        select * from (
          select seq, record, null::bytea as ring, null::text as name, length from event where seq >= $1::bigint and seq < $2::bigint
          union all
          select judged, record, ring, null, length from event where judged >= $1 and judged < $2
          union all
          select seq, null, null, name, 0 from meta where seq >= $1 and seq < $2
        ) every order by seq limit 500
      ) first
    ) bounded where before < 4000000 order by seq`,
};

interface News {
  readonly seq: string;
  readonly record: Buffer | null;
  readonly ring: Buffer | null;
  readonly name: string | null;
  readonly [other: string]: unknown;
}

/** Something committed by this process, which needs not be read again if nobody committed between. */
export interface Own {
  /** As `state` stood before. */
  readonly before: number;
  readonly next: number;
  readonly events: number;
  readonly bytes: number;
  readonly tell: (follower: StoreFollower) => void;
}

const RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
/** Should a notification be lost by whatever lies between: nobody waits for longer. */
const POLL_MS = 5_000;
export const UNREACHABLE = "the database cannot be reached";

const SILENT: StoreFollower = { stored() {}, verified() {}, ephemeral() {}, changed() {}, turned() {} };

export class Follower {
  readonly #database: Database;
  readonly #pieces: Pieces;
  #listener: StoreFollower = SILENT;
  #client: Client | undefined;
  #session: Session | undefined;
  #reading: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #retryAfter = RETRY_MS;
  #closed = false;
  tail = 0;
  events = 0;
  bytes = 0;
  illness: string | undefined;

  constructor(database: Database, process: string) {
    this.#database = database;
    this.#pieces = new Pieces(process);
  }

  /** Connects, and begins at what is committed by now. */
  async open(): Promise<void> {
    await this.#connect();
    await this.#readState((next) => {
      this.tail = next;
    });
    this.#poll = setInterval(() => void this.catchUp().catch(() => {}), POLL_MS);
    this.#poll.unref();
  }

  tell(listener: StoreFollower): void {
    this.#listener = listener;
  }

  async #connect(): Promise<void> {
    const { client, session } = await this.#database.connect();
    if (this.#closed) {
      await client.end();
      return;
    }
    this.#client = client;
    this.#session = session;
    client.once("end", () => this.#lost(client));
    client.on("notification", (message) => this.#notified(message));
    await session.script(
      `listen ${commitChannel(this.#database.schema)}; listen ${ephemeralChannel(this.#database.schema)}`,
    );
  }

  #notified({ channel, payload = "" }: Notification): void {
    if (channel === commitChannel(this.#database.schema)) {
      this.catchUp().catch(() => {});
      return;
    }
    const json = this.#pieces.take(payload);
    const event = json && readEvent(json);
    if (event !== undefined) this.#listener.ephemeral(event, json!);
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#session = undefined;
    if (this.#closed) return;
    this.#turn(UNREACHABLE);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => void this.#tryAgain(), this.#retryAfter);
    this.#retry.unref();
    this.#retryAfter = Math.min(LONGEST_RETRY_MS, this.#retryAfter * 2);
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#connect();
      await this.catchUp();
      this.#retryAfter = RETRY_MS;
      this.#turn(undefined);
    } catch {
      const client = this.#client;
      this.#client = undefined;
      this.#session = undefined;
      await client?.end().catch(() => {});
      this.#retryLater();
    }
  }

  #turn(illness: string | undefined): void {
    if (this.illness === illness) return;
    this.illness = illness;
    this.#listener.turned(illness);
  }

  /** Resolves when everything that was committed before this call has been handed on. */
  catchUp(): Promise<void> {
    if (this.#reading === undefined) return this.#begin();
    // One reading may have begun before the commit that the caller means; the next one has not.
    this.#again ??= this.#reading.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#again;
  }

  #begin(): Promise<void> {
    this.#again = undefined;
    const client = this.#client;
    const reading = this.#read()
      .catch((error: unknown) => {
        // Whatever it was, a new connection knows better than one on which something went wrong.
        client?.end().catch(() => {});
        throw error;
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<void> {
    let end = 0;
    await this.#readState((next) => {
      end = next;
    });
    while (this.tail < end) {
      const from = this.tail;
      const rows = await this.#online().query<News>(NEWS, [from, end]);
      // Somebody else moved on meanwhile: one's own commits are handed on without being read.
      if (this.tail !== from) continue;
      for (const row of rows) this.#handOn(row);
      const last = rows.at(-1);
      this.tail = last === undefined ? end : Number(last.seq) + 1;
    }
  }

  async #readState(take: (next: number) => void): Promise<void> {
    const [row] = await this.#online().query<{ next: string; events: string; bytes: string }>(STATE);
    this.events = Number(row!.events);
    this.bytes = Number(row!.bytes);
    take(Number(row!.next));
  }

  #online(): Session {
    if (this.#session === undefined) throw new StoreError("store/unavailable", UNREACHABLE);
    return this.#session;
  }

  #handOn({ record, ring, name }: News): void {
    if (name !== null) this.#listener.changed(name);
    if (record === null) return;
    const { json } = new StoredRecord(record);
    // Our own JSON, written by Entry.
    const event = JSON.parse(json.toString()) as SignedEvent;
    if (ring === null) this.#listener.stored(event, json);
    else this.#listener.verified(event, json, ring.toString("hex"));
  }

  /** After a commit of this process: hands it on, and whatever others committed before it. */
  async committed({ before, next, events, bytes, tell }: Own): Promise<void> {
    if (this.tail >= next) return;
    if (this.tail !== before) {
      await this.catchUp();
      return;
    }
    this.tail = next;
    this.events = events;
    this.bytes = bytes;
    tell(this.#listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#poll);
    const client = this.#client;
    this.#client = undefined;
    this.#session = undefined;
    await client?.end().catch(() => {});
    await this.#reading?.catch(() => {});
  }
}

/** Its signature was checked by the process that sent it; but anybody who may use the database may notify. */
function readEvent(json: Buffer): SignedEvent | undefined {
  try {
    return readSignedEvent(parseJson(json.toString(), "notification", TEXT_LIMITS), EVENT_LIMITS);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

const LARGEST = 8 << 20;
const TEXT_LIMITS = { maxLength: LARGEST, maxDepth: 8 };
const EVENT_LIMITS = {
  maxContent: LARGEST,
  maxTags: LARGEST,
  maxTagElements: LARGEST,
  maxTagElement: LARGEST,
  maxSize: LARGEST,
};

export const commitChannel = (schema: string): string => `${schema}_commit`;
export const ephemeralChannel = (schema: string): string => `${schema}_ephemeral`;
