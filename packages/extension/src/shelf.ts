/** Everything the worker remembers, read once and written through: what is not on the shelf did not happen. */

import { WireError } from "@subrosa/core/errors";
import { hexText, integer, list, object, oneOf, readShape, type Shape, text, writeShape } from "@subrosa/core/json";
import { type Accounts, accounts, NO_ACCOUNTS } from "./accounts.ts";
import { type Activity, activity } from "./activity.ts";
import { DEFAULT_IDLE, IDLE_MINUTES, type IdleMinutes, type Lock } from "./lock.ts";
import { type Person, people } from "./people.ts";
import { type Grant, grants } from "./permission.ts";
import type { TextStore } from "./ports.ts";
import { type Answered, EMPTY_QUEUE, type Entry, type Queue } from "./queue.ts";
import { REFUSALS } from "./refusal.ts";

const LIMITS = { maxLength: 1 << 25, maxDepth: 12 };
const any = text({ max: 1 << 22 });

const entry: Shape<Entry> = object({
  id: any,
  callId: any,
  origin: any,
  tab: integer(),
  account: hexText(32),
  method: any,
  params: any,
  needs: oneOf("consent", "unlock"),
  phase: oneOf("waiting", "shown", "running"),
});
const yes = object({ ok: oneOf("yes"), value: any });
const no = object({ ok: oneOf("no"), code: oneOf(...REFUSALS) });
const answer: Shape<Answered["answer"]> = {
  read: (value, path) => {
    const isYes = typeof value === "object" && value !== null && "value" in value;
    return isYes ? { ok: true, value: yes.read(value, path).value } : { ok: false, code: no.read(value, path).code };
  },
  write: (one) => (one.ok ? { ok: "yes", value: one.value } : { ok: "no", code: one.code }),
};
const answered: Shape<Answered> = object({ callId: any, origin: any, tab: integer(), answer });
const queue: Shape<Queue> = object({ entries: list(entry, { max: 10 }), answered: list(answered, { max: 30 }) });
const lock: Shape<Lock> = list(object({ pubkey: hexText(32), since: integer(), until: integer() }), { max: 100 });

/** Which rings an account signed for, by group (PROOF-7). */
const memory = list(
  object({ account: hexText(32), address: text({ max: 400 }), rings: list(hexText(32), { max: 200 }) }),
  { max: 500 },
);
export type RingMemory = ReturnType<typeof memory.read>;

const idle = object({ minutes: oneOf(...IDLE_MINUTES) });

export interface Kept {
  readonly accounts: Accounts;
  readonly grants: readonly Grant[];
  readonly activity: Activity;
  readonly people: readonly Person[];
  readonly memory: RingMemory;
  readonly idle: { readonly minutes: IdleMinutes };
  readonly queue: Queue;
  readonly lock: Lock;
}

const SHAPES: { readonly [K in keyof Kept]: Shape<Kept[K]> } = {
  accounts,
  grants,
  activity,
  people,
  memory,
  idle,
  queue,
  lock,
};
const FIRST: Kept = {
  accounts: NO_ACCOUNTS,
  grants: [],
  activity: [],
  people: [],
  memory: [],
  idle: { minutes: DEFAULT_IDLE },
  queue: EMPTY_QUEUE,
  lock: [],
};
/** What must not outlive the browser. */
const IN_SESSION: ReadonlySet<keyof Kept> = new Set(["queue", "lock"]);

export class Shelf {
  readonly #stores: { readonly local: TextStore; readonly session: TextStore };
  #kept: Kept;

  private constructor(stores: { readonly local: TextStore; readonly session: TextStore }, kept: Kept) {
    this.#stores = stores;
    this.#kept = kept;
  }

  static async open(stores: { readonly local: TextStore; readonly session: TextStore }): Promise<Shelf> {
    let kept = FIRST;
    for (const name of Object.keys(SHAPES) as (keyof Kept)[]) {
      const stored = await (IN_SESSION.has(name) ? stores.session : stores.local).read(name);
      if (stored !== undefined) kept = { ...kept, [name]: readOr(name, stored) };
    }
    return new Shelf(stores, kept);
  }

  get kept(): Kept {
    return this.#kept;
  }

  async keep<K extends keyof Kept>(name: K, value: Kept[K]): Promise<void> {
    if (this.#kept[name] === value) return;
    const store = IN_SESSION.has(name) ? this.#stores.session : this.#stores.local;
    await store.write(name, writeShape(SHAPES[name], value));
    this.#kept = { ...this.#kept, [name]: value };
  }
}

/** Damaged grants are no grants, a damaged queue is empty; damaged accounts are not thrown away: that ends here. */
function readOr<K extends keyof Kept>(name: K, stored: string): Kept[K] {
  try {
    return readShape(SHAPES[name], stored, name, LIMITS);
  } catch (error) {
    if (!(error instanceof WireError) || name === "accounts") throw error;
    return FIRST[name];
  }
}
