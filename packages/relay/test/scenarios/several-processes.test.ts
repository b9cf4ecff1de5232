/**
 * Several processes on one PostgreSQL are one relay: while they are killed and started again and the connections to the
 * database are cut, every subscriber of every process gets every event exactly once, and nothing acknowledged is lost.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import { Client } from "../client.ts";
import { event, generator, NOW } from "../events.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";
import { bundle, Listening } from "../process.ts";

const LONG = process.env["SUBROSA_LONG"] !== undefined;
const PROCESSES = 3;
const BLOWS = LONG ? 200 : 8;
const PUBLISHERS = 2;
const IN_FLIGHT = 16;

type Random = (below: number) => number;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within a minute: ${what}`);
    await pause(20);
  }
}

interface Life {
  readonly sent: Set<string>;
  readonly acknowledged: Set<string>;
  /** Nobody publishes any more. */
  over: boolean;
  /** Nobody listens any more. */
  done: boolean;
}

/** A process of the relay, started again whenever it is killed. */
class Member {
  readonly #start: () => Promise<Listening>;
  current: Promise<Listening>;

  constructor(start: () => Promise<Listening>) {
    this.#start = start;
    this.current = start();
  }

  async kill(): Promise<void> {
    const killed = await this.current;
    await killed.end("SIGKILL");
    this.current = this.#start();
    await this.current;
  }
}

/** Listens on one process, comes back when it is cut off; what one subscription brought is a list of its own. */
class Subscriber {
  readonly subscriptions: string[][] = [];
  #client: Client | undefined;
  readonly #done: Promise<void>;

  constructor(member: Member, life: Life) {
    this.#done = this.#listen(member, life);
  }

  async #listen(member: Member, life: Life): Promise<void> {
    while (!life.done) {
      const client = await Client.open((await member.current).url).catch(() => undefined);
      if (client === undefined) {
        await pause(20);
        continue;
      }
      if (life.done) {
        client.ws.terminate();
        return;
      }
      this.#client = client;
      const received: string[] = [];
      this.subscriptions.push(received);
      client.ws.on("message", (data: Buffer) => {
        const [verb, , body] = JSON.parse(data.toString()) as [string, string, { id: string }];
        if (verb === "EVENT") received.push(body.id);
        // Asked while the database was away.
        if (verb === "CLOSED") client.ws.terminate();
      });
      client.send("REQ", "all", { kinds: [1], limit: 5_000 });
      await new Promise<void>((resolve) => client.ws.once("close", () => resolve()));
    }
  }

  /** Of the subscription that stands now. */
  get received(): readonly string[] {
    return this.subscriptions.at(-1) ?? [];
  }

  async end(): Promise<void> {
    this.#client?.ws.terminate();
    await this.#done;
  }
}

async function publish(members: readonly Member[], random: Random, life: Life): Promise<void> {
  while (!life.over) {
    const client = await Client.open((await members[random(members.length)]!.current).url).catch(() => undefined);
    if (client === undefined) continue;
    let flight = 0;
    let left = 40 + random(100);
    const next = (): void => {
      if (left-- <= 0 || life.over) {
        if (flight === 0) client.ws.terminate();
        return;
      }
      const it: SignedEvent = event({
        by: 1 + random(20),
        created_at: NOW - random(100),
        content: `${life.sent.size}`,
      });
      life.sent.add(it.id);
      flight++;
      client.send("EVENT", it);
    };
    client.ws.on("message", (data: Buffer) => {
      const [verb, id, accepted] = JSON.parse(data.toString()) as [string, string, boolean];
      if (verb !== "OK") return;
      flight--;
      if (accepted) life.acknowledged.add(id);
      next();
    });
    const gone = new Promise<void>((resolve) => client.ws.once("close", () => resolve()));
    for (let i = 0; i < IN_FLIGHT; i++) next();
    await gone;
    await pause(random(30));
  }
}

async function disturb(server: PostgresUnderTest, url: string, members: readonly Member[], random: Random, life: Life) {
  for (let blow = 0; blow < BLOWS; blow++) {
    const target = life.acknowledged.size + 20 + random(100);
    await until("events are acknowledged", () => life.acknowledged.size >= target);
    await pause(random(20));
    // The first process is never killed: its subscribers hear everything live.
    if (random(3) === 0) await server.cut(url);
    else await members[1 + random(members.length - 1)]!.kill();
  }
}

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("several processes", () => {
  let server: PostgresUnderTest;
  let program: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    [server, program] = await Promise.all([PostgresUnderTest.start(), bundle("test/programs/trusting-relay.ts")]);
  }, PATIENCE_MS);
  afterAll(async () => {
    program.remove();
    await server[Symbol.asyncDispose]();
  }, PATIENCE_MS);

  test(`${PROCESSES} processes, ${BLOWS} kills and cuts: every subscriber gets every event exactly once, none is lost`, {
    timeout: 3_600_000,
  }, async () => {
    const seed = NOW;
    const random = generator(seed);
    const url = await server.database();
    const start = (): Promise<Listening> => Listening.start(program.path, [server.dir], { SUBROSA_DATABASE: url });
    const members = Array.from({ length: PROCESSES }, () => new Member(start));
    const life: Life = { sent: new Set(), acknowledged: new Set(), over: false, done: false };
    const subscribers: Subscriber[] = [];
    try {
      await Promise.all(members.map(({ current }) => current));
      subscribers.push(...members.flatMap((member) => [new Subscriber(member, life), new Subscriber(member, life)]));
      await until("everybody listens", () => subscribers.every(({ subscriptions }) => subscriptions.length === 1));
      const publishers = Array.from({ length: PUBLISHERS }, () => publish(members, random, life));
      await disturb(server, url, members, random, life);
      life.over = true;
      await Promise.all(publishers);
      // A subscription that began again asks for what is stored, of which 5,000 are given.
      const complete = LONG ? subscribers.slice(0, 2) : subscribers;
      await until("everybody has everything", () =>
        complete.every(({ received }) => {
          const has = new Set(received);
          return [...life.acknowledged].every((id) => has.has(id));
        }),
      );
    } finally {
      life.over = true;
      life.done = true;
      await Promise.all(subscribers.map((subscriber) => subscriber.end()));
      await Promise.allSettled(members.map(async ({ current }) => (await current).end("SIGKILL")));
    }

    const where = `seed ${seed}, ${life.acknowledged.size} acknowledged`;
    for (const { subscriptions } of subscribers) {
      for (const received of subscriptions) {
        expect(new Set(received).size, `nothing twice; ${where}`).toBe(received.length);
        expect(
          received.filter((id) => !life.sent.has(id)),
          `nothing invented; ${where}`,
        ).toEqual([]);
      }
    }
    const first = subscribers[0]!;
    expect(first.subscriptions.length).toBe(1);
    const heard = new Set(first.received);
    expect(
      [...life.acknowledged].filter((id) => !heard.has(id)),
      `nothing missed; ${where}`,
    ).toEqual([]);
    const store = await openPostgresStore({ connectionString: url });
    const stored = new Set<string>();
    const scan = store.everything();
    while ((await scan.run(10_000, (record) => Boolean(stored.add(record.id)))) !== "done");
    expect(
      [...life.acknowledged].filter((id) => !stored.has(id)),
      `nothing lost; ${where}`,
    ).toEqual([]);
    expect(
      [...stored].filter((id) => !heard.has(id)),
      `nothing stored in silence; ${where}`,
    ).toEqual([]);
    for await (const fault of store.check()) expect(fault).toBe("");
    await store.close();
  });
});
