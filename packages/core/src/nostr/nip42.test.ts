import { expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { nobleCurve as curve } from "../curve/noble.ts";
import { Secret } from "../secret.ts";
import { type EventTemplate, signEvent, type VerifiedEvent } from "./event.ts";
import { AUTH_WINDOW, authTemplate, checkAuth } from "./nip42.ts";

const secret = Secret.from(fromHex(`${"00".repeat(31)}07`)!, curve);
const now = 1_700_000_000;
const made = authTemplate({ relay: "WSS://Relay.Example:443/", challenge: "abc", now });
const expected = { relays: ["ws://localhost:7777", "wss://relay.example"], challenge: "abc", now };
const sign = (template: EventTemplate): VerifiedEvent => signEvent(template, secret, new Uint8Array(32), curve);

test("NIP-42: what a client makes a relay accepts, in whatever spelling either writes the URL", () => {
  expect(made.tags).toEqual([
    ["relay", "wss://relay.example"],
    ["challenge", "abc"],
  ]);
  expect(checkAuth(sign(made), expected)).toEqual({ ok: true });
  expect(checkAuth(sign(made), { ...expected, relays: ["wss://RELAY.example/"] })).toEqual({ ok: true });
});

const faults: readonly [string, Partial<EventTemplate>, string][] = [
  ["another kind", { kind: 1 }, "auth-kind"],
  ["a time before the window", { created_at: now - AUTH_WINDOW - 1 }, "auth-time"],
  ["a time after the window", { created_at: now + AUTH_WINDOW + 1 }, "auth-time"],
  [
    "another challenge",
    {
      tags: [
        ["relay", "wss://relay.example"],
        ["challenge", "abd"],
      ],
    },
    "auth-challenge",
  ],
  ["no challenge", { tags: [["relay", "wss://relay.example"]] }, "auth-challenge"],
  ["two challenges", { tags: [...made.tags, ["challenge", "abc"]] }, "auth-challenge"],
  [
    "another relay",
    {
      tags: [
        ["relay", "wss://evil.example"],
        ["challenge", "abc"],
      ],
    },
    "auth-relay",
  ],
  [
    "the same host in the clear",
    {
      tags: [
        ["relay", "ws://relay.example"],
        ["challenge", "abc"],
      ],
    },
    "auth-relay",
  ],
  [
    "the host as a prefix",
    {
      tags: [
        ["relay", "wss://relay.example.evil"],
        ["challenge", "abc"],
      ],
    },
    "auth-relay",
  ],
  ["no relay", { tags: [["challenge", "abc"]] }, "auth-relay"],
  ["two relays", { tags: [...made.tags, ["relay", "wss://relay.example"]] }, "auth-relay"],
  [
    "a relay that is no URL",
    {
      tags: [
        ["relay", "relay.example"],
        ["challenge", "abc"],
      ],
    },
    "auth-relay",
  ],
];
for (const [what, change, reason] of faults) {
  test(`NIP-42: refuses ${what} as ${reason}`, () => {
    expect(checkAuth(sign({ ...made, ...change }), expected)).toEqual({ ok: false, reason });
  });
}

test("NIP-42: both ends of the window are inside, and the window is an argument", () => {
  for (const created_at of [now - AUTH_WINDOW, now + AUTH_WINDOW]) {
    expect(checkAuth(sign({ ...made, created_at }), expected).ok).toBe(true);
    expect(checkAuth(sign({ ...made, created_at }), { ...expected, window: 10 }).ok).toBe(false);
  }
});

test("NIP-42: a relay that is no URL is the caller's mistake", () => {
  expect(() => authTemplate({ relay: "relay.example", challenge: "", now })).toThrow(
    expect.objectContaining({ code: "usage/template" }),
  );
});
