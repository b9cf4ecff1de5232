import { expect, test } from "vitest";
import { ARMING_MS, BEHIND, counts, type Guard, type GuardEvent, type Press, watch } from "./guard.ts";

const after = (...events: readonly GuardEvent[]): Guard => events.reduce(watch, BEHIND);
const front = (at: number): GuardEvent => ({ kind: "front", at });
const behind: GuardEvent = { kind: "behind" };
const shifted = (at: number): GuardEvent => ({ kind: "shifted", at });
const press = (at: number, more: Partial<Press> = {}): Press => ({ at, isTrusted: true, isRepeated: false, ...more });
const LATER = 10_000;

const tricks: readonly (readonly [string, Guard, Press])[] = [
  ["before the prompt was ever in front", BEHIND, press(LATER)],
  ["in the moment it appears", after(front(0)), press(0)],
  ["with the second half of a double click", after(front(0)), press(150)],
  ["just before the time is over", after(front(0)), press(ARMING_MS - 1)],
  ["while another window covers it", after(front(0), behind), press(LATER)],
  ["as it comes back to the front", after(front(0), behind, front(LATER)), press(LATER)],
  ["soon after it comes back", after(front(0), behind, front(LATER)), press(LATER + 699)],
  ["after focus flickered", after(front(0), behind, front(699), behind, front(1_398)), press(1_400)],
  ["after the focus came twice without leaving between", after(front(500), front(0)), press(700)],
  ["after it was moved under the pointer", after(front(0), shifted(LATER)), press(LATER + 10)],
  ["after it was resized again and again", after(front(0), shifted(600), shifted(1_200)), press(1_850)],
  ["after it was moved while behind", after(shifted(0)), press(LATER)],
  ["moved, then hidden", after(front(0), shifted(10), behind), press(LATER)],
  ["from a script", after(front(0)), press(LATER, { isTrusted: false })],
  ["from a script in the moment it appears", after(front(0)), press(0, { isTrusted: false })],
  ["from a key held down since before", after(front(0)), press(LATER, { isRepeated: true })],
  ["from a held key of a script", after(front(0)), press(LATER, { isRepeated: true, isTrusted: false })],
  ["with a clock that jumped back", after(front(LATER)), press(0)],
  ["behind, in front and behind again", after(behind, front(0), behind), press(LATER)],
  ["shifted at the moment of the press", after(front(0), shifted(LATER)), press(LATER)],
];

test("there are twenty tricks", () => expect(tricks).toHaveLength(20));

for (const [what, guard, one] of tricks) {
  test(`a press does not count ${what}`, () => expect(counts(guard, one)).toBe(false));
}

test("a press counts when the prompt has been in front long enough", () => {
  expect(counts(after(front(0)), press(ARMING_MS))).toBe(true);
  expect(counts(after(front(0), front(600)), press(ARMING_MS))).toBe(true);
  expect(counts(after(front(0), shifted(100)), press(800))).toBe(true);
});
