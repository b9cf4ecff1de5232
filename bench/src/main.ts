/**
 * npm run bench -- [area…] [--json] [--quick]
 *
 * A table for people, or with --json one object per line. What was measured is kept with the facts of the machine in
 * bench/results/<date>-<area>.json; a quick run only shows that the areas work and keeps nothing.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { channel } from "./channel.ts";
import { client } from "./client.ts";
import { curve } from "./curve.ts";
import { timing } from "./curve-timing.ts";
import { group } from "./group.ts";
import { type Area, measureArea, NORMAL, QUICK } from "./harness.ts";
import { type MachineFacts, machineFacts } from "./machine.ts";
import { nostr } from "./nostr.ts";
import { relay, relayOnPostgres } from "./relay.ts";
import { ring } from "./ring.ts";
import { table } from "./table.ts";
import { CHROMIUM, web } from "./web.ts";

/** Every area by name. Opening one does its set-up: keys, tables, WebAssembly. */
const AREAS: Readonly<Record<string, () => Area | Promise<Area>>> = {
  channel,
  client,
  curve,
  group,
  nostr,
  relay,
  ring,
};

/** Measured where there is what it needs: a database that the environment names, a Chromium. */
const ELSEWHERE: typeof AREAS = {
  ...(process.env["SUBROSA_DATABASE"] === undefined ? {} : { "relay-postgres": relayOnPostgres }),
  ...(existsSync(CHROMIUM) ? { web } : {}),
};

/** What is no comparison of speeds prints lines of its own. Run by name only. */
const STUDIES: Readonly<Record<string, (quick: boolean) => Iterable<object>>> = {
  "curve-timing": (quick) => (quick ? timing(2000, 200) : timing(100_000, 10_000)),
};

const FLAGS: ReadonlySet<string> = new Set(["--json", "--quick"]);
const RESULTS = new URL("../results/", import.meta.url);

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const flags = new Set(args.filter((arg) => arg.startsWith("--")));
  const named = args.filter((arg) => !arg.startsWith("--"));
  const wanted = named.length > 0 ? named : Object.keys(AREAS);
  const unknown = [
    ...wanted.filter((name) => !Object.hasOwn({ ...AREAS, ...ELSEWHERE, ...STUDIES }, name)),
    ...[...flags].filter((flag) => !FLAGS.has(flag)),
  ];
  if (unknown.length > 0) {
    console.error(
      `npm run bench does not know ${unknown.join(", ")}. Areas: ${[...Object.keys({ ...AREAS, ...ELSEWHERE }), ...Object.keys(STUDIES)].join(", ")}.`,
    );
    process.exitCode = 2;
    return;
  }
  for (const name of wanted) {
    const study = STUDIES[name];
    if (study === undefined)
      await bench(await { ...AREAS, ...ELSEWHERE }[name]!(), flags.has("--json"), flags.has("--quick"));
    else run(name, study, flags.has("--quick"));
  }
}

async function bench(area: Area, json: boolean, quick: boolean): Promise<void> {
  const machine = machineFacts(new Date());
  const lines = await measureArea(area, quick ? QUICK : NORMAL, () => performance.now());
  if (json) for (const line of lines) console.log(JSON.stringify(line));
  else console.log(`\n${area.area}: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n${table(lines)}`);
  if (!quick) keep(area.area, machine, lines);
}

/** Line by line as it goes: a study takes minutes. */
function run(name: string, study: (quick: boolean) => Iterable<object>, quick: boolean): void {
  const machine = machineFacts(new Date());
  const lines: object[] = [];
  for (const line of study(quick)) {
    lines.push(line);
    console.log(JSON.stringify(line));
  }
  if (!quick) keep(name, machine, lines);
}

function keep(name: string, machine: MachineFacts, lines: readonly object[]): void {
  mkdirSync(RESULTS, { recursive: true });
  const file = new URL(`${machine.date.slice(0, 10)}-${name}.json`, RESULTS);
  writeFileSync(file, `${JSON.stringify({ machine, lines }, null, 2)}\n`);
}
