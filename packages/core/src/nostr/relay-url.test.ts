import fc from "fast-check";
import { expect, test } from "vitest";
import { relayUrl } from "./relay-url.ts";

const same: readonly [string, string][] = [
  ["wss://relay.example/", "wss://relay.example"],
  ["WSS://Relay.Example:443/", "wss://relay.example"],
  ["ws://relay.example:80", "ws://relay.example"],
  ["ws://relay.example:443", "ws://relay.example:443"],
  ["wss://relay.example:080/", "wss://relay.example:80"],
  ["ws://localhost:8080/", "ws://localhost:8080"],
  ["ws://127.0.0.1:7777", "ws://127.0.0.1:7777"],
  ["ws://[::1]:7777/", "ws://[::1]:7777"],
  ["wss://relay.example./", "wss://relay.example"],
  ["wss://relay.example/Inbox//", "wss://relay.example/Inbox"],
  ["wss://relay.example/?key=A/", "wss://relay.example?key=A/"],
  ["wss://xn--rse-sna.example", "wss://xn--rse-sna.example"],
];
for (const [given, expected] of same) {
  test(`${given} is ${expected}`, () => expect(relayUrl(given)).toBe(expected));
}

const none: readonly string[] = [
  "",
  "relay.example",
  "https://relay.example",
  "wss:relay.example",
  "wss://",
  "wss:///path",
  "wss://user@relay.example",
  "wss://user:password@relay.example",
  "wss://relay.example/#part",
  "wss://relay.example:0",
  "wss://relay.example:65536",
  "wss://relay.example:",
  "wss://röse.example",
  "wss://relay.example/rö",
  "wss://relay .example",
  " wss://relay.example",
  "wss://relay.example\n",
  "wss://relay..example",
  "wss://-relay.example",
  "wss://relay.example\\path",
  `wss://relay.example/${"x".repeat(1_024)}`,
];
for (const given of none) {
  test(`${JSON.stringify(given.slice(0, 40))} is no relay's URL`, () => expect(relayUrl(given)).toBe(undefined));
}

test("one spelling: what comes out stays as it is, and the platform's URL means the same place by it", () => {
  const host = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,8}[a-zA-Z0-9](\.[a-zA-Z]{2,4})?$/);
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
  const path = fc.stringMatching(/^(\/[a-zA-Z0-9_~-]{0,5}){0,3}$/);
  fc.assert(
    fc.property(fc.constantFrom("ws", "wss", "WSS"), host, port, path, (scheme, name, number, rest) => {
      const given = `${scheme}://${name}${number === undefined ? "" : `:${number}`}${rest}`;
      const url = relayUrl(given)!;
      expect(relayUrl(url)).toBe(url);
      const [ours, platform] = [new URL(url), new URL(given)];
      expect([ours.protocol, ours.host]).toEqual([platform.protocol, platform.host]);
      expect(ours.pathname.replace(/\/+$/, "")).toBe(platform.pathname.replace(/\/+$/, ""));
    }),
    { numRuns: 500 },
  );
});
