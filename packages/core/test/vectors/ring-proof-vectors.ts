/** Makes vectors/ring-proofs.json: `or` and `or-link` proofs in draft 1's JSON, valid ones and one for every fault. */
import { base64 } from "@scure/base";
import { concat, fromHex, toHex, utf8 } from "../../src/bytes.ts";
import { taggedHash } from "../../src/hash.ts";
import { type RingProof, writeProof } from "../../src/ring/proof-json.ts";
import { signOr } from "../../src/ring/scheme-or.ts";
import { signOrLink } from "../../src/ring/scheme-or-link.ts";
import { members, open, seeded } from "../ring/ring-fixtures.ts";
import { type Provenance, SOURCE } from "./vector-file.ts";

export interface SignVector {
  readonly id: number;
  readonly why: string;
  readonly ring: readonly string[];
  /** The even-y scalar of the signer. */
  readonly secret: string;
  readonly message: string;
  readonly fresh: string;
  readonly scope?: string;
  /** The JSON text that comes out, before it is written in hex. */
  readonly json: string;
}

export interface VerifyVector {
  readonly id: number;
  readonly why: string;
  readonly ring: readonly string[];
  readonly message: string;
  readonly proof: string;
  /** The scope that the caller expects, where he expects one. */
  readonly scope?: string;
  readonly expect:
    | {
        readonly ok: true;
        readonly alg: string;
        readonly n: number;
        readonly keyImage?: string;
        readonly scope?: string;
      }
    | { readonly ok: false; readonly reason: string };
}

export interface RingProofFile extends Provenance {
  readonly sign: readonly SignVector[];
  readonly verify: readonly VerifyVector[];
}

const q = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const message = taggedHash("subrosa/vector", utf8("ring-proofs"));
const hexMessage = toHex(message);
const three = members(3, "vectors");
const random = seeded("vectors/ring-proofs");
const fresh = (): Uint8Array => random(32);

const text = (proof: RingProof): string => new TextDecoder().decode(fromHex(writeProof(proof)));

interface SignInput {
  readonly why: string;
  readonly n: number;
  readonly index: number;
  readonly scope?: string;
}

function signVector({ why, n, index, scope }: SignInput, id: number): SignVector {
  const { ring, secrets, keys } = members(n, "vectors");
  const secret = secrets[index]!;
  const bytes = fresh();
  const input = { ring, message, secret, fresh: bytes };
  const json = text(scope === undefined ? signOr(input) : signOrLink({ ...input, scope }));
  return {
    ...{ id, why, ring: keys, secret: toHex(secret.expose()), message: hexMessage, fresh: toHex(bytes) },
    ...(scope === undefined ? {} : { scope }),
    json,
  };
}

const SIGN: readonly SignInput[] = [
  { why: "or, two keys, the first signs", n: 2, index: 0 },
  { why: "or, two keys, the second signs", n: 2, index: 1 },
  { why: "or, three keys, the middle one signs", n: 3, index: 1 },
  { why: "or, seven keys, the last signs", n: 7, index: 6 },
  { why: "or-link, two keys", n: 2, index: 0, scope: "a" },
  { why: "or-link, three keys", n: 3, index: 1, scope: "poll" },
  {
    why: "or-link, three keys, the same signer and scope, other fresh bytes: the same image",
    n: 3,
    index: 1,
    scope: "poll",
  },
  { why: "or-link, three keys, the same signer, another scope: another image", n: 3, index: 1, scope: "Poll" },
  { why: "or-link, a scope of 256 bytes outside ASCII", n: 3, index: 2, scope: "ü".repeat(128) },
];

const valid = { sign: signOr({ ring: three.ring, message, secret: three.secrets[1]!, fresh: fresh() }) };
const linked = signOrLink({ ring: three.ring, message, secret: three.secrets[1]!, fresh: fresh(), scope: "poll" });
const orJson = text(valid.sign);
const linkJson = text(linked);
const keyImage = toHex(linked.keyImage);

type Change = readonly [why: string, proof: string, reason: string, more?: Partial<VerifyVector>];

/** The first scalar of this name, replaced. */
const scalar = (json: string, name: "c" | "r", value: string): string =>
  json.replace(new RegExp(`"${name}":"[0-9a-f]{64}"`), `"${name}":"${value}"`);
const firstScalar = (json: string, name: "c" | "r"): string =>
  new RegExp(`"${name}":"([0-9a-f]{64})"`).exec(json)?.[1] ?? "";
