/**
 * The memory behind a reader: every event of a group once, what it said, and what it still waits for.
 *
 * It only grows, except where retention deletes secrets. Spec: docs/spec/groups.md §2, §3.
 */
import { type AnonymousFault, type Opened, type OpenedEvent, openAnonymous } from "../anonymous/anonymous-event.ts";
import { type EventId, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve } from "../curve/curve.ts";
import { WireError } from "../errors.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import { expirationOf } from "../nostr/nip40.ts";
import type { Secret } from "../secret.ts";
import { provesFault } from "./complaint.ts";
import type { Fact, RotationFact, SealedPrev } from "./facts.ts";
import { selfConversation } from "./group-key.ts";
import { append } from "./history.ts";
import { type Introduction, introduces, readRequest } from "./introduction.ts";
import { carriedFact, carry, leaveFact } from "./leave.ts";
import type { GroupInfo } from "./metadata.ts";
import { findSecret, type OwnKeys, openKeys } from "./open-keys.ts";
import { openSealedPrev } from "./sealed-prev.ts";
import {
  CREATE,
  groupKeyOf,
  JOIN_REQUEST,
  LEAVE,
  MEMBER_ROTATION,
  MESSAGE,
  OWNER_ROTATION,
  type RosterTags,
  readRosterTags,
  refsOf,
  replyOf,
} from "./wire.ts";
import { type Complaint, readWords, type Words } from "./words.ts";

/** Why an event says nothing. Each has a sentence in sentences.ts. */
export type Ignored =
  | "already-held"
  | "another-group"
  | "unknown-kind"
  | "malformed"
  | "no-key-yet"
  | "target-not-held"
  | "proves-nothing"
  | AnonymousFault;

export interface Message {
  readonly id: EventId;
  readonly kind: typeof MESSAGE | typeof JOIN_REQUEST;
  /** The group key it was written under. */
  readonly key: PubkeyHex;
  readonly author: PubkeyHex;
  /** The true time, where the author gave it. */
  readonly at: number;
  readonly words: Words;
  readonly reply: EventId | undefined;
  readonly expires: number | undefined;
}

export interface ReaderConfig {
  readonly create: EventId;
  readonly mine: OwnKeys;
  readonly curve: Curve;
  /** Group secrets kept from before. */
  readonly secrets?: readonly Secret[];
  /** Group keys whose secrets were deleted (retention). */
  readonly forgotten?: readonly PubkeyHex[];
}

export interface HeldLeave {
  readonly carried: Opened;
  readonly epoch: number;
  /** Its 484, if I hold it. */
  readonly id: EventId | undefined;
  readonly under: ReadonlySet<PubkeyHex>;
}

interface Accusation {
  readonly id: EventId;
  readonly key: PubkeyHex;
  readonly victim: PubkeyHex;
  readonly complaint: Complaint;
}

export class Memory {
  readonly events: VerifiedEvent[] = [];
  readonly facts: Fact[] = [];
  readonly messages: Message[] = [];
  readonly held = new Map<EventId, VerifiedEvent>();
  readonly secrets = new Map<PubkeyHex, Secret>();
  readonly infos = new Map<EventId, GroupInfo>();
  readonly leaves = new Map<string, HeldLeave>();
  readonly introductions = new Map<PubkeyHex, Introduction>();
  /** How many events were held when each became known: what an ancestor may say of it. */
  readonly since = {
    held: new Map<EventId, number>(),
    secrets: new Map<PubkeyHex, number>(),
    infos: new Map<EventId, number>(),
  };
  /** Every one that was read, in that order. */
  readonly introduced: { readonly member: PubkeyHex; readonly said: Introduction; readonly at: number }[] = [];
  mine: OwnKeys;
  readonly #config: ReaderConfig;
  readonly #forgotten: Set<PubkeyHex>;
  readonly #tags = new Map<EventId, RosterTags>();
  readonly #waiting = new Map<PubkeyHex, VerifiedEvent[]>();
  readonly #unsealed = new Map<EventId, RotationFact | undefined>();
  readonly #accusations = new Map<EventId, Accusation[]>();
  readonly #announced = new Map<EventId, { readonly person: PubkeyHex; readonly ek: PubkeyHex; readonly at: number }>();
  readonly #wrappedTo = new Map<EventId, ReadonlyMap<PubkeyHex, PubkeyHex>>();
  /** Targets of complaints whose base is not held, by that base. */
  readonly #baseless = new Map<EventId, EventId[]>();

