import { createHash, createHmac, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { concat, toHex, utf8 } from "./bytes.ts";
import { hkdfExpand, hkdfExtract, hmacSha256, sha256, taggedHash } from "./hash.ts";

const bytes = fc.uint8Array({ maxLength: 200 });
const node = (data: Uint8Array): Buffer => createHash("sha256").update(data).digest();

test("SHA-256 of several parts is Node's of them joined", () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(toHex(sha256(a, b))).toBe(node(concat(a, b)).toString("hex"));
    }),
  );
  expect(toHex(sha256())).toBe(node(new Uint8Array(0)).toString("hex"));
});

test("BIP-340: a tagged hash begins with the hash of its tag, twice", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), bytes, (tag, message) => {
      const prefix = node(utf8(tag));
      expect(toHex(taggedHash(tag, message))).toBe(node(concat(prefix, prefix, message)).toString("hex"));
    }),
  );
});

test("HMAC and HKDF are Node's", () => {
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.integer({ min: 1, max: 100 }), (key, salt, info, length) => {
      expect(toHex(hmacSha256(key, salt, info))).toBe(
        createHmac("sha256", key).update(salt).update(info).digest("hex"),
      );
      const expected = Buffer.from(hkdfSync("sha256", key, salt, info, length)).toString("hex");
      expect(toHex(hkdfExpand(hkdfExtract(key, salt), info, length))).toBe(expected);
    }),
  );
});
