/** One slice of the work that waits: what expired (NIP-40), and whose author asked to be forgotten (NIP-62). */
import { VANISH } from "../../event/kind.ts";
import type { Changes } from "../changes.ts";
import { indexableRecord, prefixed, VANISHING } from "../keys.ts";
import { StoredRecord } from "../record.ts";
import type { PurgeResult } from "../store.ts";
import type { Session, Statement } from "./database.ts";
import type { Known, RecordRow } from "./known.ts";

const EXPIRED: Statement = {
  name: "purge-expired",
  text: "select seq, record, address, ring from event where expires <= $1::bigint limit $2::integer",
};
const VANISHED: Statement = {
  name: "purge-vanished",
  text: `select seq, record, address, ring from event
         where pubkey = $1::bytea and rank >= -$2::bigint and kind <> ${VANISH} limit $3::integer`,
};
const AUTHORS: Statement = { name: "purge-authors", text: "select pubkey, until from vanishing" };
export async function purgeSlice(
  session: Session,
  changes: Changes,
  known: Known,
  { now, max }: { readonly now: number; readonly max: number },
): Promise<PurgeResult> {
  const gone = new Set<string>();
  const remove = (rows: readonly RecordRow[]): void => {
    for (const row of rows) {
      if (gone.has(row.seq)) continue;
      gone.add(row.seq);
      changes.remove(indexableRecord(new StoredRecord(row.record)), known.add(row));
    }
  };
  const expired = await session.query<RecordRow>(EXPIRED, [now, max]);
  remove(expired);
  let left = max;
  for (const { pubkey, until } of await session.query<{ pubkey: Buffer; until: string }>(AUTHORS)) {
    if (left <= 0) break;
    const rows = await session.query<RecordRow>(VANISHED, [pubkey, until, left]);
    remove(rows);
    if (rows.length < left) changes.unmark(prefixed(VANISHING, pubkey));
    left -= rows.length;
  }
  return { erased: gone.size, more: expired.length === max || left <= 0 };
}
