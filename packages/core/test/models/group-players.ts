/**
 * Who plays in a simulated history: honest devices that do what docs/spec/groups.md asks of a client, one person who
 * does whatever hurts, a former owner who wants back, and strangers.
 *
 * Every act returns the events it publishes; a player knows nothing but the events he holds.
 */
import type { SeededRandom } from "@subrosa/testkit/simulator-random";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { ComplaintFact, Fact, LeaveFact, Member, OwnerFact, Viewer } from "../../src/group/facts.ts";
import { branchesToCallLost, lostBranches } from "../../src/group/lost-branch.ts";
import type { Selection } from "../../src/group/select.ts";
import { line, perceive, person, roster, type WorldEvent } from "./group-world.ts";

export type Select = (facts: Iterable<Fact>, viewer: Viewer, now: number) => Selection;
type Found = Selection & { readonly kind: "found" };
/** A person outside every roster. */
export const STRANGER = person(8);
/** The second identity of a former owner. */
export const ACCOMPLICE = person(9);

export class Player {
  readonly me: PubkeyHex;
  readonly honest: boolean;
  readonly events = new Map<EventId, WorldEvent>();
  invitedBy: PubkeyHex[] = [];
  reinvitedBy: PubkeyHex[] = [];
  /** Seconds by which this device's clock is wrong. */
  skew = 0;
  readonly #random: SeededRandom;
  readonly #select: Select;
  readonly #done = new Set<string>();
  #perceived: { readonly size: number; readonly facts: readonly Fact[] } | undefined;
  #viewed: { readonly who: string; readonly view: Selection } | undefined;

  constructor(me: PubkeyHex, honest: boolean, random: SeededRandom, select: Select) {
    this.me = me;
    this.honest = honest;
    this.#random = random;
    this.#select = select;
  }

  viewer(): Viewer {
    return { me: this.me, invitedBy: this.invitedBy, reinvitedBy: this.reinvitedBy, chosen: [], insist: false };
  }

  facts(): readonly Fact[] {
    if (this.#perceived?.size !== this.events.size) {
      this.#perceived = { size: this.events.size, facts: perceive(this.events.values(), this.me) };
      this.#viewed = undefined;
    }
    return this.#perceived.facts;
  }

