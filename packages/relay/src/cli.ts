#!/usr/bin/env node
/**
 * subrosa-relay: runs the relay, and the few things that an operator does to its data while it does not run.
 * Sentences for people on standard output, the log on standard error, and an exit code that says whether it went well.
 */
import { createInterface } from "node:readline";
import { UsageError } from "@subrosa/core/errors";
import { openCurve } from "@subrosa/curve/open-curve";
import { report } from "./check/report.ts";
import type { Config } from "./config.ts";
import { settingsTable } from "./config-help.ts";
import { readSettings } from "./settings.ts";
import { processLog, startRelay, VERSION } from "./start.ts";
import { openLmdbStore } from "./store/lmdb-store.ts";
import { askForBackup } from "./store/occupancy.ts";
import { openStore } from "./store/open-store.ts";
import { type Store, StoreError } from "./store/store.ts";
import { exportEvents, importEvents } from "./transfer.ts";

const HELP = `subrosa-relay ${VERSION}

  subrosa-relay [serve]      run the relay
  subrosa-relay verify       read the whole database back and say what is wrong with it
  subrosa-relay backup DIR   copy everything to a new folder, while the relay runs or while it does not
  subrosa-relay export       write every event to standard output, one JSON object per line
  subrosa-relay import       read events from standard input, one per line; every one is verified
  subrosa-relay settings     say what can be set, and to what
  subrosa-relay check URL    try the rules of the NIPs on any relay and say which it breaks

  --port N             listen on this port (7777; 0 takes a free one)
  --host ADDRESS       listen on this address (127.0.0.1)
  --data DIR           keep events here (data/relay)
  --url URL            a wss:// address under which clients reach it; may be repeated
  --durability WORD    full: OK after the disk has it; relaxed: up to a second earlier
  --store WORD         embedded: in files below DIR; postgres: in the database that SUBROSA_DATABASE names
  --config FILE        a JSON file with these and all other settings
`;

const COMMANDS: Readonly<Record<string, (config: Config, operands: readonly string[]) => Promise<boolean>>> = {
  serve,
  verify,
  settings: async () => {
    say(settingsTable());
    return true;
  },
  check: async (_, [url]) => {
    if (url === undefined) throw new UsageError("usage/state", "say which relay: subrosa-relay check wss://…");
    return report(url, { curve: openCurve() }, say);
  },
  backup: async (config, [target]) => {
    if (target === undefined) throw new UsageError("usage/state", "say where to: subrosa-relay backup DIR");
    if (config.store === "postgres") {
      throw new UsageError(
        "usage/state",
        "PostgreSQL has its own means: pg_dump while the relay runs, or its archives",
      );
    }
    const wasRunning = await askForBackup(config.data, target);
    if (!wasRunning) await backUp(config, target);
    say(`The backup stands in ${target}; open it with --data.`);
    return true;
  },
  export: async (config) => {
    await withStore(config, (store) => exportEvents(store, process.stdout));
    return true;
  },
  import: async (config) => {
    const counts = await withStore(config, (store) => {
      // Opened when somebody reads: what comes before is lost.
      const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
      return importEvents(store, openCurve(), lines, sayProgress);
    });
    say(`${counts.stored} stored, ${counts.known} known, ${counts.refused} refused.`);
    return counts.refused === 0;
  },
};

try {
  const { command, operands, config, help } = readSettings(process.argv.slice(2));
  const run = COMMANDS[command];
  if (help) process.stdout.write(HELP);
  else if (run === undefined) throw new UsageError("usage/state", `there is no command ${command}; see --help`);
  else if (!(await run(config, operands))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UsageError || error instanceof StoreError || isSystemError(error))) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function serve(config: Config): Promise<boolean> {
  const relay = await startRelay(config, processLog());
  say(`The relay listens on ${relay.url}`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await relay.close();
  return true;
}

async function verify(config: Config): Promise<boolean> {
  return withStore(config, async (store) => {
    let faults = 0;
    for await (const fault of store.check()) {
      faults++;
      say(fault);
    }
    say(faults === 0 ? `${store.stats().events} events, nothing wrong.` : `${faults} faults.`);
    return faults === 0;
  });
}

async function withStore<T>(config: Config, run: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(config, process.env);
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}

async function backUp({ data: dir, durability }: Config, target: string): Promise<void> {
  const store = await openLmdbStore({ dir, durability });
  try {
    await store.backup(target);
  } finally {
    await store.close();
  }
}

function sayProgress(done: number): void {
  process.stderr.write(`${done} events read\n`);
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

/** The port is taken, the folder may not be written: the system's own words are the best ones. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
