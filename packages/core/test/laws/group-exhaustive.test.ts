import { expect, test } from "vitest";
import { Ledger } from "../../src/group/ledger.ts";
import { select } from "../../src/group/select.ts";
import { expectedOf } from "../models/group-cases.ts";
import { playHistory, summary } from "../models/group-history.ts";
import { perceive, type WorldEvent } from "../models/group-world.ts";

/** Every order of a list, by Heap's algorithm; `visit` must not keep the array. */
function eachOrder<T>(items: T[], visit: (order: readonly T[]) => void, k = items.length): void {
  if (k <= 1) visit(items);
  for (let i = 0; k > 1 && i < k; i++) {
    eachOrder(items, visit, k - 1);
    const j = k % 2 === 0 ? i : 0;
    [items[j], items[k - 1]] = [items[k - 1]!, items[j]!];
  }
}

const HISTORIES = process.env["SUBROSA_LONG"] ? 100 : 8;

/** A busy machine is no failure. */
const PATIENCE = process.env["SUBROSA_LONG"] ? 3_600_000 : 600_000;

test(
  `GROUP-14: every order of every subset of ${HISTORIES} histories of 7 events gives the model's answer`,
  () => {
    let [orders, seed] = [0, 0];
    for (let found = 0; found < HISTORIES; seed++) {
      const { players, now } = playHistory(seed, select, 7);
      const player = players[seed % 6]!;
      const events = [...player.events.values()].slice(0, 7);
      // Histories in which something is decided: a leave or two owner events beside the first.
      const telling = events.filter((e) => e.type === "leave" || e.type === "keys").length;
      if (events.length < 7 || telling < 6) continue;
      found++;
      for (let mask = 0; mask < 128; mask++) {
        const subset = events.filter((_, i) => mask & (1 << i));
        const expected = expectedOf(perceive(subset, player.me), player.viewer(), now);
        eachOrder<WorldEvent>([...subset], (order) => {
          orders++;
          const facts = perceive(order, player.me);
          if (JSON.stringify(summary(select(facts, player.viewer(), now))) !== expected) {
            expect.fail(`seed ${seed}: ${order.map((e) => e.id)}`);
          }
          // One order in sixteen through the ledger, which is asked after every fact.
          if (orders % 16 !== 0) return;
          let ledger = Ledger.of([], player.viewer());
          for (const fact of facts) {
            ledger = ledger.add(fact);
            ledger.select(now);
          }
          if (JSON.stringify(summary(ledger.select(now))) !== expected) expect.fail(`ledger, seed ${seed}`);
        });
      }
    }
    expect(orders).toBe(13_700 * HISTORIES);
  },
  PATIENCE,
);
