/**
 * Long verifications are generators: pure, synchronous, and paused between two steps, so that whoever runs one can
 * show progress, give way to other work, or give up.
 */

/** Keys that are worked on between two steps: some milliseconds at most, also with the plain curve on a slow device. */
export const STEP = 32;

/** Runs the steps to their end, without a pause. */
export function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export interface Progress<V> {
  /** The item that is worked on. */
  readonly item: number;
  readonly items: number;
  /** How far it is, in sums of points; what the item's own verification yields. */
  readonly sums: number;
  /** Present once the item is done. */
  readonly verdict?: V;
}

/** One after the other; answers with all verdicts in order. */
export function* runAll<T, V>(
  items: readonly T[],
  verify: (item: T) => Generator<number, V>,
): Generator<Progress<V>, readonly V[]> {
  const verdicts: V[] = [];
  for (const [item, input] of items.entries()) {
    const steps = verify(input);
    let sums = 0;
    for (;;) {
      const step = steps.next();
      if (step.done) {
        verdicts.push(step.value);
        yield { item, items: items.length, sums, verdict: step.value };
        break;
      }
      sums = step.value;
      yield { item, items: items.length, sums };
    }
  }
  return verdicts;
}
