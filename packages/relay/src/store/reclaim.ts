/** Gives back to the disk what dead records hold: segments in which nothing lives, and one that is mostly dead. */
import type { LiveBytes } from "./live-bytes.ts";
import type { LmdbIndex } from "./lmdb-index.ts";
import type { EventLog } from "./log.ts";

/** A segment is packed when this many times what lives in it, and this much more, is on disk. */
const RATIO = 2;
const MORE = 1 << 20;

export async function reclaim(log: EventLog, live: LiveBytes, index: LmdbIndex): Promise<void> {
  try {
    for (const segment of log.segments) if (live.of(segment) === 0) log.removeSegment(segment);
    const worth = log.segments.find((segment) => (log.sizeOf(segment) ?? 0) > MORE + RATIO * live.of(segment));
    if (worth === undefined) return;
    // The index must be on disk as far as this segment: what is packed is not read again after a crash.
    await index.flushed;
    await log.pack(worth);
  } catch {
    // No space for the smaller one beside the larger: it stays as it is, and the next purge tries again.
  }
}
