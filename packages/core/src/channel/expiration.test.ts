import { expect, test } from "vitest";
import { closedAt, forgetAt, HOUR, messageExpiration, moveAt, SKEW, warnAt, writtenTooLate } from "./expiration.ts";

const create = { time: 1_000, expiration: 1_000 + 10 * HOUR };

test("CHANNEL-9: D is the channel's lifetime, and a message's end is rounded up to the hour", () => {
  expect(messageExpiration(create, 1_000)).toBe(11 * HOUR);
  expect(messageExpiration(create, 2 * HOUR)).toBe(12 * HOUR);
  expect(messageExpiration(create, 2 * HOUR + 1)).toBe(13 * HOUR);
});

test("CHANNEL-9: a channel without expiration ends nothing", () => {
  const forever = { time: 1_000, expiration: undefined };
  for (const at of [messageExpiration(forever, 5), warnAt(forever), moveAt(forever), forgetAt(forever)]) {
    expect(at).toBeUndefined();
  }
  expect([closedAt(forever, 1e12), writtenTooLate(forever, 1e12)]).toEqual([false, false]);
});

test("CHANNEL-9: warned at 80 %, moved at 90 %, closed at the end, forgotten when the skew is over", () => {
  const { expiration } = create;
  expect([warnAt(create), moveAt(create)]).toEqual([1_000 + 8 * HOUR, 1_000 + 9 * HOUR]);
  expect([closedAt(create, expiration), closedAt(create, expiration + 1)]).toEqual([false, true]);
  expect([writtenTooLate(create, expiration + SKEW), writtenTooLate(create, expiration + SKEW + 1)]).toEqual([
    false,
    true,
  ]);
  expect(forgetAt(create)).toBe(expiration + SKEW);
});
