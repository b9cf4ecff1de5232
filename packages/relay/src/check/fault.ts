/** What a relay did wrong, as a sentence; and what cannot be asked of this relay, with the reason. */

export class Fault extends Error {
  override readonly name = "Fault";
}

export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Fault(otherwise);
}

/** Equal as JSON. */
export function demandEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  demand(a === e, `${what}: expected ${shortened(e)}, got ${shortened(a)}`);
}

export function demandPrefix(reason: string, ...prefixes: readonly string[]): void {
  const fits = prefixes.some((prefix) => reason.startsWith(`${prefix}:`));
  demand(fits, `the reason should begin with ${prefixes.join(" or ")}: ${shortened(reason)}`);
}

function shortened(text: string | undefined): string {
  return text === undefined ? "nothing" : text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
