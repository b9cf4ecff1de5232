/**
 * The groups of one person: made, joined, spoken in, kept in order, left. What a screen and a command line use.
 *
 * Spec: docs/spec/groups.md. Every method resolves when the act is durable: with undefined, or with the reason why
 * nothing happened, which has a sentence in group-reason.ts. What the relays say of it is in the outbox, under the id
 * that the message has in the view.
 */
import { type EventId, eventId, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { createGroup } from "@subrosa/core/group/acts";
import type { Role } from "@subrosa/core/group/facts";
import { openInvite, readInvite, sealInvite, writeInvite } from "@subrosa/core/group/invite";
import { type GroupInfo, PLAIN_GROUP } from "@subrosa/core/group/metadata";
import { CREATE } from "@subrosa/core/group/wire";
import { plain, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { tagValue } from "@subrosa/core/nostr/tags";
import { Secret } from "@subrosa/core/secret";
import { type Driver, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import { entriesOf } from "../store/store.ts";
import { Cell } from "./cell.ts";
import { Derived } from "./derived.ts";
import { GroupActs, type GroupAnswer, urlsOf } from "./group-acts.ts";
import { type GroupIndex, type GroupPlace, groupIndex, type IndexEvent, indexKeeping } from "./group-index.ts";
import type { IgnoredGroup } from "./group-reason.ts";
import { type GroupRoom, openRoom } from "./group-room.ts";
import { canTake } from "./group-size.ts";
import { type GroupSummary, type GroupView, groupSummary } from "./group-view.ts";
import { fitsOneMessage } from "./group-words.ts";
import type { GroupsOptions, Mining } from "./groups-options.ts";
import { type Live, live } from "./live.ts";

export type GroupMade =
  | { readonly ok: true; readonly id: EventId }
  | { readonly ok: false; readonly reason: IgnoredGroup };

export interface NewGroup {
  readonly name: string;
  readonly about?: string;
  readonly picture?: string;
  readonly relays: readonly string[];
  /** Let in from the start; send each a sealed invite, or he will not know. */
  readonly members?: readonly { readonly person: PubkeyHex; readonly role: Exclude<Role, "owner"> }[];
  /** Bits of work that a request to join must show. Default 0. */
  readonly difficulty?: number;
  /** GROUP-21: secrets are wrapped to fresh encryption keys. Default false. */
  readonly ek?: boolean;
}

type IndexDriver = Driver<GroupIndex, IndexEvent, never, "unknown-group">;

export async function openGroups(options: GroupsOptions): Promise<Groups> {
  const { store, clock, random, curve } = options;
  const index = await openDriver({
    machine: groupIndex,
    store: machineStore(store, "groups", indexKeeping(curve)),
    perform: async () => undefined,
    clock,
    random,
  });
  return Groups.start(options, index);
}

export class Groups extends GroupActs implements AsyncDisposable {
  readonly #options: GroupsOptions;
  readonly #index: IndexDriver;
  readonly #rooms: Map<EventId, GroupRoom>;
  readonly #changed = new Cell(0);
  readonly #work = new Cell<ReadonlyMap<EventId, Mining>>(new Map());
  readonly #list: Derived<number, ReadonlyMap<EventId, GroupSummary>>;

  private constructor(options: GroupsOptions, index: IndexDriver) {
    const rooms = new Map<EventId, GroupRoom>();
    super(options, (id) => rooms.get(id));
    this.#options = options;
    this.#index = index;
    this.#rooms = rooms;
    const summaries = () => new Map([...this.#rooms].map(([id, { view }]) => [id, groupSummary(view.state)]));
    this.#list = new Derived(this.#changed, summaries, options.clock);
  }

  /** @internal */
  static async start(options: GroupsOptions, index: IndexDriver): Promise<Groups> {
    const groups = new Groups(options, index);
    for (const [id, place] of index.state) {
      if (place.isGone) await groups.#erase(id);
      else await groups.#open(id, place);
    }
    return groups;
  }

  /** Every group that is here, by the id of its create event. */
  get list(): Live<ReadonlyMap<EventId, GroupSummary>> {
    return live(this.#list, (list) => list);
  }

  /** Proof of work that is under way, by group. */
  get work(): Live<ReadonlyMap<EventId, Mining>> {
    return live(this.#work, (work) => work);
  }

  /** Undefined while there is no such group. */
  group(id: EventId): Live<GroupView | undefined> {
    return live(this.#changed, () => this.#rooms.get(id)?.view.state);
  }

  async create(group: NewGroup): Promise<GroupMade> {
    const { secret, clock, random, curve } = this.#options;
    const { relays, members = [], name, about = "", picture = "", difficulty = 0, ek = false } = group;
    const urls = urlsOf(relays);
    if (urls.length === 0) return refuse("no-relay");
    const info: GroupInfo = { ...PLAIN_GROUP, name, about, picture, difficulty, ek, relays: urls };
    const made = createGroup(secret, members, info, clock.now(), { random, curve });
    const first = signEvent(made.event, made.alias, random(32), curve);
    if (!(await canTake(first, members.length + 1, members.length + 1, urls, this.#options)))
      return refuse("too-large");
    await this.#put(first.id, { relays: urls, invitedBy: [], first: plain(first) });
    return { ok: true, id: first.id };
  }

  /** `nostr:nevent…?key=…`, for a link or a QR code: shows what is public, and lets anybody ask to join. */
  invite(id: EventId): string | undefined {
    const at = this.#current(id);
    if (at === undefined) return undefined;
    const { key, relays, difficulty } = at;
    return writeInvite({ create: id, key, relays, difficulty });
  }

  /** Sealed to one person: he sees name, members and messages of this epoch before he asks. Send it as a message. */
  inviteSealed(id: EventId, guest: PubkeyHex): string | undefined {
    const { secret: real, random, curve } = this.#options;
    const at = this.#current(id);
    const secret = at && this.#rooms.get(id)?.state.group.reader.secretOf(at.key);
    if (at?.owner === undefined || secret === undefined) return undefined;
    const { owner, relays, difficulty } = at;
    return sealInvite({ create: id, owner, secret, relays, difficulty }, real, guest, random, curve);
  }

  /**
   * Asks to join by a link, or by the text of a sealed invite and who sent it. Resolves when the request is durable;
   * where the group asks for work it goes out when that is done (`work`).
   */
  async join(invite: string, words: string, from?: PubkeyHex): Promise<GroupMade> {
    if (!fitsOneMessage(words)) return refuse("too-long");
    const entered = await this.#enter(invite, from);
    if (!entered.ok) return entered;
    const { id, key, difficulty } = entered;
    const room = this.#rooms.get(id)!;
    const { phase, asked } = room.view.state;
    if (phase === "member" || phase === "admin" || phase === "owner") return refuse("already-member");
    if (asked !== undefined && phase === "outside" && room.state.group.mining.length > 0)
      return refuse("already-asked");
    await room.renewKey();
    const now = this.#options.clock.now();
    const bits = Math.max(difficulty, room.view.state.info?.difficulty ?? 0);
    const ignored = await room.tell({
      kind: "asked",
      key: this.#current(id)?.key ?? key,
      text: words,
      difficulty: bits,
      now,
    });
    return ignored === undefined ? { ok: true, id } : refuse(ignored);
  }

  /** Looks in by a sealed invite without asking yet; `join` with the same invite asks. */
  async look(invite: string, from: PubkeyHex): Promise<GroupMade> {
    const entered = await this.#enter(invite, from);
    return entered.ok ? { ok: true, id: entered.id } : entered;
  }

  /** Deletes everything of it here; only when we are out. */
  async forget(id: EventId): GroupAnswer {
    const room = this.#rooms.get(id);
    if (room === undefined) return "unknown-group";
    const { phase } = room.view.state;
    if (phase === "member" || phase === "admin" || phase === "owner") return "still-inside";
    await this.#index.send({ kind: "gone", id, now: this.#options.clock.now() });
    this.#rooms.delete(id);
    this.#tellChange();
    await room[Symbol.asyncDispose]();
    await this.#erase(id);
    return undefined;
  }

  /** Takes any event from anywhere; says why where it was ignored. */
  async ingest(event: VerifiedEvent): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }> {
    const id = event.kind === CREATE ? event.id : eventId(tagValue(event.tags, "e"));
    const room = id && this.#rooms.get(id);
    const reason = room === undefined ? "unknown-group" : await room.ingest(event);
    return reason === undefined ? { ok: true } : { ok: false, reason };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    await Promise.all(rooms.map((room) => room[Symbol.asyncDispose]()));
    this.#list[Symbol.dispose]();
    await this.#index[Symbol.asyncDispose]();
  }

  async #open(id: EventId, place: GroupPlace): Promise<void> {
    const onWork = (work: Mining | undefined): void => {
      const all = new Map(this.#work.state);
      if (work === undefined) all.delete(id);
      else all.set(id, work);
      this.#work.set(all);
    };
    const room = await openRoom({ ...this.#options, id, place, onWork });
    this.#rooms.set(id, room);
    room.view.onChange(() => this.#tellChange());
    this.#tellChange();
  }

  #tellChange(): void {
    this.#changed.set(this.#changed.state + 1);
  }

  async #put(id: EventId, given: Omit<GroupPlace, "listener" | "at" | "isGone">): Promise<void> {
    const { clock, random, curve } = this.#options;
    const place = { ...given, listener: Secret.from(random(32), curve), at: clock.now(), isGone: false };
    await this.#index.send({ kind: "put", id, place });
    await this.#open(id, place);
  }

  /** The group of an invite, opened where it was not here. */
  async #enter(
    text: string,
    from: PubkeyHex | undefined,
  ): Promise<
    | { readonly ok: true; readonly id: EventId; readonly key: PubkeyHex; readonly difficulty: number }
    | { readonly ok: false; readonly reason: IgnoredGroup }
  > {
    const link = from === undefined ? readInvite(text) : undefined;
    if (from === undefined && link === undefined) return refuse("not-an-invite");
    const { secret, curve } = this.#options;
    const opened = from === undefined ? undefined : openInvite(text, from, secret, curve);
    if (opened?.ok === false) return refuse("other-guest");
    const invite = link ?? opened!.invite;
    const [id, relays, { difficulty = 0 }] = [invite.create, urlsOf(invite.relays), invite];
    const key = "key" in invite ? invite.key : (toHex(invite.secret.pubkey) as PubkeyHex);
    if (!this.#rooms.has(id)) {
      if (relays.length === 0) return refuse("no-relay");
      const guest = "key" in invite ? { invitedBy: [] } : { invitedBy: [invite.owner], guest: invite.secret };
      await this.#put(id, { relays, ...guest });
    } else if ("owner" in invite) {
      const { owner } = invite;
      await this.decide(id, ({ reinvitedBy }) => ({ reinvitedBy: [...new Set([...reinvitedBy, owner])] }));
    }
    return { ok: true, id, key, difficulty };
  }

  #current(id: EventId) {
    const room = this.#rooms.get(id);
    const { clock } = this.#options;
    const selection = room?.state.group.ledger.select(clock.now());
    if (room === undefined || selection?.kind !== "found") return undefined;
    const { info, owner, relays } = room.view.state;
    return { key: selection.choice.current.key, owner, relays, difficulty: info?.difficulty ?? 0 };
  }

  async #erase(id: EventId): Promise<void> {
    const { store } = this.#options;
    const names: string[] = [];
    for await (const { name } of entriesOf(store, `group/${id}/`)) names.push(name);
    if (names.length > 0) await store.commit(names.map((name) => ({ name, value: undefined })));
  }
}

function refuse(reason: IgnoredGroup): { readonly ok: false; readonly reason: IgnoredGroup } {
  return { ok: false, reason };
}