const plus = (value: string, by: bigint): string => (BigInt(`0x${value}`) + by).toString(16).padStart(64, "0");
const order = BigInt(`0x${q}`);

/** A proof whose first c was small enough that c + q still has 64 digits does not come by chance: it is made. */
function withSmallScalar(): string {
  return scalar(orJson, "c", plus(`${"0".repeat(63)}5`, order));
}

function malformed(): readonly Change[] {
  const pair = /\{"c":"[0-9a-f]{64}","r":"[0-9a-f]{64}"\}/.exec(orJson)?.[0] ?? "";
  const hex = (json: string): string => toHex(utf8(json));
  const first = firstScalar(orJson, "c");
  return [
    ...sizes(hex),
    ...encodings(hex),
    ["JSON: nothing after the brace", hex("{"), "proof-json"],
    ["JSON: an array", hex(`{"a":[${orJson}]}`), "proof-json"],
    ["JSON: a byte after the end", hex(`${orJson}x`), "proof-json"],
    ["JSON: a second value after the end", hex(`${orJson}{}`), "proof-json"],
    ["JSON: a comma before the brace", hex(orJson.replace(/\}$/, ",}")), "proof-json"],
    ["JSON: single quotes", hex(orJson.replaceAll('"', "'")), "proof-json"],
    ["JSON: a NUL in white space", hex(orJson.replace(",", ",\0")), "proof-json"],
    [
      "JSON: the draft's own three fields, without v and alg",
      hex(orJson.replace(/,"v":1,"alg":"or"/, "")),
      "proof-json",
    ],
    ["JSON: ringSize missing", hex(orJson.replace('"ringSize":3,', "")), "proof-json"],
    ["JSON: keyImage missing", hex(orJson.replace('"keyImage":"",', "")), "proof-json"],
    ["JSON: signature missing", hex(orJson.replace(/"signature":\[.*\],/, "")), "proof-json"],
    ["JSON: v missing", hex(orJson.replace('"v":1,', "")), "proof-json"],
    ["JSON: alg missing", hex(orJson.replace(',"alg":"or"', "")), "proof-json"],
    ["JSON: an unknown field", hex(orJson.replace('"v":1', '"v":1,"x":1')), "proof-json"],
    ["JSON: a field named __proto__", hex(orJson.replace('"v":1', '"v":1,"__proto__":{}')), "proof-json"],
    ["JSON: a field twice", hex(orJson.replace('"v":1', '"v":1,"v":1')), "proof-json"],
    ["JSON: a field twice, once escaped", hex(orJson.replace('"v":1', '"v":1,"\\u0076":1')), "proof-json"],
    ["JSON: a field twice inside a pair", hex(orJson.replace('{"c":', `{"c":"${first}","c":`)), "proof-json"],
    ["JSON: ringSize as text", hex(orJson.replace('"ringSize":3', '"ringSize":"3"')), "proof-json"],
    ["JSON: ringSize as 3.0", hex(orJson.replace('"ringSize":3', '"ringSize":3.0')), "proof-json"],
    ["JSON: ringSize as 3e0", hex(orJson.replace('"ringSize":3', '"ringSize":3e0')), "proof-json"],
    ["JSON: ringSize as 03", hex(orJson.replace('"ringSize":3', '"ringSize":03')), "proof-json"],
    ["JSON: ringSize as +3", hex(orJson.replace('"ringSize":3', '"ringSize":+3')), "proof-json"],
    ["JSON: ringSize negative", hex(orJson.replace('"ringSize":3', '"ringSize":-3')), "proof-json"],
    ["JSON: ringSize of ten digits", hex(orJson.replace('"ringSize":3', '"ringSize":3000000000')), "proof-json"],
    ["JSON: ringSize null", hex(orJson.replace('"ringSize":3', '"ringSize":null')), "proof-json"],
    ["JSON: v as -0", hex(orJson.replace('"v":1', '"v":-0')), "proof-json"],
    ["JSON: v true", hex(orJson.replace('"v":1', '"v":true')), "proof-json"],
    ["JSON: alg a number", hex(orJson.replace('"alg":"or"', '"alg":1')), "proof-json"],
    ["JSON: signature an object", hex(orJson.replace(/"signature":\[.*\]/, '"signature":{}')), "proof-json"],
    ["JSON: a pair as an array", hex(orJson.replace(pair, '["c","r"]')), "proof-json"],
    ["JSON: a pair null", hex(orJson.replace(pair, "null")), "proof-json"],
    ["JSON: a pair without r", hex(orJson.replace(/,"r":"[0-9a-f]{64}"/, "")), "proof-json"],
    ["JSON: a pair with a third field", hex(orJson.replace('{"c":', '{"i":0,"c":')), "proof-json"],
    ["JSON: c in uppercase", hex(scalar(orJson, "c", first.toUpperCase())), "proof-json"],
    ["JSON: c with 0x", hex(scalar(orJson, "c", `0x${first.slice(2)}`)), "proof-json"],
    ["JSON: c one digit short", hex(scalar(orJson, "c", first.slice(1))), "proof-json"],
    ["JSON: c one byte short", hex(scalar(orJson, "c", first.slice(2))), "proof-json"],
    ["JSON: c one byte long", hex(scalar(orJson, "c", `00${first}`)), "proof-json"],
    ["JSON: c empty", hex(scalar(orJson, "c", "")), "proof-json"],
    ["JSON: r with a space", hex(scalar(orJson, "r", ` ${firstScalar(orJson, "r").slice(1)}`)), "proof-json"],
    ["JSON: r as a number", hex(orJson.replace(/"r":"[0-9a-f]{64}"/, '"r":1')), "proof-json"],
    ["JSON: or with a key image", hex(orJson.replace('"keyImage":""', `"keyImage":"${keyImage}"`)), "proof-json"],
    ["JSON: or with a scope", hex(orJson.replace('"alg":"or"', '"alg":"or","scope":"poll"')), "proof-json"],
    ["JSON: or-link without a scope", hex(linkJson.replace(',"scope":"poll"', "")), "proof-json"],
    ["JSON: or-link without an image", hex(linkJson.replace(keyImage, "")), "proof-json"],
    ["JSON: the image in uppercase", hex(linkJson.replace(keyImage, keyImage.toUpperCase())), "proof-json"],
    ["JSON: the image without its first byte", hex(linkJson.replace(keyImage, keyImage.slice(2))), "proof-json"],
    [
      "JSON: the image uncompressed in length",
      hex(linkJson.replace(keyImage, `04${keyImage.slice(2).repeat(2)}`)),
      "proof-json",
    ],
    ["JSON: scope a number", hex(linkJson.replace('"scope":"poll"', '"scope":1')), "proof-json"],
    ["JSON: pow empty", hex(orJson.replace('"alg":"or"', '"alg":"or","pow":""')), "proof-json"],
    [
      "JSON: pow of 17 characters",
      hex(orJson.replace('"alg":"or"', `"alg":"or","pow":"${"0".repeat(17)}"`)),
      "proof-json",
    ],
    ["JSON: pow in uppercase", hex(orJson.replace('"alg":"or"', '"alg":"or","pow":"A"')), "proof-json"],
    ["JSON: pow a number", hex(orJson.replace('"alg":"or"', '"alg":"or","pow":1')), "proof-json"],
    ["a later version", hex(orJson.replace('"v":1', '"v":2')), "proof-alg"],
    ["an unknown scheme", hex(orJson.replace('"alg":"or"', '"alg":"sag"')), "proof-alg"],
    ["a scheme in uppercase", hex(orJson.replace('"alg":"or"', '"alg":"OR"')), "proof-alg"],
    ["ringSize of another ring", hex(orJson.replace('"ringSize":3', '"ringSize":2')), "proof-ring-size"],
    ["one pair too few", hex(orJson.replace(`${pair},`, "")), "proof-ring-size"],
    ["one pair too many", hex(orJson.replace(pair, `${pair},${pair}`)), "proof-ring-size"],
    ["no pairs", hex(orJson.replace(/"signature":\[.*\]/, '"signature":[]')), "proof-ring-size"],
    ["an empty scope", hex(linkJson.replace('"scope":"poll"', '"scope":""')), "proof-scope"],
    ["a scope of 257 bytes", hex(linkJson.replace('"scope":"poll"', `"scope":"${"a".repeat(257)}"`)), "proof-scope"],
    [
      "a scope of 130 characters and 260 bytes",
      hex(linkJson.replace('"scope":"poll"', `"scope":"${"ü".repeat(130)}"`)),
      "proof-scope",
    ],
    [
      "a scope with half of a surrogate pair",
      hex(linkJson.replace('"scope":"poll"', '"scope":"\\ud800"')),
      "proof-scope",
    ],
    ["another scope than expected", hex(linkJson), "proof-scope", { scope: "vote" }],
    ["no scope where one is expected", hex(orJson), "proof-scope", { scope: "poll" }],
    ["c = 0", hex(scalar(orJson, "c", "0".repeat(64))), "proof-scalar"],
    ["r = 0", hex(scalar(orJson, "r", "0".repeat(64))), "proof-scalar"],
    ["c = q", hex(scalar(orJson, "c", q)), "proof-scalar"],
    ["r = q", hex(scalar(orJson, "r", q)), "proof-scalar"],
    ["c = 5 + q", hex(withSmallScalar()), "proof-scalar"],
    ["r = 2^256 − 1", hex(scalar(orJson, "r", "f".repeat(64))), "proof-scalar"],
    ["an image of prefix 04", hex(linkJson.replace(keyImage, `04${keyImage.slice(2)}`)), "proof-point"],
    ["an image of prefix 00", hex(linkJson.replace(keyImage, "0".repeat(66))), "proof-point"],
    ["an image off the curve", hex(linkJson.replace(keyImage, `02${"0".repeat(63)}5`)), "proof-point"],
    ["an image with x ≥ p", hex(linkJson.replace(keyImage, `02${"f".repeat(64)}`)), "proof-point"],
    [
      "the image negated",
      hex(linkJson.replace(keyImage, (keyImage.startsWith("02") ? "03" : "02") + keyImage.slice(2))),
      "proof-invalid",
    ],
    ["c one more", hex(scalar(orJson, "c", plus(first, 1n))), "proof-invalid"],
    ["r one more", hex(scalar(orJson, "r", plus(firstScalar(orJson, "r"), 1n))), "proof-invalid"],
    ["the scope changed", hex(linkJson.replace('"scope":"poll"', '"scope":"Poll"')), "proof-invalid"],
    [
      "the scope in another normal form",
      hex(linkJson.replace('"scope":"poll"', '"scope":"pol\\u200bl"')),
      "proof-invalid",
    ],
    ["a linked proof read as an unlinkable one", hex(unlinked()), "proof-invalid"],
  ];
}

