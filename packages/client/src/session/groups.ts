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
import { isNewInvite } from "@subrosa/core/group/group";
import { type Introduction, introductionOf, introductionTemplate } from "@subrosa/core/group/introduction";
import { writeInvite } from "@subrosa/core/group/invite";
import { type GroupInfo, PLAIN_GROUP } from "@subrosa/core/group/metadata";
import { CREATE } from "@subrosa/core/group/wire";
import { plain, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { tagValue } from "@subrosa/core/nostr/tags";
import { Secret } from "@subrosa/core/secret";
import { type Driver, openDriver } from "../driver/driver.ts";
import { machineStore } from "../driver/machine-store.ts";
import { pause } from "../ports.ts";
import { entriesOf } from "../store/store.ts";
import { Cell } from "./cell.ts";
import { Derived } from "./derived.ts";
import { GroupActs, type GroupAnswer, urlsOf } from "./group-acts.ts";
import {
  type GroupIndex,
  type GroupPlace,
  groupIndex,
  type IndexEvent,
  indexKeeping,
  type SaveList,
} from "./group-index.ts";
import { type InviteRead, readAnyInvite, writeSealed } from "./group-invites.ts";
import { type ListedGroup, listFilter, placeFrom, readGroupList, saysMore, writeGroupList } from "./group-list.ts";
import type { IgnoredGroup } from "./group-reason.ts";
import { type GroupRoom, openRoom } from "./group-room.ts";
import { canTake } from "./group-size.ts";
import { type GroupSummary, type GroupView, groupSummary } from "./group-view.ts";
import { fitsOneMessage } from "./group-words.ts";
import type { GroupsOptions, Mining } from "./groups-options.ts";
import { signAs } from "./identity.ts";
import { type Live, live } from "./live.ts";
import { openRecords, type Records } from "./records.ts";
import { idShape } from "./shapes.ts";
import { together } from "./views.ts";

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

type IndexDriver = Driver<GroupIndex, IndexEvent, SaveList, "unknown-group">;

/** Milliseconds. */
const SAVE_DELAY = 5_000;

export async function openGroups(options: GroupsOptions): Promise<Groups> {
  const { store, network, clock, random, curve, saveDelay = SAVE_DELAY } = options;
  const place: { driver?: IndexDriver; isSaving: boolean } = { isSaving: false };
  const index: IndexDriver = await openDriver({
    machine: groupIndex,
    store: machineStore(store, "groups", indexKeeping(curve)),
    perform: async (_, signal) => {
      // One that waits will say what this one would.
      if (place.isSaving) return undefined;
      place.isSaving = true;
      if (saveDelay > 0) await pause(clock, saveDelay, signal);
      place.isSaving = false;
      signal.throwIfAborted();
      await network.hearing.during(saveList(place.driver?.state ?? new Map(), options));
      return undefined;
    },
    clock,
    random,
  });
  place.driver = index;
  const lists = await openRecords<EventId>({ store, clock, random, place: "groups-lists", shape: idShape });
  return Groups.start(options, index, lists);
}

/** A newer list takes the place of an older one, so after a crash it may be written again. */
async function saveList(index: GroupIndex, options: GroupsOptions): Promise<void> {
  const { identity, outbox, homes, clock, random, curve } = options;
  if (homes().length === 0) return;
  const pages = await writeGroupList(index, identity, clock.now(), random, curve);
  for (const page of pages ?? []) {
    const signed = await signAs(identity, page, random, curve);
    if (signed !== undefined) await outbox.send(signed, identity.pubkey, homes());
  }
}

export class Groups extends GroupActs implements AsyncDisposable {
  readonly #options: GroupsOptions;
  readonly #index: IndexDriver;
  /** Lists of other devices that were read. */
  readonly #lists: Records<EventId>;
  /** By page. */
  readonly #said = new Map<string, readonly ListedGroup[]>();
  #following: Disposable | undefined;
  readonly #rooms: Map<EventId, GroupRoom>;
  #hearing: Promise<void> = Promise.resolve();
  readonly #changed = new Cell(0);
  readonly #work = new Cell<ReadonlyMap<EventId, Mining>>(new Map());
  readonly #list: Derived<ReadonlyMap<EventId, GroupView>, ReadonlyMap<EventId, GroupSummary>>;

  private constructor(options: GroupsOptions, index: IndexDriver, lists: Records<EventId>) {
    const rooms = new Map<EventId, GroupRoom>();
    super(options, (id) => rooms.get(id));
    this.#options = options;
    this.#index = index;
    this.#lists = lists;
    this.#rooms = rooms;
    const views = together(
      () => [...rooms].map(([id, { view }]) => [id, view] as const),
      (told) => this.#changed.watch(told),
    );
    const summaries = (all: ReadonlyMap<EventId, GroupView>) =>
      new Map([...all].map(([id, view]) => [id, groupSummary(view)]));
    this.#list = new Derived(views, summaries, options.clock);
  }

  /** @internal */
  static async start(options: GroupsOptions, index: IndexDriver, lists: Records<EventId>): Promise<Groups> {
    const groups = new Groups(options, index, lists);
    for (const [id, place] of index.state) {
      if (place.isGone) await groups.#erase(id);
      else await groups.#open(id, place);
    }
    const { identity, own, homes } = options;
    if (homes().length > 0) {
      groups.#following = own().follow(homes(), {
        filter: listFilter(identity.pubkey),
        onEvent: (event) => {
          groups.#hearing = groups.#hearing.then(() => groups.#heard(event)).catch(() => undefined);
          return groups.#hearing;
        },
      });
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
    const { identity, clock, random, curve } = this.#options;
    const { relays, members = [], name, about = "", picture = "", difficulty = 0, ek = false } = group;
    const urls = urlsOf(relays);
    if (urls.length === 0) return refuse("no-relay");
    const info: GroupInfo = { ...PLAIN_GROUP, name, about, picture, difficulty, ek, relays: urls };
    const member = identity.kind === "own" ? undefined : Secret.from(random(32), curve);
    const owner = identity.kind === "own" ? identity.secret : member!;
    const made = createGroup(owner, members, info, clock.now(), { random, curve });
    const first = signEvent(made.event, made.alias, random(32), curve);
    const { id } = first;
    if (!(await canTake(first, members.length + 1, members.length + 1, urls, this.#options)))
      return refuse("too-large");
    await this.#put(id, { relays: urls, invitedBy: [], first: plain(first), ...(member && { member }) });
    const introduction = await this.#introduction(id);
    // A member shows himself by a request too; whose signer refuses is an owner without a name.
    if (introduction !== undefined && introduction !== "signer-refused") {
      const key = this.#current(id)?.key ?? made.event.pubkey;
      await this.#rooms.get(id)?.tell({ kind: "asked", key, text: "", introduction, difficulty: 0, now: clock.now() });
    }
    return { ok: true, id };
  }

  /** `nostr:nevent…?key=…`, for a link or a QR code: shows what is public, and lets anybody ask to join. */
  invite(id: EventId): string | undefined {
    const at = this.#current(id);
    if (at === undefined) return undefined;
    const { key, relays, difficulty } = at;
    return writeInvite({ create: id, key, relays, difficulty });
  }

  /**
   * Sealed to one person: he sees name, members and messages of this epoch before he asks. Send it as a message: it is a
   * text. Undefined for those who hold no key of the group.
   */
  inviteSealed(id: EventId, guest: PubkeyHex): string | undefined {
    const { random, curve } = this.#options;
    const at = this.#current(id);
    const room = this.#rooms.get(id);
    const secret = at && room?.state.group.reader.secretOf(at.key);
    if (room === undefined || at?.owner === undefined || secret === undefined) return undefined;
    const { owner, relays, difficulty } = at;
    return writeSealed({ create: id, owner, secret, relays, difficulty }, room.real, guest, random, curve);
  }

  /**
   * Asks to join by a link or a sealed invite. Resolves when the request is durable; where the group asks for work it
   * goes out when that is done (`work`).
   */
  async join(invite: string, words: string): Promise<GroupMade> {
    if (!fitsOneMessage(words)) return refuse("too-long");
    const entered = await this.#enter(invite);
    if (typeof entered === "string") return refuse(entered);
    const { id, key, difficulty } = entered;
    const room = this.#rooms.get(id)!;
    const { phase } = room.view.state;
    if (phase === "member" || phase === "admin" || phase === "owner") return refuse("already-member");
    if (room.state.group.mining.length > 0) return refuse("already-asked");
    const introduction = await this.#introduction(id);
    if (introduction === "signer-refused") return refuse(introduction);
    await room.renewKey();
    const ignored = await room.tell({
      ...{ kind: "asked", key: this.#current(id)?.key ?? key, text: words, now: this.#options.clock.now() },
      difficulty: Math.max(difficulty, room.view.state.info?.difficulty ?? 0),
      ...(introduction && { introduction }),
    });
    return ignored === undefined ? { ok: true, id } : refuse(ignored);
  }

  /** Looks in by a sealed invite without asking yet; `join` with the same invite asks. */
  async look(invite: string): Promise<GroupMade> {
    const entered = await this.#enter(invite);
    return typeof entered === "string" ? refuse(entered) : { ok: true, id: entered.id };
  }

  /** Deletes everything of it here; only when we are out. */
  async forget(id: EventId): GroupAnswer {
    const room = this.#rooms.get(id);
    if (room === undefined) return "unknown-group";
    const { phase } = room.view.state;
    if (phase === "member" || phase === "admin" || phase === "owner") return "still-inside";
    await this.#index.send({ kind: "gone", id, now: this.#options.clock.now() });
    await this.#close(id, room);
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
    this.#following?.[Symbol.dispose]();
    await this.#hearing;
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    await Promise.all(rooms.map((room) => room[Symbol.asyncDispose]()));
    this.#list[Symbol.dispose]();
    await this.#lists[Symbol.asyncDispose]();
    await this.#index[Symbol.asyncDispose]();
  }

  async #open(id: EventId, place: GroupPlace): Promise<void> {
    const onWork = (work: Mining | undefined): void => {
      const all = new Map(this.#work.state);
      if (work === undefined) all.delete(id);
      else all.set(id, work);
      this.#work.set(all);
    };
    const { identity } = this.#options;
    const real = identity.kind === "own" ? identity.secret : place.member;
    // A list from another device that was opened with the key itself names none.
    if (real === undefined) return;
    const room = await openRoom({ ...this.#options, id, place, real, onWork });
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
  async #enter(text: string): Promise<InviteRead | IgnoredGroup> {
    const { identity, random, curve } = this.#options;
    const invite = await readAnyInvite(text, identity, curve);
    if (typeof invite === "string") return invite;
    const { id, closed } = invite;
    const relays = urlsOf(invite.relays);
    if (!this.#rooms.has(id)) {
      if (relays.length === 0) return "no-relay";
      const guest = closed === undefined ? { invitedBy: [] } : { invitedBy: [closed.owner], guest: closed.secret };
      const member = identity.kind === "own" ? {} : { member: Secret.from(random(32), curve) };
      await this.#put(id, { relays, ...guest, ...member });
    } else if (closed !== undefined) {
      const { owner, secret } = closed;
      const { group } = this.#rooms.get(id)!.state;
      const isNew = isNewInvite(group, toHex(secret.pubkey) as PubkeyHex, this.#options.clock.now());
      if (!isNew) return invite;
      await this.decide(id, ({ reinvitedBy }) => ({
        reinvitedBy: [...reinvitedBy.filter((other) => other !== owner), owner],
      }));
    }
    return invite;
  }

  /** GROUP-23: what the signer says once of the key that is ours in this group. */
  async #introduction(id: EventId): Promise<Introduction | "signer-refused" | undefined> {
    const { identity, clock, random, curve } = this.#options;
    if (identity.kind === "own") return undefined;
    const member = this.#rooms.get(id)?.view.state.me;
    if (member === undefined) return "signer-refused";
    const signed = await signAs(identity, introductionTemplate(id, member, clock.now()), random, curve);
    return (signed && introductionOf(signed, id, member)) ?? "signer-refused";
  }

  /** What another of our devices knows. */
  async #heard(event: VerifiedEvent): Promise<void> {
    const { identity, curve, random, outbox } = this.#options;
    if (this.#lists.kept.get(listName(event)) === event.id || outbox.deliveries.current.has(event.id)) return;
    const said = await readGroupList(event, identity, curve);
    if (said === undefined) return;
    this.#said.set(listName(event), said);
    const places = new Map<EventId, GroupPlace>();
    for (const each of said) {
      const place = placeFrom(each, this.#index.state.get(each.id), () => Secret.from(random(32), curve), curve);
      if (place !== undefined) places.set(each.id, place);
    }
    const isMore = saysMore(new Map([...this.#index.state, ...places]), [...this.#said.values()].flat());
    await this.#index.send({ kind: "heard", places, saysMore: isMore });
    for (const [id, place] of places) {
      const room = this.#rooms.get(id);
      if (place.isGone && room !== undefined) await this.#close(id, room);
      else if (!place.isGone && room === undefined) await this.#open(id, place);
    }
    await this.#lists.set(listName(event), event.id);
  }

  async #close(id: EventId, room: GroupRoom): Promise<void> {
    this.#rooms.delete(id);
    this.#tellChange();
    await room[Symbol.asyncDispose]();
    await this.#erase(id);
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

function listName(event: VerifiedEvent): string {
  return encodeURIComponent(tagValue(event.tags, "d") ?? "");
}
