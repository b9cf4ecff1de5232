/**
 * A copy of the store that can be opened like the store. The index is copied first, in one state; it says how far the log
 * belongs to it, and so much of the log is copied after it. Whoever calls sees to it that nothing is erased meanwhile.
 */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { metaKey, readTimeBytes } from "./keys.ts";
import { LmdbIndex } from "./lmdb-index.ts";
import type { EventLog } from "./log.ts";
import { StoreError } from "./store.ts";

export const INDEX_FILE = "index.mdb";
export const LOG_FOLDER = "events";

/** What else belongs to a relay's data: its key, and files that people keep with it. */
const BESIDE = ["relay.key", "media"];

export interface BackupInputs {
  readonly index: LmdbIndex;
  readonly log: EventLog;
  readonly dir: string;
  readonly target: string;
  readonly signal: AbortSignal;
}

/** The folder appears under its name only when the copy is whole and on disk. */
export async function backUp({ index, log, dir, target, signal }: BackupInputs): Promise<void> {
  const whole = resolve(target);
  if (existsSync(whole))
    throw new StoreError("store/backup", "the folder for the backup is there already; name another");
  const temporary = `${whole}.part`;
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(join(temporary, LOG_FOLDER), { recursive: true, mode: 0o700 });
    await index.copyTo(join(temporary, INDEX_FILE));
    for (const { path, name, bytes } of log.filesBefore(await tailOf(join(temporary, INDEX_FILE)))) {
      const copy = createWriteStream(join(temporary, LOG_FOLDER, name), { mode: 0o600, flush: true });
      await pipeline(createReadStream(path, { end: bytes - 1 }), copy, { signal });
    }
    for (const name of BESIDE) await copyBeside(join(dir, name), join(temporary, name), signal);
    await syncFolder(temporary);
    await rename(temporary, whole);
    await syncOne(dirname(whole));
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    const why = signal.aborted ? "the relay stopped first" : cause instanceof Error ? cause.message : "unknown";
    throw new StoreError("store/backup", `the backup could not be written: ${why}`, { cause });
  }
}

/** Files that never change under their name; one may go while it is copied, and then it is not in the copy. */
async function copyBeside(from: string, to: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    const names = (await stat(from)).isDirectory() ? await readdir(from) : undefined;
    if (names === undefined) {
      await copyFile(from, to);
      return;
    }
    await mkdir(to, { mode: 0o700 });
    for (const name of names) if (!name.endsWith(".part")) await copyBeside(join(from, name), join(to, name), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

async function tailOf(path: string): Promise<number> {
  const copy = LmdbIndex.open(path);
  try {
    const tail = copy.get(metaKey("tail"));
    return tail === undefined ? 0 : readTimeBytes(tail);
  } finally {
    await copy.close();
  }
}

/** Names and contents below a folder. */
async function syncFolder(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) await syncFolder(below);
    else await syncOne(below);
  }
  await syncOne(path);
}

async function syncOne(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
