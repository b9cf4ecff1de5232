/** How far ahead of the clock a word may be dated, in seconds. What claims more says nothing about the order of things. */
export const AHEAD = 60;

/**
 * When a word is said, given when the others of its conversation were: later than those, so that nobody sees an answer
 * before its question, and so that the same word said twice within a second is two messages (an id is made of the text
 * and this time).
 */
export function spokenAt(now: number, others: Iterable<number>): number {
  let latest = now - 1;
  for (const at of others) if (at < now + AHEAD) latest = Math.max(latest, at);
  return latest + 1;
}
