/** Slices of the work that waits: what expired (NIP-40), and whose author asked to be forgotten (NIP-62). */
import { VANISH } from "../event/kind.ts";
import type { Changes } from "./changes.ts";
import { AUTHOR, EXPIRY, indexableRecord, prefixed, readPlace, timeBytes, VANISHING } from "./keys.ts";
import type { LmdbIndex } from "./lmdb-index.ts";
import type { EventLog } from "./log.ts";
import type { Position } from "./position.ts";

const PAGE = 256;

/** True where more has expired than `max`. */
export function purgeExpired(changes: Changes, index: LmdbIndex, log: EventLog, now: number, max: number): boolean {
  const start = Buffer.of(EXPIRY);
  const end = prefixed(EXPIRY, timeBytes(now + 1));
  let seen = 0;
  for (const key of [...index.keys({ start, end, limit: max })]) {
    seen++;
    const place = readPlace(key, 7);
    const record = log.read(place);
    if (record === undefined) changes.unmark(key);
    else changes.remove(indexableRecord(record), place);
  }
  return seen === max;
}

/** True where more is to be deleted; authors of whom nothing is left are noted in the changes. */
export function purgeVanished(
  changes: Changes,
  index: LmdbIndex,
  log: EventLog,
  vanishing: ReadonlyMap<string, number>,
  max: number,
): boolean {
  let erased = 0;
  for (const [pubkey, until] of vanishing) {
    const author = Buffer.from(pubkey, "hex");
    const range = { prefix: prefixed(AUTHOR, author), since: 0, until };
    for (let after: Position | undefined; ; ) {
      const page = index.readRange(range, after, PAGE);
      for (const position of page) {
        const record = log.read(position);
        // One's own vanish requests are kept: they are what keeps the rest away.
        if (record === undefined || record.kind === VANISH) continue;
        changes.remove(indexableRecord(record), position);
        erased++;
      }
      after = page.at(-1);
      if (page.length < PAGE) break;
      if (erased >= max) return true;
    }
    changes.unmark(prefixed(VANISHING, author));
    changes.finishedVanishing.push(pubkey);
  }
  return false;
}
