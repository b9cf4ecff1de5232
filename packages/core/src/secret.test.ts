import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { fromHex, toHex } from "./bytes.ts";
import { nobleCurve as curve } from "./curve/noble.ts";
import { Secret } from "./secret.ts";

/** The author of NIP-59's example, whose point has even y, and its negative. */
const EVEN = "0beebd062ec8735f4243466049d7747ef5d6594ee838de147f8aab842b15e273";
const ODD = "f41142f9d1378ca0bdbcb99fb6288b7fc4d88397c70fc2274047b308a5205ece";
/** Its second to fifth byte in hex, in decimal, in base64, and the name of what holds them. */
const LEAK = /eebd062e|238,\s*189,\s*6|C\+69Bi7I|Uint8Array|Buffer/;
const bytes = (hex: string): Uint8Array => fromHex(hex, 32)!;

test("RING-2: a secret and its negative are one secret, the one with even y", () => {
  const [even, odd] = [Secret.from(bytes(EVEN), curve), Secret.from(bytes(ODD), curve)];
  expect(toHex(even.expose())).toBe(EVEN);
  expect(toHex(odd.expose())).toBe(EVEN);
  expect(odd.pubkey).toEqual(even.pubkey);
  expect(curve.baseMultiply(odd.expose())[0]).toBe(2);
});

test("refuses zero, the group order and another length, and the refusal holds no byte of them", () => {
  const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  for (const hex of ["00".repeat(32), order, "ff".repeat(32)]) {
    expect(() => Secret.from(bytes(hex), curve)).toThrow(expect.objectContaining({ name: "UsageError" }));
    expect(() => Secret.from(bytes(hex), curve)).not.toThrow(hex.slice(0, 16));
  }
  expect(() => Secret.from(new Uint8Array(31).fill(1), curve)).toThrow(
    expect.objectContaining({ code: "usage/length" }),
  );
});

/** Every way in which an object becomes text or another object by accident. */
const WAYS: readonly [string, (secret: Secret) => unknown][] = [
  ["String()", (secret) => String(secret)],
  ["a template literal", (secret) => `${secret}`],
  ["joining to a string", (secret) => `a ${secret as unknown as string}`],
  ["toString", (secret) => secret.toString()],
  ["toLocaleString", (secret) => secret.toLocaleString()],
  ["JSON.stringify", (secret) => JSON.stringify({ secret, list: [secret] })],
  ["inspect", (secret) => inspect(secret)],
  [
    "inspect without custom inspection, hidden fields shown",
    (secret) => inspect(secret, { customInspect: false, showHidden: true }),
  ],
  ["inspect of an object around it", (secret) => inspect({ deep: { secret } }, { depth: 9 })],
  ["spread", (secret) => inspect({ ...secret })],
  ["Object.entries", (secret) => inspect(Object.entries(secret))],
  ["own property names", (secret) => inspect(Reflect.ownKeys(secret))],
  ["Object.assign", (secret) => inspect(Object.assign({}, secret))],
  ["structuredClone", (secret) => inspect(structuredClone(secret))],
  ["an error that names it", (secret) => inspect(new Error(`failed with ${secret}`, { cause: secret }))],
];
for (const [way, make] of WAYS) {
  test(`a secret does not come out through ${way}`, () => {
    const shown = String(make(Secret.from(bytes(EVEN), curve)));
    expect(shown).not.toMatch(LEAK);
  });
}

test("console prints nothing of it, whatever the format asks for", () => {
  const out = new PassThrough();
  const printer = new Console(out);
  printer.log(Secret.from(bytes(EVEN), curve));
  printer.log("%s %o %O %j", ...Array.from({ length: 4 }, () => Secret.from(bytes(EVEN), curve)));
  printer.table([Secret.from(bytes(EVEN), curve)]);
  const printed = String(out.read());
  expect(printed).toContain("[secret]");
  expect(printed).not.toMatch(LEAK);
});

test("the leak that these tests look for is one they would see", () => {
  for (const leak of [
    EVEN,
    inspect(bytes(EVEN)),
    JSON.stringify([...bytes(EVEN)]),
    btoa(String.fromCharCode(...bytes(EVEN))),
  ]) {
    expect(leak).toMatch(LEAK);
  }
});

test("two secrets of the same bytes are not equal by accident", () => {
  const [one, other] = [Secret.from(bytes(EVEN), curve), Secret.from(bytes(EVEN), curve)];
  expect(one === other).toBe(false);
  expect(new Set([one, other]).size).toBe(2);
});

test("it owns a copy of a Buffer too, whose slice would be a view", () => {
  const mine = Buffer.from(bytes(EVEN));
  Secret.from(mine, curve).wipe();
  expect(toHex(mine)).toBe(EVEN);
});

test("it owns a copy: the caller wipes his own, and neither sees the other", () => {
  const mine = bytes(EVEN);
  const secret = Secret.from(mine, curve);
  mine.fill(0);
  expect(toHex(secret.expose())).toBe(EVEN);
  secret.pubkey.fill(0);
  expect(secret.pubkey).not.toEqual(new Uint8Array(32));
});

test("wiped, its bytes are zero and it refuses to work; its public key stays", () => {
  const secret = Secret.from(bytes(EVEN), curve);
  const inside = secret.expose();
  const { pubkey } = secret;
  secret.wipe();
  expect(inside).toEqual(new Uint8Array(32));
  expect(() => secret.expose()).toThrow(expect.objectContaining({ code: "usage/wiped" }));
  expect(secret.pubkey).toEqual(pubkey);
  expect(() => secret.wipe()).not.toThrow();
});

test("`using` wipes it at the end of the block", () => {
  const secret = Secret.from(bytes(ODD), curve);
  {
    using inner = secret;
    expect(toHex(inner.expose())).toBe(EVEN);
  }
  expect(() => secret.expose()).toThrow(expect.objectContaining({ code: "usage/wiped" }));
});

test("nothing can be put on it or taken from it", () => {
  const secret = Secret.from(bytes(EVEN), curve);
  expect(Object.isFrozen(secret)).toBe(true);
  expect(() => Object.defineProperty(secret, "expose", { value: () => new Uint8Array(32) })).toThrow(TypeError);
});
