import { expect, test } from "vitest";
import type { EventId, PubkeyHex } from "../bytes.ts";
import { decodeEntity, type Entity, encodeEntity } from "./nip19.ts";
import { decodeUri } from "./nip21.ts";

const pubkey = "3".repeat(64) as PubkeyHex;
const id = "5".repeat(64) as EventId;
const address = (change: object): Entity =>
  ({ type: "naddr", identifier: "rose", pubkey, kind: 30_023, relays: [], ...change }) as Entity;
const profile = (count: number): Entity => ({
  type: "nprofile",
  pubkey,
  relays: Array.from({ length: count }, () => "wss://relay.example"),
});

test("NIP-19: 255 bytes fit into one value, in bytes of UTF-8", () => {
  for (const identifier of ["x".repeat(255), "é".repeat(127), ""]) {
    expect(decodeEntity(encodeEntity(address({ identifier })))).toEqual(address({ identifier }));
  }
});

const mistakes: readonly [string, Entity, string][] = [
  ["an identifier of 256 bytes", address({ identifier: "x".repeat(256) }), "usage/too-long"],
  ["an identifier of 128 characters and 256 bytes", address({ identifier: "é".repeat(128) }), "usage/too-long"],
  ["half a surrogate pair", address({ identifier: "\ud800" }), "usage/ill-formed-text"],
  ["a relay of 256 bytes", address({ relays: [`wss://${"x".repeat(250)}`] }), "usage/too-long"],
  ["a relay that is not ASCII", address({ relays: ["wss://röse.example"] }), "usage/ill-formed-text"],
  ["an empty relay", address({ relays: [""] }), "usage/ill-formed-text"],
  ["a kind above 65,535", address({ kind: 65_536 }), "usage/range"],
  ["a kind below 0", { type: "nevent", id, relays: [], kind: -1 }, "usage/range"],
  ["half a kind", { type: "nevent", id, relays: [], kind: 0.5 }, "usage/range"],
  ["more relays than 5,000 characters hold", profile(200), "usage/too-long"],
];
for (const [what, entity, code] of mistakes) {
  test(`NIP-19: ${what} cannot be written: ${code}`, () => {
    expect(() => encodeEntity(entity)).toThrow(expect.objectContaining({ name: "UsageError", code }));
  });
}

test("NIP-19: what is written can be read up to the limit of 5,000 characters", () => {
  const most = profile(146);
  expect(encodeEntity(most).length).toBeGreaterThan(4_900);
  expect(decodeEntity(encodeEntity(most))).toEqual(most);
});

test("NIP-19: what is read is frozen", () => {
  const read = decodeEntity(encodeEntity(profile(1)));
  expect(Object.isFrozen(read) && "relays" in read && Object.isFrozen(read.relays)).toBe(true);
});

test("NIP-21: a URI has its scheme, in small letters, once, and no secret behind it", () => {
  const npub = encodeEntity({ type: "npub", pubkey });
  expect(decodeUri(`nostr:${npub}`)).toEqual({ type: "npub", pubkey });
  for (const bad of [npub, `NOSTR:${npub}`, `nostr:nostr:${npub}`, `nostr://${npub}`, `web+nostr:${npub}`, "nostr:"]) {
    expect(() => decodeUri(bad)).toThrow(expect.objectContaining({ name: "WireError" }));
  }
  const nsec = "nsec1p0ht6p3wepe47sjrgesyn4m50m6avk2waqudu9rl324cg2c4ufesyp6rdg";
  expect(() => decodeUri(`nostr:${nsec}`)).toThrow(expect.objectContaining({ code: "wire/unknown-kind" }));
});