function unlinked(): string {
  return text({ alg: "or", c: linked.c, r: linked.r });
}

function sizes(hex: (json: string) => string): readonly Change[] {
  const spaces = " ".repeat(200 * 3 + 2048 - orJson.length + 1);
  return [
    ["one byte longer than a ring of three needs", hex(orJson + spaces), "proof-size"],
    ["the same as raw text", orJson + spaces, "proof-size"],
    ["the same as base64", base64.encode(utf8(orJson + spaces)), "proof-size"],
  ];
}

function encodings(hex: (json: string) => string): readonly Change[] {
  const written = hex(orJson);
  const bytes = utf8(orJson);
  return [
    ["empty", "", "proof-encoding"],
    ["hex in uppercase", written.toUpperCase(), "proof-encoding"],
    ["hex of odd length", written.slice(1), "proof-encoding"],
    ["hex with 0x", `0x${written}`, "proof-encoding"],
    ["hex with a space before", ` ${written}`, "proof-encoding"],
    ["hex of text that does not begin with a brace", hex(` ${orJson}`), "proof-encoding"],
    ["hex of a byte order mark and the text", `efbbbf${written}`, "proof-encoding"],
    ["hex of bytes that are not UTF-8", hex(orJson).replace(/^7b/, "7bff"), "proof-encoding"],
    ["hex of hex", toHex(utf8(written)), "proof-encoding"],
    [
      "base64 without its padding",
      base64.encode(concat(bytes, utf8(" "))).replace(/=+$/, "") + (bytes.length % 3 === 2 ? "=" : ""),
      "proof-encoding",
    ],
    ["base64 with spare bits", spareBits(bytes), "proof-encoding"],
    ["base64url", base64.encode(utf8('{"a":"~~~???>>>"}')).replaceAll("+", "-").replaceAll("/", "_"), "proof-encoding"],
    ["base64 of base64", base64.encode(utf8(base64.encode(bytes))), "proof-encoding"],
    [
      "base64 with a line break",
      `${base64.encode(bytes).slice(0, 76)}\n${base64.encode(bytes).slice(76)}`,
      "proof-encoding",
    ],
    ["raw text with half of a surrogate pair", `${orJson.slice(0, -1)},"x":"\ud800"}`, "proof-encoding"],
  ];
}