  view(now: number): Selection {
    const facts = this.facts();
    const who = [this.invitedBy.join(), this.reinvitedBy.join(), now].join(" ");
    if (this.#viewed?.who !== who) this.#viewed = { who, view: this.#select(facts, this.viewer(), now) };
    return this.#viewed.view;
  }

  id(): EventId {
    return (this.#random.next() >>> 0).toString(16).padStart(8, "0") as EventId;
  }

  /** A 485 on o*, or nothing where a client would not let its owner act. */
  ownerEvent(now: number, change: OwnerChange, garbled: readonly PubkeyHex[] = []): WorldEvent[] {
    const view = this.view(now);
    if (view.kind === "none" || view.tip.fact.roster.find((m) => m.role === "owner")?.person !== this.me) return [];
    if (view.blocks.some((block) => block !== "leaver-holds-key" && block !== "leaving")) return [];
    const { fact } = view.tip;
    const epoch = fact.epoch + 1;
    const putBack = new Set(change.putBack ? view.choice.leaving : []);
    const stay = fact.roster
      .filter((m) => !change.remove.includes(m.person))
      .filter((m) => !view.choice.leaving.has(m.person) || putBack.has(m.person))
      .map((m) => ({ person: m.person, role: m.role, since: putBack.has(m.person) ? epoch : m.since }));
    const known = new Set(stay.map((m) => m.person));
    const added = change.add
      .filter((p) => !known.has(p))
      .map((p) => ({ person: p, role: "member" as const, since: epoch }));
    let members: { person: PubkeyHex; role: Member["role"]; since: number }[] = [...stay, ...added];
    const heir = change.heir;
    if (heir !== undefined && members.some((m) => m.person === heir)) {
      members = members.map((m) => ({
        ...m,
        role: m.person === heir ? "owner" : m.person === this.me ? "member" : m.role,
      }));
    }
    const created_at = Math.max(now + this.skew, fact.created_at + 1);
    const difficulty = this.#random.chance(0.2) ? 2 : fact.difficulty;
    const handovers = view.tip.handovers + (ownerIn(fact) !== fact.author ? 1 : 0);
    return [
      this.keys(
        {
          prev: fact,
          author: this.me,
          epoch,
          handovers,
          members: roster(members),
          created_at,
          difficulty,
          left: change.repeats ?? [],
        },
        garbled,
      ),
    ];
  }

  keys(
    { prev, author, epoch, handovers, members, created_at, difficulty, left = [] }: OwnerParts,
    garbled: readonly PubkeyHex[] = [],
  ): WorldEvent & { type: "keys" } {
    const id = this.id();
    const fact: OwnerFact = {
      kind: "owner",
      id,
      created_at,
      key: `k${id}` as PubkeyHex,
      author,
      epoch,
      prev: prev?.id,
      weight: [handovers, epoch],
      roster: members,
      left,
      difficulty,
      tagsAgree: true,
      fresh: true,
    };
    return {
      type: "keys",
      id,
      created_at,
      fact,
      carried: [],
      wraps: members.map((m) => m.person).filter((p) => !garbled.includes(p)),
      sealed: prev && { prev: prev.id, epoch, author },
      sealedUnder: prev?.key,
    };
  }

  leave(now: number, claim?: number): WorldEvent[] {
    const view = this.view(now);
    if (view.kind === "none") return [];
    const { epoch, key } = view.tip.fact;
    const leave: LeaveFact = { kind: "leave", id: this.id(), person: this.me, epoch: claim ?? epoch };
    return [{ type: "leave", id: this.id(), created_at: now, under: key, leave, passedOn: false }];
  }

  /** A 486 that carries out everybody in L; `bend` is how a liar's differs. */
  rotation(now: number, bend: Bend = {}): WorldEvent[] {
    const view = this.view(now);
    if (view.kind === "none") return [];
    const { leaving } = view.choice;
    const { fact: base } = view.tip;
    const gone = bend.leavers ?? [...leaving];
    if (gone.length === 0 || (gone.includes(this.me) && !bend.lies)) return [];
    const last = 1 + Math.max(...base.roster.map((m) => m.rank));
    const members = base.roster
      .filter((m) => !gone.includes(m.person) && !bend.evict?.includes(m.person))
      .map((m) => (m.person === this.me ? line(m.person, m.role, bend.keepRank ? m.rank : last, m.since) : m));
    const id = this.id();
    const key = bend.key ?? (`k${id}` as PubkeyHex);
    const sealed = bend.unsealed ? undefined : { prev: base.id, epoch: base.epoch + 1, author: this.me };
    const carried = this.facts().filter((f): f is LeaveFact => f.kind === "leave" && gone.includes(f.person));
    return [
      {
        type: "keys",
        id,
        created_at: now,
        carried,
        sealed,
        sealedUnder: base.key,
        wraps: [...members.map((m) => m.person), this.me].filter((p) => !bend.garble?.includes(p)),
        fact: {
          kind: "rotation",
          id,
          created_at: now,
          key,
          base: base.id,
          operator: this.me,
          roster: members,
          leavers: bend.mismatched ? undefined : gone,
          tagsAgree: true,
          fresh: !bend.stale,
          work: bend.lazy ? 0 : 2,
          sealed,
        },
      },
    ];
  }

  /** What an honest client does by itself once it has looked: complain, pass leaves on, mend what it garbled. */
  duties(now: number): WorldEvent[] {
    const view = this.view(now);
    if (view.kind === "none") return [];
    const [lost] = lostBranches(view, this.me);
    const repeated = lost ? this.ownerEvent(now, { add: lost.added, remove: lost.removed, repeats: [lost.tip] }) : [];
    return [
      ...this.#complaints(view, now),
      ...this.#passOn(view, now),
      ...this.#tellLost(view, now),
      ...(lost ? repeated : this.#mend(view, now)),
    ];
  }

  #complaints(view: Found, now: number): WorldEvent[] {
    return view.unreadable.flatMap((target): WorldEvent[] => {
      const event = this.events.get(target);
      if (event?.type !== "keys" || event.sealedUnder === undefined || !this.#once(`c${target}`)) return [];
      return [{ type: "complaint", id: this.id(), created_at: now, under: event.sealedUnder, target, victim: this.me }];
    });
  }

  #passOn(view: Found, now: number): WorldEvent[] {
    const { key } = view.tip.fact;
    if (!view.tip.fact.roster.some((m) => m.person === this.me)) return [];
    const leaves = this.facts().filter((f): f is LeaveFact => f.kind === "leave" && view.choice.leaving.has(f.person));
    const there = new Set(
      [...this.events.values()].flatMap((e) => (e.type === "leave" && e.under === key ? [e.leave.id] : [])),
    );
    return leaves.flatMap((leave): WorldEvent[] =>
      there.has(leave.id) || !this.#once(`p${key}${leave.id}`)
        ? []
        : [{ type: "leave", id: this.id(), created_at: now, under: key, leave, passedOn: true }],
    );
  }

  #tellLost(view: Found, now: number): WorldEvent[] {
    return branchesToCallLost(view, this.me).flatMap(({ fact }): WorldEvent[] => {
      if (!this.#once(`l${fact.id}`)) return [];
      return [{ type: "lost", id: this.id(), created_at: now, under: fact.key, target: fact.id, author: this.me }];
    });
  }

  /** An owner whose event left somebody without a key makes another. */
  #mend(view: Found, now: number): WorldEvent[] {
    const { fact } = view.tip;
    const complaint = this.facts().find(
      (f): f is ComplaintFact =>
        f.kind === "complaint" && f.target === fact.id && fact.roster.some((m) => m.person === f.victim),
    );
    return complaint !== undefined && this.#once(`m${fact.id}`) ? this.ownerEvent(now, NO_CHANGE) : [];
  }

  #once(what: string): boolean {
    const fresh = !this.#done.has(what);
    this.#done.add(what);
    return fresh;
  }
}

export interface OwnerParts {
  readonly prev: OwnerFact | undefined;
  readonly author: PubkeyHex;
  readonly epoch: number;
  readonly handovers: number;
  readonly members: readonly Member[];
  readonly created_at: number;
  readonly difficulty: number;
  readonly left?: readonly EventId[];
}

export interface OwnerChange {
  readonly add: readonly PubkeyHex[];
  readonly remove: readonly PubkeyHex[];
  readonly heir?: PubkeyHex;
  readonly putBack?: boolean;
  /** Tips of lost branches that this event repeats. */
  readonly repeats?: readonly EventId[];
}
export const NO_CHANGE: OwnerChange = { add: [], remove: [] };

/** The ways in which a lying rotator's 486 is not as it should be. */
export interface Bend {
  readonly lies?: boolean;
  readonly leavers?: readonly PubkeyHex[];
  readonly garble?: readonly PubkeyHex[];
  readonly evict?: readonly PubkeyHex[];
  readonly key?: PubkeyHex;
  readonly stale?: boolean;
  readonly lazy?: boolean;
  readonly unsealed?: boolean;
  readonly mismatched?: boolean;
  readonly keepRank?: boolean;
}

const ownerIn = (fact: OwnerFact): PubkeyHex | undefined => fact.roster.find((m) => m.role === "owner")?.person;