  constructor(config: ReaderConfig, events: readonly VerifiedEvent[]) {
    this.#config = config;
    this.mine = config.mine;
    this.#forgotten = new Set(config.forgotten);
    for (const secret of config.secrets ?? []) this.secrets.set(toHex(secret.pubkey) as PubkeyHex, secret);
    for (const event of events) this.read(event);
  }

  read(event: VerifiedEvent): Ignored | undefined {
    if (this.held.has(event.id)) return "already-held";
    try {
      const first = event.kind === CREATE ? event.id : refsOf(event.tags)[0];
      if (first !== this.#config.create) return "another-group";
      this.held.set(event.id, event);
      this.events.push(event);
      this.since.held.set(event.id, this.events.length);
      const said = this.#byKind(event);
      for (const target of [event.id, ...(this.#baseless.get(event.id) ?? [])]) this.#judgeWaiting(target);
      return said;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (this.held.get(event.id) === event) this.facts.push({ kind: "refused", id: event.id });
      return "malformed";
    }
  }

  #byKind(event: VerifiedEvent): Ignored | undefined {
    switch (event.kind) {
      case CREATE:
      case OWNER_ROTATION:
      case MEMBER_ROTATION:
        return this.#readKeys(event);
      case MESSAGE:
      case JOIN_REQUEST:
      case LEAVE:
        return this.#readAddressed(event);
      default:
        return "unknown-kind";
    }
  }

  #readKeys(event: VerifiedEvent): Ignored | undefined {
    const tags = readRosterTags(event);
    const expected = event.kind === CREATE ? 0 : event.kind === OWNER_ROTATION ? 1 : 3;
    if (event.kind === MEMBER_ROTATION ? tags.refs.length < expected : tags.refs.length !== expected) {
      throw new WireError("wire/length", "event.tags.e");
    }
    this.#tags.set(event.id, tags);
    if (!this.secrets.has(tags.key) && !this.#forgotten.has(tags.key)) {
      const found = findSecret(event, tags, this.mine, this.#config.curve);
      if (found.ok) this.#learn(tags.key, found.secret);
    }
    const secret = this.secrets.get(tags.key);
    if (secret !== undefined) return this.#openKeys(event, tags, secret);
    append(this.#waiting, tags.key, event);
    this.#unsealed.set(event.id, undefined);
    this.facts.push(this.#opaque(event, tags, this.#sealedOf(event, tags)));
    return "no-key-yet";
  }

  #opaque(event: VerifiedEvent, tags: RosterTags, sealed: SealedPrev | undefined): Fact {
    if (sealed !== undefined) this.#unsealed.delete(event.id);
    const of = event.kind === MEMBER_ROTATION ? "rotation" : "owner";
    return { kind: "opaque", of, id: event.id, created_at: event.created_at, key: tags.key, sealed };
  }

  #openKeys(event: VerifiedEvent, tags: RosterTags, secret: Secret): Ignored | undefined {
    const opened = openKeys(event, tags, secret, this.#config.create, this.#config.curve);
    this.#unsealed.delete(event.id);
    if (!opened.ok) {
      this.facts.push({ kind: "refused", id: event.id });
      return opened.reason === "keys-shape" ? "malformed" : opened.reason;
    }
    const { fact, leaves, info } = opened;
    this.infos.set(event.id, info);
    if (!this.since.infos.has(event.id)) this.since.infos.set(event.id, this.events.length);
    const keys = fact.roster.flatMap((m): [PubkeyHex, PubkeyHex][] => (m.to === undefined ? [] : [[m.person, m.to]]));
    this.#wrappedTo.set(event.id, new Map(keys));
    this.facts.push(...leaves);
    if (fact.kind === "owner") this.facts.push(fact);
    else {
      const sealed = this.#sealedOf(event, tags);
      if (sealed === undefined) this.#unsealed.set(event.id, fact);
      this.facts.push({ ...fact, sealed });
    }
    return undefined;
  }

  /** Only the key of the event it stands on opens it; a 486 names that event, of a 485 any may be it. */
  #sealedOf(event: VerifiedEvent, tags: RosterTags): SealedPrev | undefined {
    const payload = tags.sealedPrev;
    if (payload === undefined) return undefined;
    const base = event.kind === MEMBER_ROTATION ? this.#tags.get(tags.refs[1]!)?.key : undefined;
    const keys = base === undefined ? [...this.secrets.keys()].reverse() : [base];
    for (const key of keys) {
      const secret = this.secrets.get(key);
      const sealed = secret && this.#openSealed(event, tags, payload, secret);
      if (sealed !== undefined) return sealed;
    }
    return undefined;
  }

  #openSealed(event: VerifiedEvent, tags: RosterTags, payload: string, secret: Secret): SealedPrev | undefined {
    const { create, curve } = this.#config;
    using previous = selfConversation(secret, curve);
    const frame = { create, alias: event.pubkey, key: tags.key, created_at: event.created_at };
    return openSealedPrev(payload, frame, previous, curve);
  }

  /** A new key opens what waited for it, and the `sealed-prev` of what stands on its event. */
  #learn(key: PubkeyHex, secret: Secret): void {
    this.secrets.set(key, secret);
    this.since.secrets.set(key, this.events.length);
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const event of waiting) {
      const tags = this.#tags.get(event.id);
      if (tags === undefined) this.#readAddressed(event);
      else this.#openKeys(event, tags, secret);
    }
    for (const [id, opened] of this.#unsealed) {
      const event = this.held.get(id)!;
      const tags = this.#tags.get(id)!;
      const sealed = tags.sealedPrev && this.#openSealed(event, tags, tags.sealedPrev, secret);
      if (!sealed) continue;
      this.#unsealed.delete(id);
      this.facts.push(opened === undefined ? this.#opaque(event, tags, sealed) : { ...opened, sealed });
    }
  }

  #readAddressed(event: VerifiedEvent): Ignored | undefined {
    const key = groupKeyOf(event.tags);
    const secret = this.secrets.get(key);
    if (secret === undefined) {
      append(this.#waiting, key, event);
      return "no-key-yet";
    }
    const result = openAnonymous(event, secret, this.#config.curve);
    if (!result.ok) return result.reason;
    const { opened } = result;
    if (opened.ek !== undefined) {
      this.#announced.set(event.id, { person: opened.pubkey, ek: opened.ek, at: event.created_at });
    }
    if (event.kind === LEAVE) return this.#leave(opened, key, event.id);
    if (event.kind === MESSAGE) return this.#said(event, opened, key, readWords(opened.content));
    const { text, introduction } = readRequest(opened.content);
    if (introduction !== undefined) {
      const { create, curve } = this.#config;
      if (!introduces(introduction, create, opened.pubkey, curve)) return "proves-nothing";
      this.#introduce(opened.pubkey, introduction);
    }
    return this.#said(event, opened, key, { kind: "text", text });
  }

  #said(event: VerifiedEvent, opened: OpenedEvent, key: PubkeyHex, words: Words): Ignored | undefined {
    const { id } = event;
    switch (words.kind) {
      case "leave": {
        const fact = carriedFact(words.leave, this.#config.create, this.#config.curve);
        if (fact === undefined) return "proves-nothing";
        this.#noteLeave(fact.id, { carried: words.leave, epoch: fact.epoch, id: undefined, under: new Set([key]) });
        this.facts.push(fact);
        return undefined;
      }
      case "lost":
        this.facts.push({ kind: "lost", id, target: words.target, author: opened.pubkey });
        return undefined;
      case "complaint":
        append(this.#accusations, words.complaint.target, {
          id,
          key,
          victim: opened.pubkey,
          complaint: words.complaint,
        });
        return this.#judgeWaiting(words.complaint.target);
      default:
        this.messages.push({
          id,
          kind: event.kind === MESSAGE ? MESSAGE : JOIN_REQUEST,
          key,
          author: opened.pubkey,
          at: opened.t ?? event.created_at,
          words,
          reply: replyOf(event.tags),
          expires: expirationOf(event),
        });
        return undefined;
    }
  }

  #introduce(member: PubkeyHex, said: Introduction): void {
    this.introduced.push({ member, said, at: this.events.length });
    preferNewest(this.introductions, member, said);
  }

