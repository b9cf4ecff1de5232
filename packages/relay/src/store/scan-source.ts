/** What scans read of the embedded store: positions from the index, records from the log. */
import { VANISH } from "../event/kind.ts";
import { ID, prefixed, readPlace } from "./keys.ts";
import type { LmdbIndex } from "./lmdb-index.ts";
import type { EventLog } from "./log.ts";
import type { Position } from "./position.ts";
import type { ScanSource } from "./scan.ts";

/** `vanishing`: authors, as hex, and until when what they wrote is being deleted. */
export function scanSource(index: LmdbIndex, log: EventLog, vanishing: ReadonlyMap<string, number>): ScanSource {
  const find = (id: Buffer): Position | undefined => {
    const value = index.get(prefixed(ID, id));
    if (value === undefined) return undefined;
    const place = readPlace(value);
    const record = log.read(place);
    if (record === undefined) return undefined;
    return { createdAt: record.createdAt, idHigh: id.readUInt32BE(0), idLow: id.readUInt32BE(4), ...place };
  };
  return {
    readRange: (range, after, max) => index.readRange(range, after, max),
    findIds: (ids) => ids.flatMap((id) => find(Buffer.from(id, "hex")) ?? []),
    load: (place) => log.read(place),
    isVanishing: (record) => {
      if (vanishing.size === 0 || record.kind === VANISH) return false;
      const until = vanishing.get(record.pubkey);
      return until !== undefined && record.createdAt <= until;
    },
  };
}
