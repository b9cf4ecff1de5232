/** What every check answers: one sentence, and where it fails the places that are wrong. */

/**
 * `notes` are printed whether it holds or not.
 * @typedef {{ ok: boolean, sentence: string, details: readonly string[], notes?: readonly string[] }} Verdict
 */

/**
 * @param {string} held what is true when nothing is wrong
 * @param {string} broken what is wrong when something is
 * @param {readonly string[]} problems
 * @returns {Verdict}
 */
export function verdict(held, broken, problems) {
  return { ok: problems.length === 0, sentence: problems.length === 0 ? held : broken, details: problems };
}
