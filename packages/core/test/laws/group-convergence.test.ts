import { expect, test } from "vitest";
import { select } from "../../src/group/select.ts";
import { playHistory } from "../models/group-history.ts";

const HISTORIES = process.env["SUBROSA_LONG"] ? 1_000_000 : Number(process.env["N"] ?? 20_000);

test("x", () => {
  let bad = 0;
  const stats = { agreeing: 0, epochs: 0, rotated: 0, alarmed: 0 };
  const kinds = new Map<string, number>();
  const t = performance.now();
  for (let seed = 0; seed < HISTORIES; seed++) {
    const o = playHistory(seed, select);
    stats.agreeing += o.agreeing; stats.epochs += o.epochs; stats.rotated += o.rotated ? 1 : 0; stats.alarmed += o.alarmed;
    if (o.wrong.length > 0) { if (bad++ < 6) console.log(seed, o.wrong.slice(0, 3)); for (const w of o.wrong) { const k = w.replace(/p\d|[0-9a-f]{8}/g, "").slice(0, 40); kinds.set(k, (kinds.get(k) ?? 0) + 1); } }
  }
  console.log(bad, kinds, stats, HISTORIES, performance.now() - t);
  expect(bad).toBe(0);
});
