/**
 * Two people on three devices, with clocks up to 30 s apart, against the dumb model: after every command each device
 * must say what the model says of the letters that this device knows, and in the end all must say the same.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Acquaintance, type AliasEvent, STRANGER, step, type Writing } from "../../src/alias/alias.ts";
import type { Relation } from "../../src/alias/relation.ts";
import type { PubkeyHex } from "../../src/bytes.ts";
import { asksOf, endedAliases, type Letter, liveAliases, type Name, view } from "./alias-dumb-model.ts";
import { factFor, relationFor } from "./alias-facts.ts";

const RUNS = process.env["SUBROSA_LONG"] === undefined ? 10_000 : 100_000;
const DEVICES = ["A", "A2", "B"] as const;
type Device = (typeof DEVICES)[number];
const ownerOf = (device: Device): Name => (device === "B" ? "B" : "A");

/** What the model knows: letters only. */
interface Model {
  clock: number;
  readonly skew: Readonly<Record<Device, number>>;
  readonly knows: Readonly<Record<Device, Letter[]>>;
  readonly all: Letter[];
}
type Machines = Record<Device, Acquaintance>;

const timeOf = (model: Model, device: Device): number => model.clock + model.skew[device];

/** As toEqual, without its cost where all is well: this runs a few million times. */
function same(actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

function drive(machines: Machines, device: Device, event: AliasEvent) {
  const result = step(machines[device], event);
  if (result.ignored !== undefined) {
    if (result.state !== machines[device]) expect.fail("ignored, and yet another state");
    same(result.effects, []);
  }
  machines[device] = result.state;
  return result;
}

function learn(model: Model, machines: Machines, device: Device, letter: Letter): void {
  const isNew = !model.knows[device].some(({ id }) => id === letter.id);
  const fact = factFor(ownerOf(device), letter);
  const { ignored } = drive(machines, device, { kind: "learned", fact, now: timeOf(model, device) });
  same(ignored, isNew ? undefined : "known-event");
  if (isNew) model.knows[device].push(letter);
}

function agree(model: Model, machines: Machines, device: Device): void {
  const now = timeOf(model, device);
  drive(machines, device, { kind: "tick", now });
  same(machines[device].relation, relationFor(ownerOf(device), view(model.knows[device], now)));
}

/** Ids in no order of time, so that ties by id are met from both sides. */
function post(model: Model, letter: Omit<Letter, "id">): Letter {
  const id = ((model.all.length * 7919 + 13) % 9973).toString(16).padStart(64, "0");
  const whole = { ...letter, id };
  model.all.push(whole);
  return whole;
}

/** Performs a write as a client would: the alias is the smallest index that no removal named. */
function perform(model: Model, device: Device, writing: Writing): Letter {
  const from = ownerOf(device);
  let index = 0;
  while (writing.removed.includes(`${from}${index}` as PubkeyHex)) index++;
  const what = ({ request: "ask", accept: "yes", reject: "no", remove: "end" } as const)[writing.kind];
  return post(model, {
    from,
    what,
    alias: writing.from ?? `${from}${index}`,
    at: writing.created_at,
    old: false,
    ...(what === "ask" ? {} : { to: writing.to }),
    ...(writing.request === undefined ? {} : { names: writing.request }),
    ...(writing.expires === undefined ? {} : { until: writing.expires }),
  });
}

type Wish = "request" | "accept" | "reject" | "remove";

/** What a wish must lead to, by the model: how many letters, or the reason why not. */
function expected(model: Model, device: Device, wish: Wish): number | string {
  const [me, now, known] = [ownerOf(device), timeOf(model, device), model.knows[device]];
  const stand = view(known, now);
  const peer: Name = me === "A" ? "B" : "A";
  const asked = asksOf(peer, known, now);
  switch (wish) {
    case "request":
      if (stand.is === "active") return "already-active";
      return stand.is === "waiting" ? (stand.asked === me ? "peer-asked" : "already-requested") : 1;
    case "accept":
      if (stand.is === "active") return "already-active";
      return asked.length > 0 ? 1 : "nothing-to-answer";
    case "reject":
      return asked.filter(({ said }) => said?.what !== "no").length || "nothing-to-answer";
    case "remove": {
      const theirs = liveAliases(peer, known, now).length;
      return theirs === 0 ? "peer-alias-unknown" : Math.max(theirs, liveAliases(me, known, now).length);
    }
    default:
      return wish satisfies never;
  }
}

/** A wish that was not refused comes true at once, on the device where it was made. */
function fulfilled(model: Model, device: Device, wish: Wish, stands: Relation["kind"]): void {
  if (wish === "accept") same(stands, "active");
  if (wish === "reject") same(stands === "requested-by-peer", false);
  // Letters of the old form name no request and are judged by their dates, so an earlier one may answer a later ask,
  // and one that is dated ahead may outlive a removal.
  if (model.knows[device].some(({ old }) => old)) return;
  if (wish === "request") same(stands === "requested" || stands === "active", true);
  if (wish === "remove") same(stands, "removed");
}

type Command = fc.Command<Model, Machines>;
const always = () => true;

const wish = (device: Device, kind: Wish, upToDate: boolean, expires: number | undefined): Command => ({
  check: always,
  run: (model, machines) => {
    if (upToDate) for (const letter of model.all) learn(model, machines, device, letter);
    const now = timeOf(model, device);
    const before = expected(model, device, kind);
    const asking = { kind: "request", peer: "f".repeat(64) as PubkeyHex, words: "hello", now } as const;
    const event: AliasEvent =
      kind === "request" ? (expires === undefined ? asking : { ...asking, expires: now + expires }) : { kind, now };
    const { effects, ignored } = drive(machines, device, event);
    same(ignored ?? effects.length, before);
    const written = effects.flatMap((effect) => (effect.kind === "write" ? [effect.writing] : []));
    for (const writing of written) learn(model, machines, device, perform(model, device, writing));
    agree(model, machines, device);
    // Written after a letter of our own that is dated as far ahead as is believed, it takes a second to count.
    const counts = written.every(({ created_at }) => created_at <= now + 900);
    if (ignored === undefined && counts) fulfilled(model, device, kind, machines[device].relation.kind);
  },
  toString: () => `${device}, ${upToDate ? "who knows all," : ""} wants to ${kind}`,
});

const deliver = (device: Device, pick: number): Command => ({
  check: ({ all }) => all.length > 0,
  run: (model, machines) => {
    learn(model, machines, device, model.all[pick % model.all.length]!);
    agree(model, machines, device);
  },
  toString: () => `${device} receives #${pick}`,
});

const sync = (device: Device): Command => ({
  check: ({ all }) => all.length > 0,
  run: (model, machines) => {
    for (const letter of [...model.all].reverse()) learn(model, machines, device, letter);
    agree(model, machines, device);
  },
  toString: () => `${device} receives everything, newest first`,
});

const pass = (seconds: number): Command => ({
  check: always,
  run: (model, machines) => {
    model.clock += seconds;
    for (const device of DEVICES) agree(model, machines, device);
  },
  toString: () => `${seconds} s pass`,
});

/** What no client of ours writes: the old form, odd aliases, dates far ahead. */
const oddLetter = (letter: Omit<Letter, "id" | "at">, ahead: number): Command => ({
  check: always,
  run: (model) => {
    post(model, { ...letter, at: model.clock + ahead });
  },
  toString: () => `odd ${letter.from} ${letter.what} ${letter.alias} to ${letter.to}, ${ahead} s ahead`,
});

/** An answer to an ask that exists, by either person, soon after it, naming it or not, perhaps sent elsewhere. */
const oddAnswer = (
  letter: Pick<Letter, "from" | "what" | "alias" | "old">,
  pick: number,
  late: number,
  bent: boolean[],
) => ({
  check: ({ all }: Model) => all.some(({ what }) => what === "ask"),
  run: (model: Model) => {
    const asks = model.all.filter(({ what }) => what === "ask");
    const ask = asks[pick % asks.length]!;
    const [isUnnamed, isElsewhere] = bent;
    const to = isElsewhere ? `${ask.from}1` : ask.alias;
    post(model, { ...letter, to, at: ask.at + late, ...(isUnnamed ? {} : { names: ask.id }) });
  },
  toString: () => `odd ${letter.from} ${letter.what} from ${letter.alias} to ask #${pick}, ${late} s later, ${bent}`,
});

const aliasOf = (name: Name) => fc.constantFrom(`${name}0`, `${name}1`, `${name}-old`);
const person = fc.constantFrom<Name>("A", "B");
const aliasesOf = { A: aliasOf("A"), B: aliasOf("B") };
const ahead = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom(899, 900, 901, 5_000));
const odd = fc
  .tuple(person, fc.constantFrom("ask", "end" as const), fc.boolean(), ahead, aliasesOf.A, aliasesOf.B)
  .map(([from, what, old, ahead, a, b]) => {
    const [alias, to] = from === "A" ? [a, b] : [b, a];
    return oddLetter(what === "ask" ? { from, what, old, alias } : { from, what, old, alias, to }, ahead);
  });