/** Base64 of the text and enough spaces for padding, with the last digit's unused bits set. */
function spareBits(bytes: Uint8Array): string {
  const padded = base64.encode(concat(bytes, utf8(" ".repeat((4 - (bytes.length % 3)) % 3))));
  return padded.replace(/(.)==$/, (_, digit: string) => `${String.fromCharCode(digit.charCodeAt(0) + 1)}==`);
}

function rings(): readonly Change[] {
  const proof = toHex(utf8(orJson));
  const [a, b, c] = three.keys as [string, string, string];
  const stranger = members(2, "strangers").keys[0]!;
  const bad = (why: string, ring: readonly string[], reason: string): Change => [why, proof, reason, { ring }];
  return [
    bad("no keys", [], "ring-size"),
    bad("one key", [a], "ring-size"),
    bad("a key in uppercase", [a, b, c.toUpperCase()], "ring-key"),
    bad("a key of 33 bytes", [a, b, `02${c}`], "ring-key"),
    bad("a key that is zero", [a, b, "0".repeat(64)], "ring-key"),
    bad("a key off the curve", [a, b, `${"0".repeat(63)}5`], "ring-key"),
    bad("a key with x ≥ p", [a, b, "f".repeat(64)], "ring-key"),
    bad("a key twice", [a, b, b], "ring-duplicate"),
    bad("the ring rotated", [b, c, a], "proof-invalid"),
    bad("two keys exchanged", [b, a, c], "proof-invalid"),
    bad("a key replaced", [a, b, stranger], "proof-invalid"),
    bad("a key added", [a, b, c, stranger], "proof-ring-size"),
    bad("a key taken out", [a, b], "proof-ring-size"),
    ["another message", proof, "proof-invalid", { message: toHex(taggedHash("subrosa/vector", utf8("other"))) }],
  ];
}

