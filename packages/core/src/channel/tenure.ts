/**
 * Who owns a channel: a chain of tenures, as a pure function of the set of offers (405), acceptances (406) and notices.
 *
 *   creator ──405 accepted by 406──► tenure named by that 405 ──► …
 *        └──another accepted 405──► a tenure that lost (the later offer wins, everybody is alarmed)
 *
 * Spec: docs/spec/channels.md, CHANNEL-3. Dates alone would let a former owner act later: so what an owner does names
 * his tenure, and an acceptance closes the one before, except for what it lists. No arrival, no clock.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { type Accept, byTime, type Create, earliestFirst, type Notice, type Offer } from "./fact.ts";
import type { RightReason } from "./reason.ts";

export interface Tenure {
  readonly name: EventId | undefined;
  readonly owner: PubkeyHex;
  /** The valid 406s that began it, earliest first; none for the creator. */
  readonly accepts: readonly Accept[];
}

export interface Ownership {
  /** Every tenure that was ever accepted, on branches that lost too. */
  readonly all: ReadonlyMap<EventId | undefined, Tenure>;
  /** From the creator to the present owner. */
  readonly chain: readonly Tenure[];
  /** For each tenure of the chain, the 406 that counts. */
  readonly accepts: readonly Accept[];
  /** Somebody accepted two offers of one owner. */
  readonly split: boolean;
  /** Why an offer or an acceptance has no effect. */
  readonly refused: ReadonlyMap<EventId, RightReason>;
}

export interface OwnershipFacts {
  readonly offers: readonly Offer[];
  readonly accepts: readonly Accept[];
  readonly notices: readonly Notice[];
}

/** By what they answer or name, so that a long history costs linear time. */
interface Index {
  readonly offersOf: ReadonlyMap<EventId | undefined, readonly Offer[]>;
  readonly acceptsOf: ReadonlyMap<EventId, readonly Accept[]>;
  readonly noticesOf: ReadonlyMap<EventId | undefined, readonly Notice[]>;
}

export function ownership(create: Create, facts: OwnershipFacts): Ownership {
  const index: Index = {
    offersOf: groupBy(facts.offers, (offer) => offer.tenure),
    acceptsOf: groupBy(facts.accepts, (accept) => accept.offer),
    noticesOf: groupBy(facts.notices, (notice) => notice.tenure),
  };
  const refused = new Map<EventId, RightReason>();
  const first: Tenure = { name: undefined, owner: create.author, accepts: [] };
  const all = new Map<EventId | undefined, Tenure>([[undefined, first]]);
  const heirs = new Map<Tenure, readonly Tenure[]>();
  const open = [first];
  for (let tenure = open.pop(); tenure !== undefined; tenure = open.pop()) {
    const next = hops(tenure, create.id, index, refused);
    heirs.set(tenure, next);
    for (const heir of next) all.set(heir.name, heir);
    open.push(...next);
  }
  const chain = [first];
  for (let next = heirs.get(first)?.at(-1); next !== undefined; next = heirs.get(next)?.at(-1)) chain.push(next);
  const split = chain.some((tenure) => (heirs.get(tenure)?.length ?? 0) > 1);
  const accepts = countingAccepts(chain, refused);
  refuseTheRest(facts, { all, chain, accepts }, heirs, refused);
  return { all, chain, accepts, split, refused };
}

function groupBy<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** The tenures that this one's accepted offers began, the winner last: "the later wins". */
function hops(
  tenure: Tenure,
  channel: EventId,
  { offersOf, acceptsOf, noticesOf }: Index,
  refused: Map<EventId, RightReason>,
): readonly Tenure[] {
  const offers = (offersOf.get(tenure.name) ?? []).filter(({ author }) => author === tenure.owner).toSorted(byTime);
  const rank = new Map(offers.map((offer, i) => [offer.id, i]));
  const noticed = new Set(
    (noticesOf.get(tenure.name) ?? []).filter(({ author }) => author === tenure.owner).map(({ id }) => id),
  );
  return offers.flatMap((offer, i): Tenure[] => {
    const valid = (acceptsOf.get(offer.id) ?? []).filter((accept) => {
      const fault = acceptFault(accept, offer, channel, (seen) => (rank.get(seen) ?? -1) > i, noticed);
      if (fault !== undefined) refused.set(accept.id, fault);
      return fault === undefined;
    });
    if (valid.length === 0) return [];
    return [{ name: offer.id, owner: offer.to, accepts: valid.toSorted(earliestFirst) }];
  });
}

