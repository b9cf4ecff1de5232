/**
 * A page that asks with rings the user is in and rings he is not in, and is told no: the same answer after the same work
 * (review finding P-03). What is compared is what was done: signatures, random bytes, and what was stored and said.
 *
 * Times are measured, not judged: SUBROSA_LONG=1 prints how likely they are of one distribution (Kolmogorov–Smirnov, over
 * pairs measured in turns).
 */
import { expect, test } from "vitest";
import { pValue } from "../kolmogorov-smirnov.ts";
import { person, SITE, World } from "../world.ts";

const ann = person("ann");
const others = Array.from({ length: 20 }, (_, i) => person(`other ${i}`).pubkey as string);
const event = { kind: 1, created_at: 1_700_000_000, content: "words" };
const PROBES = 200;

/** One probe with a ring of 20 that has Ann in it or not, answered with no by a grant, or with yes by Ann. */
async function probe(world: World, hasAnn: boolean, verdict: "deny" | "allow"): Promise<number> {
  world.now += 60_000;
  const keys = hasAnn ? [ann.pubkey, ...others.slice(1)] : others;
  const tags = [["group-member-proof", null, ...keys]];
  const id = await world.ask(SITE, "signEventAsGroupMember", [{ ...event, tags }]);
  const start = performance.now();
  await world.decide(verdict);
  const time = performance.now() - start;
  expect(world.answer(id), `${hasAnn}`).toEqual({ ok: false, code: "refused" });
  world.delivered.length = 0;
  return time;
}

test("the distance is seen where there is one", () => {
  const a = Array.from({ length: 100 }, (_, i) => i);
  expect(pValue(a, a)).toBeGreaterThan(0.99);
  expect(
    pValue(
      a,
      a.map((x) => x + 40),
    ),
  ).toBeLessThan(0.001);
});

/** Everything that a probe did and that anybody could see or measure, without the ring itself. */
interface Trace {
  readonly signatures: number;
  readonly drawn: number;
  readonly shown: number;
  readonly kept: readonly (readonly [string, number])[];
}

function traceOf(
  world: World,
  before: { readonly signatures: number; readonly drawn: number; readonly shown: number },
): Trace {
  return {
    signatures: world.signatures - before.signatures,
    drawn: world.drawn - before.drawn,
    shown: world.prompts.length - before.shown,
    kept: [...world.session.texts, ...world.local.texts].map(([name, text]) => [name, text.length] as const),
  };
}

test(`${PROBES} probes without consent: one answer after the same work, member or not`, async () => {
  const [inside, outside]: [number[], number[]] = [[], []];
  const traces = new Set<string>();
  const world = await World.open();
  await world.add(ann);
  await world.unlock(ann);
  // The list of what happened grows until it is full; from then on every probe leaves it as long as it was.
  for (let i = 0; i < 20; i++) await probe(world, i % 2 === 0, "deny");
  await world.broker.change((shelf) => shelf.keep("activity", []));
  for (let i = 0; i < PROBES; i++) {
    // The order within a pair changes, so that what the machine does meanwhile falls on both alike.
    const isInside = (i % 2 === 0) !== i % 4 < 2;
    const before = { signatures: world.signatures, drawn: world.drawn, shown: world.prompts.length };
    (isInside ? inside : outside).push(await probe(world, isInside, "deny"));
    traces.add(JSON.stringify(traceOf(world, before)));
    await world.broker.change((shelf) => shelf.keep("activity", []));
  }
  expect([inside.length, outside.length]).toEqual([PROBES / 2, PROBES / 2]);
  expect([...traces]).toHaveLength(1);
  expect(JSON.parse([...traces][0] ?? "")).toMatchObject({ signatures: 1, shown: 1 });
  if (process.env["SUBROSA_LONG"] !== undefined) {
    process.stdout.write(`membership oracle: KS p = ${pValue(inside, outside).toFixed(3)} over ${PROBES} probes\n`);
  }
});
