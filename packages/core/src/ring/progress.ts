/**
 * Long verifications are generators: pure, synchronous, and paused between two steps, so that whoever runs one can
 * show progress, give way to other work, or give up.
 */

/** Runs the steps to their end, without a pause. */
export function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
