/**
 * What sites asked for and what came of it, for the person to read and to clear. Never what was signed or read: a list
 * of contents would be worth stealing.
 */
import { hexText, integer, list, object, oneOf, type ShapeValue, text } from "@subrosa/core/json";
import { METHODS } from "./method.ts";
import { MAX_ORIGIN } from "./permission.ts";

/** The newest are kept. */
export const MAX_ACTIVITY = 500;

const act = object(
  {
    at: integer(),
    origin: text({ min: 1, max: MAX_ORIGIN }),
    account: hexText(32),
    method: oneOf(...METHODS),
    outcome: oneOf("done", "refused", "failed"),
  },
  { optional: { kind: integer({ max: 65_535 }) } },
);
export const activity = list(act, { max: MAX_ACTIVITY });
export type Act = ShapeValue<typeof act>;
export type Activity = readonly Act[];

export function record(known: Activity, one: Act): Activity {
  return [...known, one].slice(-MAX_ACTIVITY);
}