/** One proof, written in every way that is read. */
function validVectors(): readonly Omit<VerifyVector, "id">[] {
  const here = { ring: three.keys, message: hexMessage };
  const or = { ok: true, alg: "or", n: 3 } as const;
  const orLink = { ok: true, alg: "or-link", n: 3, keyImage, scope: "poll" } as const;
  const shuffled = open([three.ring.key(2), three.ring.key(0), three.ring.key(1)]);
  const unsorted = signOr({ ring: shuffled, message, secret: three.secrets[0]!, fresh: fresh() });
  const spaced = orJson.replaceAll(",", " ,\n\t").replaceAll(":", " : ");
  const { ringSize, ...rest } = JSON.parse(orJson) as { readonly ringSize: number };
  return [
    { why: "or, in hex", ...here, proof: toHex(utf8(orJson)), expect: or },
    { why: "or, as raw text", ...here, proof: orJson, expect: or },
    { why: "or, in base64", ...here, proof: base64.encode(utf8(orJson)), expect: or },
    { why: "or, with white space", ...here, proof: spaced, expect: or },
    { why: "or, with another order of fields", ...here, proof: JSON.stringify({ ...rest, ringSize }), expect: or },
    { why: "or, with an escaped field name", ...here, proof: orJson.replace('"v"', '"\\u0076"'), expect: or },
    { why: "or, with pow", ...here, proof: orJson.replace('"alg":"or"', '"alg":"or","pow":"0z"'), expect: or },
    {
      ...{ why: "or, over a ring that is not sorted", message: hexMessage, expect: or },
      ...{ ring: shuffled.keys().map(toHex), proof: writeProof(unsorted) },
    },
    { why: "or-link, in hex", ...here, proof: toHex(utf8(linkJson)), expect: orLink },
    { why: "or-link, of the scope expected", ...here, proof: linkJson, scope: "poll", expect: orLink },
  ];
}

export function makeRingProofs(): RingProofFile {
  const sign = SIGN.map(signVector);
  const here = { ring: three.keys, message: hexMessage };
  const refused = [...malformed(), ...rings()].map(([why, proof, reason, more]) => ({
    ...{ why, ...here, proof, ...more },
    expect: { ok: false, reason } as const,
  }));
  const verify = [...validVectors(), ...refused].map((vector, id) => ({ id, ...vector }));
  return { spec: "docs/spec/rings.md §2, §3, §6", source: SOURCE, sign, verify };
}
