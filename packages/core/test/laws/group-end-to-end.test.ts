import { SeededRandom } from "@subrosa/testkit/simulator-random";
import { expect, test } from "vitest";
import type { PubkeyHex } from "../../src/bytes.ts";
import { mayWrite, select } from "../../src/group/select.ts";
import { expectedOf } from "../models/group-cases.ts";
import { Crowd, type Device } from "../models/group-crowd.ts";
import { summary } from "../models/group-history.ts";

const HISTORIES = process.env["SUBROSA_LONG"] ? 5_000 : 150;
const NAMES = ["anna", "anna2", "ben", "cleo", "dora"];

/** One act by chance of one device; the machine may refuse it. */
function act(random: SeededRandom, crowd: Crowd, device: Device): void {
  const now = crowd.now;
  const others = crowd.devices.map((d) => d.me).filter((person) => person !== device.me);
  const someone = random.pick(others) as PubkeyHex;
  switch (random.below(9)) {
    case 0:
      device.do({ kind: "left", now });
      return;
    case 1:
      device.do({ kind: "changed", change: { add: [someone] }, now });
      return;
    case 2:
      device.do({ kind: "changed", change: { remove: [someone] }, now });
      return;
    case 3:
      if (random.chance(0.3)) device.do({ kind: "changed", change: { heir: someone }, now });
      return;
    case 4:
      device.do({ kind: "changed", change: { info: { about: String(now) } }, now });
      return;
    default:
      device.say(`${device.name} at ${now}`);
  }
}

/** A busy machine is no failure. */
const PATIENCE = process.env["SUBROSA_LONG"] ? 3_600_000 : 600_000;

test(
  `GROUP-14…22: ${HISTORIES} histories with real keys: the machines agree, and agree with the model on their facts`,
  () => {
    const seen = { agreed: 0, wrote: 0, rotated: 0 };
    for (let seed = 0; seed < HISTORIES; seed++) {
      const random = new SeededRandom(seed + 77);
      const crowd = new Crowd(NAMES, ["eve"], {}, seed);
      for (let i = 0; i < 8; i++) {
        act(random, crowd, random.pick(crowd.devices));
        const deaf = crowd.devices.filter(() => random.chance(0.3)).map((device) => device.name);
        if (random.chance(0.3)) random.pick(crowd.devices).restart();
        if (random.chance(0.7)) crowd.deliver(deaf);
        if (random.chance(0.5)) crowd.pass(random.below(60), deaf);
      }
      crowd.network.heal();
      crowd.deliver();
      crowd.pass(200);
      const answers = new Set<string>();
      for (const device of crowd.devices) {
        const { ledger } = device.state;
        const view = ledger.select(crowd.now);
        const pure = JSON.stringify(summary(select(ledger.facts(), ledger.viewer, crowd.now)));
        expect(JSON.stringify(summary(view)), `seed ${seed}: the ledger of ${device.name}`).toBe(pure);
        expect(expectedOf(ledger.facts(), ledger.viewer, crowd.now), `seed ${seed}: the model, ${device.name}`).toBe(
          pure,
        );
        if (!mayWrite(view) || view.kind === "none") continue;
        seen.wrote++;
        answers.add(`${view.tip.fact.id} ${view.choice.current.id}`);
        if (view.choice.current.kind === "rotation") seen.rotated++;
        // He holds the key, and nobody who left does.
        expect(device.state.reader.secretOf(view.choice.current.key), `seed ${seed}`).toBeDefined();
      }
      expect(answers.size, `seed ${seed}: ${[...answers].join(" | ")}`).toBeLessThanOrEqual(1);
      if (answers.size === 1) seen.agreed++;
    }
    expect(seen.agreed).toBeGreaterThan(HISTORIES / 2);
    expect(seen.wrote).toBeGreaterThan(HISTORIES);
    expect(seen.rotated).toBeGreaterThan(HISTORIES / 20);
  },
  PATIENCE,
);
