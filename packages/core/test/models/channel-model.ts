/**
 * One channel by the words of docs/spec/channels.md, CHANNEL-3, 4, 5 and 15, with no thought for cost.
 *
 * The oracle that core/channel is compared with. It imports nothing, sorts where others index, and tries out every
 * combination where others choose. Fingerprints of ids are given to it, so that it needs no hash.
 */
export interface ModelEvent {
  readonly id: string;
  readonly type: string;
  readonly author: string;
  readonly time: number;
  readonly expiration?: number | undefined;
  readonly channel?: string | undefined;
  readonly tenure?: string | undefined;
  /** 405: the person. */
  readonly to?: string;
  /** 406: the 405, and what was held. */
  readonly offer?: string;
  readonly seen?: readonly string[];
  /** 400 and 402. */
  readonly name?: string | undefined;
  readonly relays?: readonly string[] | undefined;
  /** 404 to a person: the new 400. */
  readonly next?: string;
  /** 404 into the channel: the fingerprint of the new 400. */
  readonly moved?: string;
}

export interface ModelAnswer {
  readonly owner: string;
  readonly name: string | undefined;
  readonly relays: readonly string[];
  readonly next: string | undefined;
  readonly stopped: boolean;
  readonly noticed: boolean;
  readonly cut: number | undefined;
  readonly alarms: readonly string[];
}

interface Hop {
  readonly offer: ModelEvent;
  readonly accepts: readonly ModelEvent[];
}

interface Tenure {
  readonly name: string | undefined;
  readonly owner: string;
  readonly hops: readonly (Hop & { readonly to: Tenure })[];
}

export interface ModelWorld {
  readonly create: ModelEvent;
  readonly events: readonly ModelEvent[];
  readonly now: number;
  /** Authors of the 400s that are known. */
  readonly creators: Readonly<Record<string, string>>;
  readonly fingerprint: (id: string) => string;
}

export function modelAnswer(world: ModelWorld): ModelAnswer {
  const { create } = world;
  const events = world.events.filter(
    (event) =>
      // "Every inner event dated more than 900 s ahead is held back until its time."
      event.time - world.now <= 900 &&
      (event.channel === undefined || event.channel === create.id) &&
      // "Nobody sends after the channel's expiration"; ±120 s.
      (create.expiration === undefined || event.time - create.expiration <= 120),
  );
  const tree = tenure(undefined, create.author, create.id, events);
  const branch = winners(tree);
  const accepted = countingAccepts(branch.map(({ hop }) => hop).filter((hop) => hop !== undefined));
  const path = branch.map(({ at }) => at);
  const present = path[path.length - 1] as Tenure;

  let name = create.name;
  let relays = create.relays ?? [];
  path.forEach((at, i) => {
    const closing = accepted[i];
    const mine = events
      .filter((event) => event.type === "change" && event.tenure === at.name && event.author === at.owner)
      .filter((event) => closing === undefined || (closing.seen ?? []).includes(event.id));
    for (const change of oldestFirst(mine)) {
      name = change.name;
      if (change.relays !== undefined) relays = change.relays;
    }
  });

  const everybody = all(tree);
  const byOwners = events.filter(
    (event) =>
      (event.type === "move" || event.type === "notice") &&
      everybody.some((at) => at.name === event.tenure && at.owner === event.author),
  );
  const valid = byOwners.filter(
    (event) =>
      event.tenure === present.name &&
      (event.next === undefined ||
        world.creators[event.next] === undefined ||
        world.creators[event.next] === event.author),
  );
  const moves = valid.filter(({ type }) => type === "move");
  const notices = valid.filter(({ type }) => type === "notice");
  const places = [
    ...moves.map(({ next }) => world.fingerprint(next as string)),
    ...notices.map(({ moved }) => moved as string),
  ];
  const alarms: string[] = [];
  if (path.some(({ hops }) => hops.length >= 2)) alarms.push("two-successors");
  if (valid.length < byOwners.length) alarms.push("void-move");
  if (places.some((place) => place !== places[0])) alarms.push("two-moves");
  if (relays.length < 2) alarms.push("one-relay");
  return {
    owner: present.owner,
    name,
    relays,
    next: [...moves].sort((a, b) => a.time - b.time || order(a.next as string, b.next as string))[0]?.next,
    stopped: byOwners.length > 0,
    noticed: notices.length > 0,
    cut: valid.map(({ time }) => time).sort((a, b) => a - b)[0],
    alarms: alarms.sort(),
  };
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The latest last; of one second the smallest id is the latest. */
function oldestFirst(events: readonly ModelEvent[]): readonly ModelEvent[] {
  return [...events].sort((a, b) => a.time - b.time || order(b.id, a.id));
}

function isLater(a: ModelEvent, b: ModelEvent): boolean {
  return a.time > b.time || (a.time === b.time && a.id < b.id);
}

function tenure(name: string | undefined, owner: string, channel: string, events: readonly ModelEvent[]): Tenure {
  const offers = events.filter((event) => event.type === "offer" && event.tenure === name && event.author === owner);
  const notices = events.filter((event) => event.type === "notice" && event.tenure === name && event.author === owner);
  const hops = offers
    .filter((offer) => offer.to !== owner)
    .map((offer) => ({
      offer,
      accepts: events.filter((event) => {
        if (event.type !== "accept" || event.offer !== offer.id || event.author !== offer.to) return false;
        if (offer.expiration !== undefined && event.time > offer.expiration) return false;
        const seen = event.seen ?? [];
        if (notices.some(({ id }) => seen.includes(id))) return false;
        return !offers.some((other) => seen.includes(other.id) && isLater(other, offer));
      }),
    }))
    .filter(({ accepts }) => accepts.length > 0)
    .map((hop) => ({ ...hop, to: tenure(hop.offer.id, hop.offer.to as string, channel, events) }));
  return { name, owner, hops };
}

function all(at: Tenure): readonly Tenure[] {
  return [at, ...at.hops.flatMap(({ to }) => all(to))];
}

/** "Two accepted 405s by one owner: the later wins." */
function winners(at: Tenure): readonly { readonly at: Tenure; readonly hop: Hop | undefined }[] {
  const best = at.hops.find((hop) => at.hops.every((other) => other === hop || isLater(hop.offer, other.offer)));
  return best === undefined ? [{ at, hop: undefined }] : [{ at, hop: best }, ...winners(best.to)];
}

/** Tries every choice of one 406 for each hop, and takes the one that follows the rule. */
function countingAccepts(hops: readonly Hop[]): readonly ModelEvent[] {
  const choices = hops.reduce<readonly (readonly ModelEvent[])[]>(
    (some, { accepts }) => some.flatMap((choice) => accepts.map((accept) => [...choice, accept])),
    [[]],
  );
  const smallest = (events: readonly ModelEvent[]): ModelEvent | undefined =>
    [...events].sort((a, b) => a.time - b.time || order(a.id, b.id))[0];
  const right = choices.find((choice) =>
    choice.every((accept, i) => {
      const candidates = (hops[i] as Hop).accepts;
      const listed = candidates.filter(({ id }) => (choice[i + 1]?.seen ?? []).includes(id));
      return accept === smallest(listed.length > 0 ? listed : candidates);
    }),
  );
  return right ?? [];
}
