import { SeededRandom } from "@subrosa/testkit/simulator-random";
import { expect, test } from "vitest";
import type { PubkeyHex } from "../../src/bytes.ts";
import { epochsByKey } from "../../src/group/epochs.ts";
import { select } from "../../src/group/select.ts";
import { playHistory } from "../models/group-history.ts";
import type { Player } from "../models/group-players.ts";
import { perceive, type WorldEvent } from "../models/group-world.ts";

const HISTORIES = process.env["SUBROSA_LONG"] ? 20_000 : 400;
/** A busy machine is no failure. */
const PATIENCE = process.env["SUBROSA_LONG"] ? 3_600_000 : 600_000;

/** The keys with which this player reads after these events. */
function readKeys(events: readonly WorldEvent[], player: Player, now: number): readonly PubkeyHex[] {
  const facts = perceive(events, player.me);
  return [...epochsByKey(facts, select(facts, player.viewer(), now)).keys()];
}

test(
  "GROUP-14: a key that opened messages once opens them still, whatever comes after it and in whatever order",
  () => {
    let compared = 0;
    for (let seed = 0; seed < HISTORIES; seed++) {
      const { players, now, usurped } = playHistory(seed, select);
      const random = new SeededRandom(seed);
      for (const player of players) {
        const held = [...player.events.values()];
        const events = random.chance(0.5) ? held : random.shuffle(held);
        const end = new Set(readKeys(events, player, now));
        // Who took what a former owner made for his may learn better.
        const misled = new Set(
          held.flatMap((e) =>
            e.type === "keys" && usurped.has(e.fact.kind === "rotation" ? e.fact.base : e.id) ? [e.fact.key] : [],
          ),
        );
        for (let n = 1; n < events.length; n += 2) {
          const gone = readKeys(events.slice(0, n), player, now).filter((key) => !end.has(key) && !misled.has(key));
          if (gone.length > 0)
            expect.fail(`seed ${seed}: after ${n} events ${player.me} read with ${gone}, in the end not`);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(HISTORIES * 6);
  },
  PATIENCE,
);
