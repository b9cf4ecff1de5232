/** Events out of a store and into one, as JSON lines. What comes in is verified like everything else. */

import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Curve } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import { DEFAULT_LIMITS, readSignedEvent } from "@subrosa/core/nostr/event";
import { Entry, type Identified } from "./event/entry.ts";
import { kindClass } from "./event/kind.ts";
import type { Store } from "./store/store.ts";

const STEPS = 512;
const BATCH = 512;
const PROGRESS_EVERY = 10_000;
const LINE_LIMITS = { maxLength: 4 << 20, maxDepth: 8 };

/** Everything, private events too: this is the operator's own copy. Newest first. */
export async function exportEvents(store: Store, output: Writable): Promise<number> {
  let written = 0;
  let isFull = false;
  const scan = store.everything();
  for (;;) {
    const progress = await scan.run(STEPS, (record) => {
      isFull = !output.write(Buffer.concat([record.json, NEWLINE]));
      written++;
      return !isFull;
    });
    if (isFull) await once(output, "drain");
    isFull = false;
    if (progress === "done") return written;
  }
}

const NEWLINE = Buffer.of(0x0a);

export interface ImportCounts {
  stored: number;
  known: number;
  refused: number;
}

export async function importEvents(
  store: Store,
  curve: Curve,
  lines: AsyncIterable<string>,
  progress: (done: number) => void,
  clock: () => number = () => Math.floor(Date.now() / 1_000),
): Promise<ImportCounts> {
  const counts: ImportCounts = { stored: 0, known: 0, refused: 0 };
  const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));
  let batch: Identified[] = [];
  let read = 0;
  const settle = async (): Promise<void> => {
    const verdicts = curve.verifySchnorrBatch(
      batch.map(({ signature }) => signature),
      random,
    );
    const entries = batch.flatMap((identified, i) => identified.admit(verdicts[i] === true) ?? []);
    counts.refused += batch.length - entries.length;
    batch = [];
    for (const { kind } of await store.append(entries, clock())) {
      if (kind === "stored") counts.stored++;
      else if (kind === "duplicate" || kind === "superseded") counts.known++;
      else counts.refused++;
    }
  };
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const identified = readLine(line);
    if (identified === undefined) counts.refused++;
    else batch.push(identified);
    if (batch.length === BATCH) await settle();
    if (++read % PROGRESS_EVERY === 0) progress(read);
  }
  await settle();
  return counts;
}

/** Undefined where the line holds no event that could be kept. */
function readLine(line: string): Identified | undefined {
  try {
    const event = readSignedEvent(parseJson(line, "line", LINE_LIMITS), DEFAULT_LIMITS);
    return kindClass(event.kind) === "ephemeral" ? undefined : Entry.identify(event);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