  #leave(opened: OpenedEvent, key: PubkeyHex, id: EventId): Ignored | undefined {
    const fact = leaveFact(opened, this.#config.create);
    if (fact === undefined) return "malformed";
    this.#noteLeave(fact.id, { carried: carry(opened), epoch: fact.epoch, id, under: new Set([key]) });
    this.facts.push(fact);
    return undefined;
  }

  #noteLeave(hash: string, held: HeldLeave): void {
    const known = this.leaves.get(hash);
    const under = new Set([...(known?.under ?? []), ...held.under]);
    this.leaves.set(hash, { ...held, id: known?.id ?? held.id, under });
  }

  /** Complaints about this event, once it and the event it stands on are held. */
  #judgeWaiting(target: EventId): Ignored | undefined {
    const accusations = this.#accusations.get(target);
    const event = this.held.get(target);
    const tags = this.#tags.get(target);
    if (accusations === undefined) return undefined;
    if (event === undefined || tags === undefined) return "target-not-held";
    // GROUP-15: under the key of the owner event that a 486 stands on, so that the same people can read it.
    const base = event.kind === MEMBER_ROTATION ? tags.refs[1]! : undefined;
    if (base !== undefined && !this.#tags.has(base)) {
      append(this.#baseless, base, target);
      return "target-not-held";
    }
    this.#accusations.delete(target);
    let said: Ignored | undefined;
    for (const { id, key, victim, complaint } of accusations) {
      // A 486 repeats the details of its base, which whoever reads this opens; so all judge alike.
      const to = this.#wrappedTo.get(base ?? target)?.get(victim);
      const rightKey = base === undefined || this.#tags.get(base)?.key === key;
      const proven = rightKey && provesFault(complaint, victim, event, to, this.#config.curve);
      if (proven) this.facts.push({ kind: "complaint", id, target, victim });
      else said = "proves-nothing";
    }
    return said;
  }

  forget(key: PubkeyHex): void {
    this.#forgotten.add(key);
    this.secrets.get(key)?.wipe();
    this.secrets.delete(key);
  }

  newestKeys(): ReadonlyMap<PubkeyHex, { readonly ek: PubkeyHex; readonly id: EventId }> {
    const out = new Map<PubkeyHex, { ek: PubkeyHex; id: EventId; at: number }>();
    for (const [id, { person, ek, at }] of this.#announced) {
      const known = out.get(person);
      if (!this.#config.curve.isXOnlyKey(fromHex(ek)!)) continue;
      if (known === undefined || at > known.at || (at === known.at && id < known.id)) out.set(person, { ek, id, at });
    }
    return out;
  }
}

/** The newest counts, whatever the order in which they came. */
export function preferNewest(all: Map<PubkeyHex, Introduction>, member: PubkeyHex, said: Introduction): void {
  const known = all.get(member);
  const newer = known === undefined || said.created_at > known.created_at;
  if (newer || (said.created_at === known.created_at && said.sig < known.sig)) all.set(member, said);
}
