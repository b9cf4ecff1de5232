/**
 * §4 of docs/spec/groups.md once more, written from the page alone: slow, obvious, importing nothing.
 *
 * It is what the selection in src/group is compared with. Where the page says "the set of x such that", this says
 * filter; nothing is indexed, remembered or shared with the code under test.
 */
export interface ModelMember {
  readonly person: string;
  readonly role: string;
  readonly rank: number;
  readonly since: number;
  readonly json: string;
}
export interface ModelFact {
  readonly kind: string;
  readonly id: string;
}
type Leave = ModelFact & { readonly person: string; readonly epoch: number };
type Complaint = ModelFact & { readonly target: string; readonly victim: string };
type Lost = ModelFact & { readonly target: string; readonly author: string };
interface OwnerEvent extends ModelFact {
  readonly created_at: number;
  readonly key: string;
  readonly author: string;
  readonly epoch: number;
  readonly prev: string | undefined;
  readonly weight: readonly [number, number];
  readonly roster: readonly ModelMember[];
  readonly difficulty: number;
  readonly tagsAgree: boolean;
  readonly fresh: boolean;
}
interface Sealed {
  readonly prev: string;
  readonly epoch: number;
  readonly author: string;
}
interface Rotation extends ModelFact {
  readonly key: string;
  readonly base: string;
  readonly operator: string;
  readonly roster: readonly ModelMember[];
  readonly leavers: readonly string[] | undefined;
  readonly tagsAgree: boolean;
  readonly fresh: boolean;
  readonly work: number;
  readonly sealed: Sealed | undefined;
}
interface Opaque extends ModelFact {
  readonly of: string;
  readonly created_at: number;
  readonly sealed: Sealed | undefined;
}
export interface ModelViewer {
  readonly me: string;
  readonly invitedBy: readonly string[];
  readonly reinvitedBy: readonly string[];
  readonly chosen: readonly string[];
  readonly insist: boolean;
}
export interface ModelAnswer {
  readonly tip: string | undefined;
  readonly leaving: readonly string[];
  readonly candidates: readonly string[];
  readonly current: string | undefined;
  readonly uncovered: readonly string[];
  readonly blocks: readonly string[];
}

const ownerIn = (roster: readonly ModelMember[]) => roster.filter((m) => m.role === "owner").map((m) => m.person)[0];
const within = (roster: readonly ModelMember[], person: string) => roster.filter((m) => m.person === person).length > 0;

