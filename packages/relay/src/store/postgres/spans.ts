/**
 * Partitions by time: each span of time has tables of its own, made before its time comes, so that what is new is
 * written and read in small indices and an old span can be dropped whole. What lies before the first or after the last
 * is in `earlier` and `later`; dates are the author's own words, so nothing he writes makes a partition.
 */
import type { Database, Session } from "./database.ts";
import { TABLES_BY_TIME } from "./schema.ts";

/** About a quarter of a year. */
export const SPAN_SECONDS = 91 * 24 * 3_600;
const BEFORE = 1;
const AHEAD = 1;
/** After a very long sleep, a few at a time. */
const AT_ONCE = 16;

/** Where the first span of a new database begins. */
export function firstSpan(now: number, seconds: number): number {
  return Math.floor(now / seconds) * seconds - BEFORE * seconds;
}

/** Makes what is missing up to a little after now. Needs a moment in which nobody reads. */
export async function extendSpans(database: Database, now: number, seconds: number): Promise<void> {
  await database.transaction(async (session) => {
    const [row] = await session.script<{ spans_to: string }>("select spans_to from state for update");
    let end = Number(row!.spans_to);
    for (let i = 0; i < AT_ONCE && end < now + AHEAD * seconds; i++) {
      await addSpan(session, end, end + seconds);
      end += seconds;
    }
    await session.script(`update state set spans_to = ${end}`);
  });
}

/** Events from `start` up to, without, `end`; ranks are times with their sign changed, so the bounds turn round. */
async function addSpan(session: Session, start: number, end: number): Promise<void> {
  for (const table of TABLES_BY_TIME) {
    const span = `${table}_${start}`;
    await session.script(`
      alter table ${table} detach partition ${table}_later;
      create table ${span} partition of ${table} for values from (${1 - end}) to (${1 - start});
      with moved as (delete from ${table}_later where rank > ${-end} returning *) insert into ${table} select * from moved;
      alter table ${table} attach partition ${table}_later for values from (minvalue) to (${1 - end})`);
  }
}
