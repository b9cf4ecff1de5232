/**
 * CHANNEL-3, 4, 5 as functions of the set: every subset, every assignment of dates and every honest or dishonest list
 * of what was seen, for the seven acts that can cross, against the model.
 */

import type { Control } from "@subrosa/core/channel/fact";
import { expect, test } from "vitest";
import { accept, answers, change, create, id, move, NOW, notice, offer, person } from "./channel-facts.ts";

const [O, X, Y] = [person("0a"), person("0b"), person("0c")];
const [OFFER_X, OFFER_Y, ACCEPT_X, ACCEPT_Y] = [id("51"), id("52"), id("61"), id("62")];
const [RENAME, MOVE, NOTICE, OLD_MOVE, OLD_NOTICE] = [id("21"), id("41"), id("42"), id("43"), id("44")];
const [NEXT, OLD_NEXT] = [id("c1"), id("c2")];
const first = create();
const times = process.env["SUBROSA_LONG"] === undefined ? [1, 2] : [1, 2, 3];

/** One act: what it is at a given second. 404s come with their notice. */
type Act = (second: number, seenX: readonly string[], seenY: readonly string[]) => readonly Control[];
const at = (second: number): number => NOW - 100 + second;

function acts(renamer: "creator" | "X", mover: "creator" | "X"): readonly Act[] {
  const by = (who: "creator" | "X") =>
    who === "X" ? ({ author: X, tenure: OFFER_X } as const) : ({ author: O, tenure: undefined } as const);
  const oldBy = mover === "creator" ? by("X") : by("creator");
  return [
    (s) => [offer({ id: OFFER_X, author: O, time: at(s), to: X })],
    (s) => [offer({ id: OFFER_Y, author: O, time: at(s), to: Y })],
    (s, seen) => [accept({ id: ACCEPT_X, author: X, time: at(s), offer: OFFER_X, seen: seen as never })],
    (s, _, seen) => [accept({ id: ACCEPT_Y, author: Y, time: at(s), offer: OFFER_Y, seen: seen as never })],
    (s) => [change({ id: RENAME, ...by(renamer), time: at(s), name: "renamed" })],
    (s) => [
      move({ id: MOVE, ...by(mover), time: at(s), next: NEXT }),
      notice({ id: NOTICE, ...by(mover), time: at(s), next: NEXT }),
    ],
    (s) => [
      move({ id: OLD_MOVE, ...oldBy, time: at(s), next: OLD_NEXT }),
      notice({ id: OLD_NOTICE, ...oldBy, time: at(s), next: OLD_NEXT }),
    ],
  ];
}

/** Every way to choose nothing or one of `options` for each act. */
function* assignments(count: number, options: readonly number[]): Generator<readonly (number | undefined)[]> {
  const radix = options.length + 1;
  for (let code = 0; code < radix ** count; code++) {
    yield Array.from({ length: count }, (_, i) => options[(Math.floor(code / radix ** i) % radix) - 1]);
  }
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 2 ** items.length }, (_, mask) => items.filter((_, i) => (mask >> i) % 2 === 1));
}

/** Of equal answers none is compared field by field, which is what costs. */
function same(facts: readonly Control[], where: string): void {
  const { ours, model } = answers(first, facts);
  if (JSON.stringify(ours) !== JSON.stringify(model)) expect(ours, where).toEqual(model);
}

for (const renamer of ["creator", "X"] as const) {
  for (const mover of ["creator", "X"] as const) {
    test(`CHANNEL-3: one owner, one description, one successor in every set (402 by ${renamer}, 404 by ${mover})`, () => {
      let sets = 0;
      const all = acts(renamer, mover);
      for (const chosen of assignments(all.length, times)) {
        // What a delegate lists matters only where he accepts; lists of what does not exist, or of his own offer, do nothing.
        const present = [RENAME, NOTICE, OLD_NOTICE].filter((_, i) => chosen[4 + i] !== undefined);
        const forX = chosen[1] === undefined ? present : [...present, OFFER_Y];
        const forY = chosen[0] === undefined ? present : [...present, OFFER_X];
        for (const seenX of chosen[2] === undefined ? [[]] : subsets(forX)) {
          for (const seenY of chosen[3] === undefined ? [[]] : subsets(forY)) {
            // Both lists long at once adds nothing that each alone does not show.
            if (seenX.length > 1 && seenY.length > 1) continue;
            sets++;
            const facts = all.flatMap((act, i) => (chosen[i] === undefined ? [] : act(chosen[i], seenX, seenY)));
            same(facts, `${renamer} ${mover} ${chosen.join()} X saw ${seenX.join()} Y saw ${seenY.join()}`);
          }
        }
      }
      expect(sets).toBeGreaterThan(40_000);
    });
  }
}

test("CHANNEL-3: of several 406s for one 405 the one that a later hop lists counts, else the smallest", () => {
  const [NAMED_O, NAMED_X, X1, X2, HOP] = [id("21"), id("22"), id("61"), id("62"), id("53")];
  const byX = { author: X, tenure: OFFER_X } as const;
  let sets = 0;
  for (const chosen of assignments(7, times)) {
    const present = [X1, X2, NAMED_X].filter((_, i) => chosen[[1, 2, 4][i]!] !== undefined);
    for (const [seen1, seen2] of [
      [[], []],
      [[NAMED_O], []],
      [[], [NAMED_O]],
    ]) {
      for (const seenY of chosen[6] === undefined ? [[]] : subsets(present)) {
        sets++;
        const when = (i: number): number => at(chosen[i] ?? 0);
        const facts: readonly Control[] = [
          offer({ id: OFFER_X, author: O, time: when(0), to: X }),
          accept({ id: X1, author: X, time: when(1), offer: OFFER_X, seen: seen1! }),
          accept({ id: X2, author: X, time: when(2), offer: OFFER_X, seen: seen2! }),
          change({ id: NAMED_O, author: O, time: when(3), name: "by the creator" }),
          change({ id: NAMED_X, ...byX, time: when(4), name: "by X" }),
          offer({ id: HOP, ...byX, time: when(5), to: Y }),
          accept({ id: ACCEPT_Y, author: Y, time: when(6), offer: HOP, seen: seenY }),
        ];
        same(
          facts.filter((_, i) => chosen[i] !== undefined),
          `${chosen.join()} X ${seen1!.length}${seen2!.length} Y saw ${seenY.join()}`,
        );
      }
    }
  }
  expect(sets).toBeGreaterThan(5_000);
});

test("CHANNEL-3: an acceptance that lists a notice is void where the notice is held, and his other one counts (seed 48494)", () => {
  const [early, late] = [id("61"), id("62")];
  const facts: readonly Control[] = [
    offer({ id: OFFER_X, author: O, time: at(1), to: X }),
    change({ id: RENAME, author: O, time: at(2), name: "renamed" }),
    accept({ id: early, author: X, time: at(0), offer: OFFER_X, seen: [OFFER_X, NOTICE] }),
    accept({ id: late, author: X, time: at(3), offer: OFFER_X, seen: [OFFER_X, RENAME] }),
  ];
  const seen = notice({ id: NOTICE, author: O, time: at(4), next: NEXT });
  const without = answers(first, facts);
  expect([without.ours.owner, without.ours.name]).toEqual([X, "first"]);
  expect(without.ours).toEqual(without.model);
  const held = answers(first, [...facts, seen]);
  expect([held.ours.owner, held.ours.name, held.ours.stopped]).toEqual([X, "renamed", true]);
  expect(held.ours).toEqual(held.model);
});