const rarely = fc.nat(3).map((die) => die === 0);
const oddReply = fc
  .tuple(person, fc.constantFrom("yes", "no" as const), rarely, fc.nat(9), fc.nat(2), fc.tuple(rarely, rarely))
  .chain(([from, what, old, pick, late, bent]) =>
    aliasesOf[from].map((alias) => oddAnswer({ from, what, alias, old }, pick, late, bent)),
  );

const device = fc.constantFrom<Device>(...DEVICES);
const expires = fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined, freq: 3 });
const wishes = fc
  .tuple(device, fc.constantFrom<Wish>("request", "accept", "reject", "remove"), fc.boolean(), expires)
  .map((x) => wish(...x));
const commands = fc.commands(
  [
    ...Array.from({ length: 5 }, () => wishes),
    fc.tuple(device, fc.nat(30)).map((x) => deliver(...x)),
    device.map(sync),
    fc.constantFrom(0, 1, 29, 61, 1_000).map(pass),
    odd,
    oddReply,
  ],
  { maxCommands: 24, size: "max" },
);
const skew = fc.integer({ min: -30, max: 30 });

test("A-09, ALIAS-6 to 10: every device says what the dumb model says, and in the end all say the same", () => {
  fc.assert(
    fc.property(commands, fc.record({ A: skew, A2: skew, B: skew }), (sequence, skews) => {
      const model: Model = { clock: 1_700_000_000, skew: skews, knows: { A: [], A2: [], B: [] }, all: [] };
      const machines: Machines = { A: STRANGER, A2: STRANGER, B: STRANGER };
      fc.modelRun(() => ({ model, real: machines }), sequence);
      // Every letter comes to everybody at last, and no date is ahead any more.
      model.clock += 10_000;
      for (const name of DEVICES) {
        for (const letter of model.all) learn(model, machines, name, letter);
        agree(model, machines, name);
      }
      same(machines.A2, machines.A);
      const end = view(model.all, model.clock);
      same([machines.A.relation, machines.B.relation], [relationFor("A", end), relationFor("B", end)]);
      const live = liveNow(model);
      same(
        endedAliases(model.all, model.clock).filter((alias) => live.includes(alias)),
        [],
      );
    }),
    { numRuns: RUNS, unbiased: true },
  );
}, 900_000);

/** Aliases of live letters that are not of the old form, whose alias can't change. */
function liveNow({ all, clock }: Model): string[] {
  const isOld = new Set(all.filter(({ old }) => old).map(({ alias }) => alias));
  return (["A", "B"] as const).flatMap((name) => liveAliases(name, all, clock)).filter((alias) => !isOld.has(alias));
}
