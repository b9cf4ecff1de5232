import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareBytes,
  concat,
  equalBytes,
  eventId,
  fromHex,
  fromUtf8,
  isWellFormed,
  pubkeyHex,
  toHex,
  u16,
  u32,
  u64,
  utf8,
} from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 80 });
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

test("hex: bytes come back, and Node's Buffer says the same", () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(toHex(value)).toBe(Buffer.from(value).toString("hex"));
      expect(fromHex(toHex(value))).toEqual(value);
      expect(fromHex(toHex(value), value.length)).toEqual(value);
    }),
  );
});

test("hex: refuses capitals, an odd number of digits, another length, everything that is no digit", () => {
  for (const bad of ["AB", "abc", "a", "zz", "0x", " ab", "ab\n", "é0"]) expect(fromHex(bad)).toBe(undefined);
  expect(fromHex("abab", 1)).toBe(undefined);
  const digits = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
    (each) => fromHex(`0${each}`) !== undefined || fromHex(`${each}0`) !== undefined,
  );
  expect(digits.join("")).toBe("0123456789abcdef");
  expect(fromHex("", 1)).toBe(undefined);
});

test("identifiers are 64 lowercase hex digits and nothing else", () => {
  const good = "0123456789abcdef".repeat(4);
  for (const check of [eventId, pubkeyHex]) {
    expect(check(good)).toBe(good);
    for (const bad of [
      good.toUpperCase(),
      good.slice(1),
      `${good}0`,
      `${good}\n`,
      ` ${good.slice(1)}`,
      1,
      null,
      [good],
    ]) {
      expect(check(bad)).toBe(undefined);
    }
  }
});

test("UTF-8: well-formed text comes back, and TextEncoder says the same", () => {
  fc.assert(
    fc.property(text, (value) => {
      fc.pre(isWellFormed(value));
      expect(utf8(value)).toEqual(new TextEncoder().encode(value));
      expect(fromUtf8(utf8(value))).toBe(value);
    }),
  );
  expect(fromUtf8(utf8("\ufeffa byte-order mark is text"))).toBe("\ufeffa byte-order mark is text");
});

test("UTF-8: any bytes are read as the fatal TextDecoder reads them", () => {
  const dense = fc.array(
    fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc2,
      0xdf,
      0xe0,
      0xe2,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xff,
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        dense.map((list) => Uint8Array.from(list)),
      ),
      (value) => {
        let expected: string | undefined;
        try {
          expected = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
        } catch {
          expected = undefined;
        }
        expect(fromUtf8(value)).toBe(expected);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("UTF-8: the first and the last of every length are read, the longer spellings and the surrogates are not", () => {
  const good = ["00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf"];
  const bad = ["80", "bf", "c080", "c1bf", "e08080", "e09fbf", "eda080", "edbfbf", "f0808080", "f08fbfbf", "f4908080"];
  for (const hex of good) expect(utf8(fromUtf8(fromHex(hex)!)!)).toEqual(fromHex(hex));
  for (const hex of [...bad, "f5808080", "ff", "c2", "e0a0", "f09080", "c241"]) {
    expect(fromUtf8(fromHex(hex)!), hex).toBe(undefined);
  }
});

test("text that is not well-formed Unicode is known, and refused before anything is made of it", () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const throughUtf8 = new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(value));
      expect(isWellFormed(value)).toBe(throughUtf8 === value);
    }),
  );
  expect(() => utf8("\ud800")).toThrow(expect.objectContaining({ code: "usage/ill-formed-text" }));
});

test("integers are big-endian", () => {
  expect(toHex(u16(0x0102))).toBe("0102");
  expect(toHex(u32(0xfffefdfc))).toBe("fffefdfc");
  expect(toHex(u64(Number.MAX_SAFE_INTEGER))).toBe("001fffffffffffff");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (value) => {
      expect(BigInt(`0x${toHex(u64(value))}`)).toBe(BigInt(value));
    }),
  );
});

test("bytes are compared as Buffer.compare does", () => {
  const close = fc.array(fc.constantFrom(0, 1, 255), { maxLength: 4 }).map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(close, close, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      expect(concat(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])));
    }),
  );
});
