/**
 * One group, opened: its machine on the store, its queries at its relays, its clock.
 *
 * Spec: docs/spec/groups.md. It listens on sockets of its own, as a key that means nothing but this group on this device,
 * and what it publishes goes out as nobody, through the outbox. Events are taken in batches; messages that were not
 * needed to open are read in afterwards, newest first. Closing it keeps how far every relay was read.
 */
import { type EventId, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import { endedBefore } from "@subrosa/core/group/epochs";
import { type GroupEvent, openGroup } from "@subrosa/core/group/group";
import { infoOf } from "@subrosa/core/group/show";
import { signEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { expirationOf } from "@subrosa/core/nostr/nip40";
import { Secret } from "@subrosa/core/secret";
import { type Driver, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import { pause } from "../ports.ts";
import type { Item } from "../relay/negentropy.ts";
import { Derived } from "./derived.ts";
import { Gathering } from "./gather.ts";
import type { GroupPlace } from "./group-index.ts";
import { type GroupKeeping, groupKeeping, messageName } from "./group-keeping.ts";
import {
  dueAt,
  type GroupEffect,
  type GroupFault,
  type GroupHappening,
  type GroupState,
  groupMachine,
} from "./group-machine.ts";
import { type GroupView, groupView } from "./group-view.ts";
import type { GroupsOptions, Mining } from "./groups-options.ts";
import { Pursuit } from "./pursuit.ts";
import { work } from "./work.ts";

export type Told = Exclude<GroupEvent, { kind: "received" }>;
type GroupDriver = Driver<GroupState, GroupHappening, GroupEffect, GroupFault>;

/** Messages that are read in at once, behind the first screen. */
const RECALL = 32;
const KINDS: Readonly<Record<string, readonly number[]>> = { keys: [484, 485, 486], words: [482, 483] };
const HOUR = 3_600;
const DAY = 86_400;
/** GROUP-21: how old an encryption key gets before a new one is announced, and how long ended epochs stay readable. */
const KEY_LIFETIME = 7 * DAY;
const RETENTION = 14 * DAY;

export interface RoomOptions extends GroupsOptions {
  readonly id: EventId;
  readonly place: GroupPlace;
  /** The person's own key, or the one that is his in this group. */
  readonly real: Secret;
  readonly onWork: (work: Mining | undefined) => void;
}

export async function openRoom(options: RoomOptions): Promise<GroupRoom> {
  const { id, place, real, store, outbox, clock, random, curve, miner, onWork } = options;
  const seen = new Map<EventId, number>();
  const config = {
    ...{ create: id, mine: { real, encryption: [] }, curve },
    ...(place.guest === undefined ? {} : { secrets: [place.guest] }),
  };
  const initial: GroupState = {
    group: openGroup(config, place.invitedBy),
    ...{ relays: place.relays, encryption: [], asked: undefined, ignored: new Set(), repeats: [], cursors: new Map() },
  };
  const me = toHex(real.pubkey) as PubkeyHex;
  const keeping = groupKeeping({ config, me, initial, seen, random, now: () => clock.now() });
  const held: { driver?: GroupDriver } = {};
  const driver: GroupDriver = await openDriver({
    machine: groupMachine(initial, real, seen, curve),
    store: machineStore(store, `group/${id}`, keeping),
    perform: async (effect, signal) => {
      if (effect.kind === "publish") {
        const verdict = VerifiedEvent.check(effect.event, curve);
        const relays = held.driver?.state.relays ?? place.relays;
        // The outbox knows an event by its id, so handing it over twice sends it once.
        if (verdict.ok) await outbox.send(verdict.event, "nobody", relays);
        return undefined;
      }
      try {
        const { event: unsigned, target } = effect;
        onWork({ target, tried: 0, best: 0 });
        const onProgress = (progress: Omit<Mining, "target">): void => onWork({ target, ...progress });
        const event = await work({ field: "nonce", event: unsigned, target }, { miner, signal, onProgress });
        const mined: Told = { kind: "mined", event, now: clock.now() };
        return { kind: "told", event: mined, seed: random(32) };
      } finally {
        onWork(undefined);
      }
    },
    clock,
    random,
  });
  held.driver = driver;
  const first = place.first && VerifiedEvent.check(place.first, curve);
  if (first?.ok === true && driver.state.group.reader.event(first.event.id) === undefined) {
    await driver.send({ kind: "begun", event: first.event, now: clock.now(), seed: random(32) });
  }
  return GroupRoom.start(options, driver, keeping, seen);
}

export class GroupRoom implements AsyncDisposable {
  readonly view: Derived<GroupState, GroupView>;
  readonly #options: RoomOptions;
  readonly #driver: GroupDriver;
  readonly #keeping: GroupKeeping;
  readonly #abort = new AbortController();
  readonly #arrivals: Gathering<VerifiedEvent, string | undefined>;
  #pursuit: Pursuit | undefined;
  #callOff: () => void = () => undefined;
  #callOffLook: () => void = () => undefined;
  #recalling: Promise<void> | undefined;
  readonly #purged = new Set<EventId>();

  private constructor(
    options: RoomOptions,
    driver: GroupDriver,
    keeping: GroupKeeping,
    seen: ReadonlyMap<EventId, number>,
  ) {
    const { id, clock } = options;
    this.#options = options;
    this.#driver = driver;
    this.#keeping = keeping;
    this.#arrivals = new Gathering((events) => this.#received(events));
    this.view = new Derived(
      driver,
      (state) => {
        const isCaughtUp = this.#pursuit?.isCaughtUp !== false;
        const shown = groupView(id, state, { now: clock.now(), seen, isCaughtUp });
        this.#lookAgain(shown);
        return shown;
      },
      clock,
    );
  }

  /** @internal */
  static start(
    options: RoomOptions,
    driver: GroupDriver,
    keeping: GroupKeeping,
    seen: ReadonlyMap<EventId, number>,
  ): GroupRoom {
    const room = new GroupRoom(options, driver, keeping, seen);
    driver.watch(() => room.#setClock());
    room.#follow();
    const { hearing } = options.network;
    room.#recalling = hearing.during(room.#recall());
    hearing.during(room.#tick()).catch(() => undefined);
    return room;
  }

  get state(): GroupState {
    return this.#driver.state;
  }

  get real(): Secret {
    return this.#options.real;
  }

  /** The time of the latest thing that was said. */
  get newest(): number {
    return this.state.group.reader.messages().reduce((latest, { at }) => Math.max(latest, at), 0);
  }

  /** Resolves when it is durable. */
  tell(event: Told): Promise<GroupFault | undefined> {
    return this.#driver.send({ kind: "told", event, seed: this.#options.random(32) });
  }

  change(happening: Exclude<GroupHappening, { kind: "begun" | "received" | "told" }>): Promise<GroupFault | undefined> {
    return this.#driver.send(happening);
  }

  /** The reason where it was ignored. */
  ingest(event: VerifiedEvent): Promise<string | undefined> {
    return this.#arrivals.offer(event);
  }

  /** New relays are asked too, from the beginning. */
  async useRelays(relays: GroupState["relays"]): Promise<GroupFault | undefined> {
    const ignored = await this.#driver.send({ kind: "approved", relays });
    if (ignored === undefined) this.#follow();
    return ignored;
  }

  /** GROUP-21: a key of our own to announce, where there is none that is fresh enough. */
  async renewKey(): Promise<void> {
    const { clock, random, curve } = this.#options;
    const now = clock.now();
    const { encryption } = this.state;
    if ((encryption.at(-1)?.at ?? 0) > now - KEY_LIFETIME) return;
    const kept = encryption.filter(({ at }, i) => (encryption[i + 1]?.at ?? at) > now - RETENTION);
    const fresh = { secret: Secret.from(random(32), curve), at: now };
    await this.#driver.send({ kind: "keyed", encryption: [...kept, fresh], now, seed: random(32) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    this.#callOff();
    this.#callOffLook();
    // What waits is let go, and then it has to be asked for again.
    const cursors = (this.#arrivals.waiting === 0 && this.#pursuit?.cursors()) || new Map<string, number>();
    this.#pursuit?.[Symbol.dispose]();
    this.#options.network.leave(this.#listener);
    await this.#recalling;
    await this.#arrivals[Symbol.asyncDispose]();
    // A driver that stopped has said so; where its disk is full there is nothing to keep.
    if (cursors.size > 0) await this.#driver.send({ kind: "caught-up", cursors }).catch(() => undefined);
    this.view[Symbol.dispose]();
    await this.#driver[Symbol.asyncDispose]();
  }

  get #listener(): PubkeyHex {
    return pubkeyHex(toHex(this.#options.place.listener.pubkey))!;
  }

  async #received(events: readonly VerifiedEvent[]): Promise<readonly (string | undefined)[]> {
    const { clock, random } = this.#options;
    const now = clock.now();
    const isHeld = ({ id }: VerifiedEvent): boolean => this.state.group.reader.event(id) !== undefined;
    // A relay that does not forget what disappears does not bring it back here.
    const fresh = events.filter((event) => !isHeld(event) && (expirationOf(event) ?? now + 1) > now);
    const isNew = new Set(fresh.map(({ id }) => id));
    const happening = { kind: "received", events: fresh, now, seed: random(32) } as const;
    const ignored = fresh.length === 0 ? undefined : await this.#driver.send(happening);
    const { reader } = this.state.group;
    return events.map(({ id }) => {
      if (!isNew.has(id)) return "already-held";
      return reader.event(id) === undefined ? (ignored ?? "another-group") : undefined;
    });
  }

  #follow(): void {
    const { id, place, network, random, curve, clock } = this.#options;
    const kept = new Map([...this.state.cursors, ...(this.#pursuit?.cursors() ?? [])]);
    this.#pursuit?.[Symbol.dispose]();
    const presence = network.as({
      pubkey: this.#listener,
      authenticate: async (template) => signEvent(template, place.listener, random(32), curve),
    });
    this.#pursuit = new Pursuit({
      ...{ presence, hearing: network.hearing, relays: this.state.relays, kept, clock },
      filters: {
        first: { ids: [id] },
        // Few, and all that is needed to know who is in and which key is current.
        keys: { kinds: KINDS["keys"]!, "#e": [id] },
        words: { kinds: KINDS["words"]!, "#e": [id] },
      },
      known: (name) => this.#held(name),
      onEvent: (event) => this.ingest(event),
      onCaughtUp: (cursors) => {
        this.view.refresh();
        return this.#keep(cursors);
      },
    });
  }

  async #held(name: string): Promise<readonly Item[]> {
    await this.#recalling;
    const kinds = KINDS[name] ?? [];
    const events = this.state.group.reader.events().filter(({ kind }) => kinds.includes(kind));
    return events.map(({ id, created_at }) => ({ id, created_at }));
  }

  async #recall(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#abort;
    for (let events = this.#keeping.rest(RECALL); events.length > 0; events = this.#keeping.rest(RECALL)) {
      if (signal.aborted) return;
      const happening = { kind: "received", events, now: clock.now(), seed: this.#options.random(32) } as const;
      await this.#driver.send(happening).catch(() => undefined);
      await pause(clock, 0, signal);
    }
  }

  /** GROUP-21: in groups that want it, keys of ours are renewed and what is long over becomes unreadable. */
  async #retain(): Promise<void> {
    const now = this.#options.clock.now();
    const { group } = this.state;
    if (infoOf(group, now)?.ek !== true) return;
    if (group.kind === "member" || group.kind === "admin" || group.kind === "owner") await this.renewKey();
    const keys = endedBefore(group.ledger.facts(), group.ledger.select(now), now - RETENTION).filter(
      (key) => group.reader.secretOf(key) !== undefined,
    );
    if (keys.length > 0) await this.tell({ kind: "forgot", keys, now });
  }

  /** After all that came before has been taken, or a crash would lose it. */
  async #keep(cursors: ReadonlyMap<string, number>): Promise<void> {
    await this.#arrivals.idle();
    if (!this.#abort.signal.aborted) await this.#driver.send({ kind: "caught-up", cursors });
  }

  /** What has disappeared leaves the disk too. */
  async #purge(): Promise<void> {
    const { store, id, clock } = this.#options;
    const now = clock.now();
    const { reader } = this.state.group;
    const over = reader.messages().filter(({ expires }) => expires !== undefined && expires <= now);
    const gone = over
      .flatMap((message) => reader.event(message.id) ?? [])
      .filter((event) => !this.#purged.has(event.id));
    if (gone.length === 0) return;
    for (const event of gone) this.#purged.add(event.id);
    await store.commit(gone.map((event) => ({ name: `group/${id}/s/${messageName(event)}`, value: undefined })));
  }

  /** Looked at by the clock: the next rotation that is planned, or an hour. */
  #setClock(): void {
    if (this.#abort.signal.aborted) return;
    this.#callOff();
    const { clock } = this.#options;
    const now = clock.now();
    const at = Math.min(dueAt(this.state) ?? now + HOUR, now + HOUR);
    this.#callOff = clock.after(Math.max(0, at - now) * 1_000 + 50, () => void this.#tick().catch(() => undefined));
  }

  async #tick(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    await this.tell({ kind: "woke", now: this.#options.clock.now() });
    await this.#retain();
    await this.#purge();
    this.view.refresh();
    this.#setClock();
  }

  /** When the first of what is shown disappears. */
  #lookAgain({ entries }: GroupView): void {
    this.#callOffLook();
    const soonest = entries.reduce((least, { expires }) => Math.min(least, expires ?? least), Number.MAX_SAFE_INTEGER);
    const { clock } = this.#options;
    const wait = soonest - clock.now();
    if (this.#abort.signal.aborted || wait > HOUR) return;
    this.#callOffLook = clock.after(Math.max(0, wait) * 1_000 + 50, () => {
      this.view.refresh();
      void this.#purge().catch(() => undefined);
    });
  }
}