export function model(given: readonly ModelFact[], viewer: ModelViewer, now: number): ModelAnswer {
  // Told twice, once without and once with what its sealed-prev proves: the second counts.
  const tells = (f: ModelFact) => (f as { sealed?: unknown }).sealed !== undefined;
  const same = (f: ModelFact, g: ModelFact) => g.kind === f.kind && g.id === f.id;
  const once = given.filter((f, i) => {
    const telling = given.findIndex((g) => same(f, g) && tells(g));
    return i === (telling >= 0 ? telling : given.findIndex((g) => same(f, g)));
  });
  const isOpened = (id: string) => given.some((f) => f.id === id && (f.kind === "owner" || f.kind === "rotation"));
  const facts = once.filter((f) => f.kind !== "opaque" || !isOpened(f.id));
  const owners = facts.filter((f) => f.kind === "owner") as unknown as readonly OwnerEvent[];
  const rotations = facts.filter((f) => f.kind === "rotation") as unknown as readonly Rotation[];
  const opaque = facts.filter((f) => f.kind === "opaque") as unknown as readonly Opaque[];
  const events = facts.filter((f) => !["leave", "complaint", "lost"].includes(f.kind));
  const holds = (id: string | undefined) => events.some((f) => f.id === id);

  let banished: readonly string[] = [];
  let roots: readonly OwnerEvent[] = [];
  const parentOf = (x: OwnerEvent) =>
    roots.some((r) => r.id === x.id) ? undefined : owners.filter((p) => p.id === x.prev)[0];

  /** The chain that ends in x, oldest first; undefined where x is not valid. */
  let remembered = new Map<string, readonly OwnerEvent[] | undefined>();
  const chain = (x: OwnerEvent): readonly OwnerEvent[] | undefined => {
    const all = chainAtLast(x);
    return all?.every((e) => e.created_at <= now + 900) ? all : undefined;
  };
  /** The same when time will have passed. */
  const chainAtLast = (x: OwnerEvent): readonly OwnerEvent[] | undefined => {
    if (!remembered.has(x.id)) remembered.set(x.id, chainAnew(x));
    return remembered.get(x.id);
  };
  const chainAnew = (x: OwnerEvent): readonly OwnerEvent[] | undefined => {
    if (banished.includes(x.id) && roots.some((r) => r.id === x.id)) return undefined;
    if (!soundByItself(x)) return undefined;
    if (roots.some((r) => r.id === x.id)) return [x];
    const p = parentOf(x);
    const below = p && chainAtLast(p);
    if (p === undefined || below === undefined) return undefined;
    if (x.epoch !== p.epoch + 1 || x.author !== ownerIn(p.roster) || banished.includes(p.id)) return undefined;
    return x.weight[0] === handovers([...below, x]) ? [...below, x] : undefined;
  };
  const handovers = (c: readonly OwnerEvent[]) =>
    c[0]!.weight[0] + c.slice(0, -1).filter((x) => ownerIn(x.roster) !== x.author).length;
  const greater = (a: readonly OwnerEvent[], b: readonly OwnerEvent[]): boolean => {
    const [x, y] = [a[a.length - 1]!, b[b.length - 1]!];
    const differences = [handovers(a) - handovers(b), x.epoch - y.epoch, x.created_at - y.created_at];
    const first = differences.filter((d) => d !== 0)[0];
    return first === undefined ? x.id < y.id : first > 0;
  };
  /** GROUP-22: the first events of the trees that may hold o*. */
  const counting = (): readonly OwnerEvent[] => {
    const newest = viewer.reinvitedBy.filter((p) => roots.some((r) => r.author === p)).slice(-1);
    let counted = roots.filter((r) => newest.includes(r.author));
    if (counted.length === 0) return roots;
    for (;;) {
      const named = owners.filter((x) => counted.some((r) => chain(x)?.[0] === r)).map((x) => ownerIn(x.roster));
      const more = roots.filter((r) => counted.includes(r) || named.includes(r.author));
      if (more.length === counted.length) return counted;
      counted = more;
    }
  };
  const best = (): readonly OwnerEvent[] | undefined => {
    const counted = counting();
    return owners
      .map(chain)
      .filter((c) => c !== undefined && counted.includes(c[0]!))
      .reduce<readonly OwnerEvent[] | undefined>((m, c) => (m === undefined || greater(c!, m) ? c : m), undefined);
  };

  /** The chain of an event that does not open, as its sealed-prev proves it; only its place in the order is asked. */
  const proved = (o: Opaque): readonly OwnerEvent[] | undefined => {
    const p = owners.filter((x) => x.id === o.sealed?.prev)[0];
    const below = p && chain(p);
    if (o.of !== "owner" || o.sealed === undefined || o.created_at > now + 900 || !p || !below) return undefined;
    if (o.sealed.author !== ownerIn(p.roster) || o.sealed.epoch !== p.epoch + 1) return undefined;
    return [...below, { ...p, id: o.id, created_at: o.created_at, epoch: o.sealed.epoch, author: o.sealed.author }];
  };
  const shutOut = (top: readonly OwnerEvent[]) =>
    opaque
      .map(proved)
      .filter((c) => c !== undefined)
      .filter((c) => counting().includes(c[0]!) && greater(c, top))
      .reduce<readonly OwnerEvent[] | undefined>((m, c) => (m === undefined || greater(c, m) ? c : m), undefined);

  const build = (): void => {
    roots = [];
    remembered = new Map();
    const possible = owners.filter((x) => soundByItself(x) && x.created_at <= now + 900);
    const creates = possible.filter((x) => x.prev === undefined);
    const invited = possible.filter((x) => viewer.invitedBy.includes(x.author));
    const first = (list: readonly OwnerEvent[]) =>
      [...list].sort((a, b) => a.epoch - b.epoch || a.created_at - b.created_at || (a.id < b.id ? -1 : 1)).slice(0, 1);
    roots = creates.length > 0 ? first(creates) : first(invited);
    remembered = new Map();
    const mayBegin = (): readonly (string | undefined)[] => {
      const all = best();
      const shut = all && shutOut(all);
      if (shut !== undefined) return [shut.at(-1)!.author];
      const tip = all?.at(-1);
      const owner = tip && ownerIn(tip.roster);
      return tip !== undefined && owner !== tip.author ? [tip.author, owner] : [owner];
    };
    const anewBy = (author: string | undefined) => {
      if (best() === undefined) return [];
      return possible.filter(
        (x) =>
          !roots.some((r) => r.id === x.id) &&
          !banished.includes(x.id) &&
          chainAtLast(x) === undefined &&
          x.prev !== undefined &&
          holds(x.prev) &&
          !owners.some((p) => p.id === x.prev && chainAtLast(p) !== undefined) &&
          (x.author === author || viewer.reinvitedBy.includes(x.author)),
      );
    };
    for (;;) {
      const author = mayBegin().filter((who) => anewBy(who).length > 0)[0];
      const before = roots.length;
      // All of his, the oldest first.
      for (let next = first(anewBy(author)); next.length > 0; next = first(anewBy(author))) {
        roots = [...roots, ...next];
        remembered = new Map();
      }
      if (roots.length === before) return;
    }
  };
  const accepted = (): readonly OwnerEvent[] =>
    owners.filter(
      (h) =>
        ownerIn(h.roster) !== h.author &&
        (owners.some((x) => chain(x)?.at(-2)?.id === h.id) || opaque.some((o) => proved(o)?.at(-2)?.id === h.id)),
    );
  const oneChain = (a: OwnerEvent, b: OwnerEvent) => Boolean(chain(a)?.includes(b) || chain(b)?.includes(a));
  /** Handovers that stand on nothing in my history and are accepted. */
  const outside = (): readonly OwnerEvent[] =>
    owners.filter((h) => {
      const heir = ownerIn(h.roster);
      if (heir === h.author || h.prev === undefined || chainAtLast(h) !== undefined) return false;
      if (owners.some((p) => p.id === h.prev && chainAtLast(p) !== undefined)) return false;
      if (banished.includes(h.id) || !soundByItself(h) || h.created_at > now + 900) return false;
      const opened = owners.some(
        (x) =>
          x.prev === h.id &&
          soundByItself(x) &&
          x.author === heir &&
          x.epoch === h.epoch + 1 &&
          x.weight[0] === h.weight[0] + 1 &&
          x.created_at <= now + 900,
      );
      const unopened = opaque.some(
        (o) =>
          o.of === "owner" &&
          o.sealed?.prev === h.id &&
          o.sealed.author === heir &&
          o.sealed.epoch === h.epoch + 1 &&
          o.created_at <= now + 900,
      );
      return opened || unopened;
    });
  /** Two accepted handovers by one owner, in one tree, neither standing on the other; or a tree against a handover. */
  const rivals = (): readonly (readonly [OwnerEvent, OwnerEvent])[] => {
    const hs = accepted();
    const inTree = hs.flatMap((a) =>
      hs
        .filter((b) => a.author === b.author && chain(a)![0] === chain(b)![0] && !oneChain(a, b))
        .map((b) => [a, b] as const),
    );
    const root = best()?.[0];
    const across = hs.filter((h) => root !== undefined && h.author === root.author && chain(h)![0] !== root);
    const top = best();
    const mine = hs.filter((h) => top?.includes(h));
    const lone = mine.flatMap((h) => {
      const first = top![0]!;
      const before = handovers(chain(h)!);
      return outside()
        .filter((o) => o.author === h.author && o.weight[0] <= before)
        .filter((o) => !(o.weight[0] < first.weight[0] && o.epoch < first.epoch))
        .map((o) => [h, o] as const);
    });
    const pairs = [...across.map((h) => [root!, h] as const), ...lone];
    return [...inTree, ...pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const])];
  };
  for (let before = -1; before < banished.length; ) {
    before = banished.length;
    build();
    const against = rivals()
      .filter(([a, b]) => viewer.chosen.includes(a.id) && !viewer.chosen.includes(b.id) && !oneChain(a, b))
      .map(([, b]) => b.id);
    banished = [...new Set([...banished, ...against])];
  }
  const top = best();
  if (top === undefined)
    return { tip: undefined, leaving: [], candidates: [], current: undefined, uncovered: [], blocks: [] };
  const tip = top.at(-1)!;
  const owner = ownerIn(tip.roster);
  const me = viewer.me;

  // L
  const leaves = facts.filter((f) => f.kind === "leave") as unknown as readonly Leave[];
  const leaving = tip.roster
    .filter((m) => m.person !== owner && !(owner !== tip.author && m.person === tip.author))
    .filter((m) => leaves.some((l) => l.person === m.person && l.epoch >= m.since))
    .map((m) => m.person);

  // C
  const complaints = facts.filter((f) => f.kind === "complaint") as unknown as readonly Complaint[];
  const onTip = [...rotations, ...opaque].filter(
    (r) => r.sealed?.prev === tip.id && (r as { of?: string }).of !== "owner",
  );
  const accused = complaints
    .filter((c) => within(tip.roster, c.victim) && !leaving.includes(c.victim))
    .flatMap((c) => onTip.filter((r) => r.id === c.target).map((r) => r.sealed!.author));
  const last = Math.max(...tip.roster.map((m) => m.rank)) + 1;
  const fits = rotations.filter((r) => {
    const gone = r.leavers;
    if (r.base !== tip.id || gone === undefined || gone.length === 0) return false;
    const stay = tip.roster.filter((m) => !gone.includes(m.person));
    const me486 = r.roster.filter((m) => m.person === r.operator);
    const was = tip.roster.filter((m) => m.person === r.operator)[0];
    return (
      r.tagsAgree &&
      r.fresh &&
      gone.every((p) => leaving.includes(p)) &&
      was !== undefined &&
      !gone.includes(r.operator) &&
      r.roster.length === stay.length &&
      stay.every(
        (m) =>
          m.person === r.operator || r.roster.filter((x) => x.person === m.person && x.json === m.json).length === 1,
      ) &&
      me486.length === 1 &&
      me486[0]!.rank === last &&
      me486[0]!.role === was.role &&
      me486[0]!.since === was.since &&
      r.sealed?.author === r.operator &&
      r.sealed.prev === tip.id &&
      r.work >= Math.min(tip.difficulty, 24) &&
      !accused.includes(r.operator)
    );
  });
  const size = (r: Rotation) => new Set(r.leavers).size;
  const candidates = fits.filter((r) => {
    const others = fits.filter((x) => x.operator === r.operator);
    const largest = [...new Set(others.filter((x) => others.every((y) => size(y) <= size(x))).map((x) => x.id))];
    return largest.length <= 3 && largest.every((id) => r.id <= id) && largest.includes(r.id);
  });

  // unc, current
  const handed = (key: string) =>
    [...owners, ...rotations].filter((x) => x.key === key).flatMap((x) => x.roster.map((m) => m.person));
  const unc = (r: Rotation) => leaving.filter((p) => handed(r.key).includes(p) || r.operator === p);
  const rank = (r: Rotation) => tip.roster.filter((m) => m.person === r.operator)[0]!.rank;
  const places = [
    { id: tip.id, unc: leaving, rank: -1, roster: tip.roster },
    ...candidates.map((r) => ({ id: r.id, unc: unc(r), rank: rank(r), roster: r.roster })),
  ];
  const current = places.reduce((a, b) => {
    if (a.unc.length !== b.unc.length) return a.unc.length < b.unc.length ? a : b;
    if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
    return a.id <= b.id ? a : b;
  });

  // May I write?
  const blocks: string[] = [];
  if (current.unc.length > 0) blocks.push("leaver-holds-key");
  if (!within(current.roster, me)) blocks.push("not-a-member");
  if (leaving.includes(me)) blocks.push("leaving");
  const gap = owners.some(
    (x) =>
      x.prev !== undefined &&
      !holds(x.prev) &&
      chainAtLast(x) === undefined &&
      x.author === owner &&
      x.epoch >= tip.epoch &&
      x.created_at <= now + 900,
  );
  if (gap && !viewer.insist) blocks.push("out-of-date");
  if (shutOut(top)) blocks.push("removed-or-garbled");
  const told = (facts.filter((f) => f.kind === "lost") as unknown as readonly Lost[]).filter(
    (f) => f.target === tip.id,
  );
  if (told.some((f) => f.author === tip.author || f.author === owner)) blocks.push("branch-lost");
  if (rivals().length > 0) blocks.push("rival-handovers");
  return {
    tip: tip.id,
    leaving: [...leaving].sort(),
    candidates: candidates.map((c) => c.id).sort(),
    current: current.id,
    uncovered: [...current.unc].sort(),
    blocks: blocks.sort(),
  };
}

function soundByItself(x: OwnerEvent): boolean {
  const ranks = [...x.roster].map((m) => m.rank).sort((a, b) => a - b);
  const persons = x.roster.map((m) => m.person);
  const ruled = x.roster.filter((m) => m.role === "owner");
  return (
    x.tagsAgree &&
    x.fresh &&
    persons.includes(x.author) &&
    persons.every((p, i) => persons.indexOf(p) === i) &&
    ranks.every((rank, i) => rank === i) &&
    ruled.length === 1 &&
    ruled[0]!.rank === 0 &&
    x.roster.every((m) => m.since >= 0 && m.since <= x.epoch) &&
    (x.prev === undefined
      ? x.epoch === 0 && x.author === ruled[0]!.person && x.weight[0] === 0
      : x.epoch > 0 && x.weight[1] === x.epoch)
  );
}