function acceptFault(
  accept: Accept,
  offer: Offer,
  channel: EventId,
  isLaterOffer: (id: EventId) => boolean,
  noticed: ReadonlySet<EventId>,
): RightReason | undefined {
  if (accept.channel !== undefined && accept.channel !== channel) return "other-channel";
  if (accept.author !== offer.to) return "not-delegate";
  // "naming oneself takes an offer back": it offers nothing that could be accepted.
  if (offer.to === offer.author) return "accepts-taken-back";
  if (offer.expiration !== undefined && accept.time > offer.expiration) return "offer-lapsed";
  // "The latest 405 of a tenure can be accepted": the latest of those that he says he held.
  if (accept.seen.some(isLaterOffer)) return "accepts-taken-back";
  if (accept.seen.some((id) => noticed.has(id))) return "accepts-after-move";
  return undefined;
}

/** "Among several 406s for one 405 the one that a later hop lists counts, else the smallest." */
function countingAccepts(chain: readonly Tenure[], refused: Map<EventId, RightReason>): readonly Accept[] {
  const counting: Accept[] = [];
  let later: Accept | undefined;
  for (const { accepts } of chain.slice(1).toReversed()) {
    const listed = later && accepts.find(({ id }) => later?.seen.includes(id) === true);
    later = listed ?? accepts[0]!;
    for (const accept of accepts) if (accept !== later) refused.set(accept.id, "accept-not-first");
    counting.unshift(later);
  }
  return counting;
}

function refuseTheRest(
  { offers, accepts }: OwnershipFacts,
  owners: Pick<Ownership, "all" | "chain" | "accepts">,
  heirs: ReadonlyMap<Tenure, readonly Tenure[]>,
  refused: Map<EventId, RightReason>,
): void {
  const known = new Set(offers.map(({ id }) => id));
  const closed = closedTenures(owners);
  for (const offer of offers) {
    const fault = owners.chain.some(({ name }) => name === offer.id) ? undefined : actFault(offer, owners.all, closed);
    if (fault !== undefined) refused.set(offer.id, fault);
  }
  for (const accept of accepts) {
    if (refused.has(accept.id)) continue;
    if (!known.has(accept.offer)) refused.set(accept.id, "offer-unknown");
    else if (!owners.all.has(accept.offer)) refused.set(accept.id, refused.get(accept.offer) ?? "tenure-unknown");
  }
  for (const tenure of owners.chain) {
    for (const lost of heirs.get(tenure)?.slice(0, -1) ?? []) {
      for (const accept of lost.accepts) refused.set(accept.id, "offer-not-last");
    }
  }
}

/** A 402, 404 or 405. */
interface OwnerAct {
  readonly id: EventId;
  readonly author: PubkeyHex;
  readonly tenure: EventId | undefined;
}

/** For each tenure of the chain what its successor listed; undefined for the present one, which is open. */
export type ClosedTenures = ReadonlyMap<EventId | undefined, ReadonlySet<EventId> | undefined>;

export function closedTenures({ chain, accepts }: Pick<Ownership, "chain" | "accepts">): ClosedTenures {
  return new Map(chain.map(({ name }, i) => [name, accepts[i] && new Set(accepts[i].seen)]));
}

/** "After an accepted 406, only what it lists counts of the tenure before, whatever its date." */
export function actFault(
  act: OwnerAct,
  all: ReadonlyMap<EventId | undefined, Tenure>,
  closed: ClosedTenures,
): RightReason | undefined {
  const tenure = all.get(act.tenure);
  if (tenure === undefined) return "tenure-unknown";
  if (tenure.owner !== act.author) return "not-owner";
  if (!closed.has(act.tenure)) return "tenure-lost";
  return closed.get(act.tenure)?.has(act.id) === false ? "tenure-closed" : undefined;
}
