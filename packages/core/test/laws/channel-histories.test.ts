/**
 * Random histories over a network that drops, repeats, reorders and withholds, with former owners who go on acting:
 * after it healed, everybody's answer is the model's, and nothing was taken over.
 */

import { expect, test } from "vitest";
import { agree, lived } from "./channel-agreement.ts";

/** SUBROSA_SEEDS=40001-50000 runs these alone: to repeat what failed, or to divide a long run among processes. */
const [first, last] = (process.env["SUBROSA_SEEDS"] ?? "").split("-").map(Number);
const from = first || 1;
const to = last ?? (process.env["SUBROSA_LONG"] === undefined ? 20_000 : 1_000_000);
const histories = to - from + 1;

test(`CHANNEL-3, CHANNEL-4, CHANNEL-5: ${histories} histories end as the model says, for everybody`, {
  timeout: 0,
}, () => {
  const reached = { handedOver: 0, moved: 0, stopped: 0, alarmed: 0 };
  for (let seed = from; seed <= to; seed++) {
    agree(lived(seed), seed, reached);
  }
  // A generator that never gets anywhere would prove nothing; a handful of seeds says nothing about it.
  if (histories < 1_000) return;
  for (const count of Object.values(reached)) expect(count).toBeGreaterThan(histories / 20);
});
