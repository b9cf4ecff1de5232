/** A vitest reporter that writes what was counted to the file named by SUBROSA_COUNTS, for tools/test.mjs. */
import { writeFileSync } from "node:fs";

export default class CountReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} errors those that no test caught
   */
  onTestRunEnd(modules, errors) {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") counts.passed++;
        else if (state === "failed") failedHere++;
        else counts.skipped++;
      }
      // A module may fail without a failing test: it could not be loaded, or a hook of it threw.
      counts.failed += module.state() === "failed" ? Math.max(failedHere, 1) : failedHere;
    }
    const file = process.env["SUBROSA_COUNTS"];
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }
}
