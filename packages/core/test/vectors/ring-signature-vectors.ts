/** Makes vectors/ring-signatures.json: SAG in dialect `rs` and bLSAG as `ringA`, with a case for every fault. */
import { base64urlnopad } from "@scure/base";
import { concat, toHex, utf8 } from "../../src/bytes.ts";
import { signBlsag } from "../../src/ring/blsag.ts";
import { type RingSignature, writeRingA } from "../../src/ring/ring-a.ts";
import { type Sag, signSag } from "../../src/ring/sag.ts";
import { members, open, seeded } from "../ring/ring-fixtures.ts";
import { type Provenance, SOURCE } from "./vector-file.ts";

export interface SignVector {
  readonly id: number;
  readonly why: string;
  readonly scheme: "sag" | "blsag";
  readonly ring: readonly string[];
  readonly secret: string;
  readonly message: string;
  readonly fresh: string;
  readonly flag?: string;
  readonly ringA: string;
}

export interface VerifyVector {
  readonly id: number;
  readonly why: string;
  readonly ring: readonly string[];
  readonly message: string;
  readonly ringA: string;
  readonly expect:
    | {
        readonly ok: true;
        readonly scheme: string;
        readonly dialect?: string;
        readonly n: number;
        readonly flag?: string;
      }
    | { readonly ok: false; readonly reason: string };
}

export interface RingSignatureFile extends Provenance {
  readonly sign: readonly SignVector[];
  readonly verify: readonly VerifyVector[];
}

const message = utf8("Words, as they stand in the event.");
const hexMessage = toHex(message);
const three = members(3, "vectors");
const random = seeded("vectors/ring-signatures");

interface SignInput {
  readonly why: string;
  readonly n: number;
  readonly index: number;
  readonly scheme: "sag" | "blsag";
  readonly flag?: Uint8Array;
}

const SIGN: readonly SignInput[] = [
  { why: "SAG, two keys", n: 2, index: 0, scheme: "sag" },
  { why: "SAG, two keys, the other signs", n: 2, index: 1, scheme: "sag" },
  { why: "SAG, five keys, the middle one signs", n: 5, index: 2, scheme: "sag" },
  { why: "SAG, 25 keys: the array's head takes two bytes", n: 25, index: 24, scheme: "sag" },
  { why: "bLSAG, three keys", n: 3, index: 0, scheme: "blsag" },
  { why: "bLSAG, three keys, a flag", n: 3, index: 1, scheme: "blsag", flag: utf8("poll:1") },
  {
    why: "bLSAG, three keys, a flag of 256 bytes",
    n: 3,
    index: 2,
    scheme: "blsag",
    flag: new Uint8Array(256).fill(200),
  },
];

function signVector({ why, n, index, scheme, flag }: SignInput, id: number): SignVector {
  const { ring, secrets, keys } = members(n, "vectors");
  const secret = secrets[index]!;
  const fresh = random(32);
  const input = { ring, message, secret, fresh };
  const signature: RingSignature =
    scheme === "sag"
      ? signSag({ ...input, dialect: "rs" })
      : signBlsag({ ...input, ...(flag === undefined ? {} : { flag }) });
  return {
    ...{ id, why, scheme, ring: keys, secret: toHex(secret.expose()), message: hexMessage, fresh: toHex(fresh) },
    ...(flag === undefined ? {} : { flag: toHex(flag) }),
    ringA: writeRingA(signature),
  };
}

const input = { ring: three.ring, message, secret: three.secrets[1]!, fresh: random(32) };
const sag = signSag({ ...input, dialect: "rs" });
const blsag = signBlsag({ ...input, flag: utf8("poll") });
const q = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

const cborOf = (ringA: string): Uint8Array => base64urlnopad.decode(ringA.slice(5));
const ringAOf = (cbor: Uint8Array): string => `ringA${base64urlnopad.encode(cbor)}`;
const hexA = (hex: string): string => ringAOf(Uint8Array.from(Buffer.from(hex, "hex")));
const withS = (index: number, hex: string): Sag => {
  const s = sag.s.slice();
  s.set(Buffer.from(hex, "hex"), 32 * index);
  return { ...sag, s };
};

type Change = readonly [why: string, ringA: string, reason: string, more?: Partial<VerifyVector>];

function encodings(): readonly Change[] {
  const text = writeRingA(sag);
  const hex = toHex(cborOf(text));
  const hexB = toHex(cborOf(writeRingA(blsag)));
  const padded = `${text}${"=".repeat((4 - ((text.length - 5) % 4)) % 4) || "===="}`;
  return [
    ["longer than a ring of three needs", text.padEnd(100 * 3 + 1025, "A"), "ringsig-size"],
    ["empty", "", "ringsig-encoding"],
    ["the prefix alone", "ringA", "ringsig-encoding"],
    ["another prefix", text.replace("ringA", "ringB"), "ringsig-encoding"],
    ["no prefix", text.slice(5), "ringsig-encoding"],
    ["padding", padded, "ringsig-encoding"],
    [
      "base64 of the other alphabet",
      `ringA${Buffer.from(cborOf(text)).toString("base64").replace(/=/g, "")}+/`,
      "ringsig-encoding",
    ],
    ["a byte after the end", ringAOf(concat(cborOf(text), Uint8Array.of(0))), "ringsig-encoding"],
    ["a byte missing", ringAOf(cborOf(text).slice(0, -1)), "ringsig-encoding"],
    ["an array instead of the map", hexA(hex.replace(/^a3/, "83")), "ringsig-encoding"],
    ["a map of four for a SAG", hexA(hex.replace(/^a3/, "a4")), "ringsig-encoding"],
    ["a map of indefinite length", hexA(`${hex.replace(/^a3/, "bf")}ff`), "ringsig-encoding"],
    ["a head longer than it need be", hexA(hex.replace(/^a3/, "b803")), "ringsig-encoding"],
    ["a key in two bytes", hexA(hex.replace(/^a36176/, "a3780176")), "ringsig-encoding"],
    ["keys in another order", hexA(`a36163${hex.slice(16, 16 + 68)}617663736167${hex.slice(84)}`), "ringsig-encoding"],
    ["v as bytes", hexA(hex.replace("617663736167", "617643736167")), "ringsig-encoding"],
    ["c0 as text", hexA(hex.replace("61635820", "61637820")), "ringsig-encoding"],
    ["c0 of 31 bytes", hexA(hex.replace(/61635820../, "6163581f")), "ringsig-encoding"],
    ["s as byte strings", hexA(`${hex.slice(0, hex.indexOf("6173"))}617383${rowsAsBytes()}`), "ringsig-encoding"],
    ["a row of 31 integers", hexA(hex.replace("61738398201", "61738398 1f1".replace(" ", ""))), "ringsig-encoding"],
    ["a small integer in two bytes", hexA(smallInTwo(hex)), "ringsig-encoding"],
    ["an integer above 255", hexA(hex.replace(/(6173839820)(18..|..)/, "$1190100")), "ringsig-encoding"],
    ["a negative integer", hexA(hex.replace(/(6173839820)(18..|..)/, "$120")), "ringsig-encoding"],
    [
      "an image on a SAG",
      hexA(`a4${hex.slice(2)}${hexB.slice(hexB.indexOf("61699821"), hexB.indexOf("616c84"))}`),
      "ringsig-encoding",
    ],
    ["a flag on a SAG", hexA(`a4${hex.slice(2)}616c8101`), "ringsig-encoding"],
    ["no image on a bLSAG", hexA(`a3${hexB.slice(2, hexB.indexOf("61699821"))}`), "ringsig-encoding"],
    ["the flag before the image", hexA(flagFirst(hexB)), "ringsig-encoding"],
    ["an empty flag", hexA(`${hexB.slice(0, hexB.indexOf("616c84"))}616c80`), "ringsig-encoding"],
    [
      "a flag of 257 bytes",
      hexA(`${hexB.slice(0, hexB.indexOf("616c84"))}616c990101${"01".repeat(257)}`),
      "ringsig-encoding",
    ],
    ["a sixth entry", hexA(`a6${hexB.slice(2)}617800`), "ringsig-encoding"],
    ["an unknown scheme", hexA(hex.replace("63736167", "63736168")), "ringsig-alg"],
    ["a scheme in uppercase", hexA(hex.replace("63736167", "63534147")), "ringsig-alg"],
    ["a scheme without a name", hexA(hex.replace("63736167", "60")), "ringsig-alg"],
  ];
}

function rowsAsBytes(): string {
  return [0, 1, 2].map((i) => `5820${toHex(sag.s.subarray(32 * i, 32 * i + 32))}`).join("");
}

/** The first integer becomes 0, written as 18 00. */
function smallInTwo(hex: string): string {
  return hex.replace(/(6173839820)(18..|..)/, "$11800");
}

function flagFirst(hex: string): string {
  const [image, flag] = [hex.indexOf("61699821"), hex.indexOf("616c84")];
  return hex.slice(0, image) + hex.slice(flag) + hex.slice(image, flag);
}

function values(): readonly Change[] {
  const [a, b, c] = three.keys as [string, string, string];
  const image = (hex: string): string => writeRingA({ ...blsag, keyImage: Uint8Array.from(Buffer.from(hex, "hex")) });
  const small = `${q.slice(0, -2)}46`;
  const other = members(2, "strangers").keys[0]!;
  return [
    ["two responses for three keys", writeRingA({ ...sag, s: sag.s.slice(0, 64) }), "ringsig-ring-size"],
    [
      "four responses for three keys",
      writeRingA({ ...sag, s: concat(sag.s, sag.s.slice(0, 32)) }),
      "ringsig-ring-size",
    ],
    ["no responses", writeRingA({ ...sag, s: new Uint8Array(0) }), "ringsig-ring-size"],
    ["c0 = 0", writeRingA({ ...sag, c0: new Uint8Array(32) }), "ringsig-scalar"],
    ["c0 = q", writeRingA({ ...sag, c0: Uint8Array.from(Buffer.from(q, "hex")) }), "ringsig-scalar"],
    ["s = 0", writeRingA(withS(0, "00".repeat(32))), "ringsig-scalar"],
    ["s = q", writeRingA(withS(2, q)), "ringsig-scalar"],
    ["s = 5 + q", writeRingA(withS(1, small)), "ringsig-scalar"],
    ["an image off the curve", image(`02${"0".repeat(63)}5`), "ringsig-point"],
    ["an image of zeros", image("0".repeat(66)), "ringsig-point"],
    ["an image of prefix 04", image(`04${toHex(blsag.keyImage).slice(2)}`), "ringsig-point"],
    ["an image with x ≥ p", image(`02${"f".repeat(64)}`), "ringsig-point"],
    [
      "two responses exchanged",
      writeRingA({ ...sag, s: concat(sag.s.slice(32, 64), sag.s.slice(0, 32), sag.s.slice(64)) }),
      "ringsig-invalid",
    ],
    ["another c0", writeRingA(withC0()), "ringsig-invalid"],
    [
      "another message",
      writeRingA(sag),
      "ringsig-invalid",
      { message: toHex(utf8("Words, as they stand in the event")) },
    ],
    ["another flag", writeRingA({ ...blsag, flag: utf8("pole") }), "ringsig-invalid"],
    ["the flag taken away", writeRingA(withoutFlag()), "ringsig-invalid"],
    ["the ring rotated", writeRingA(sag), "ringsig-invalid", { ring: [b, c, a] }],
    [
      "the ring rotated and the chain with it",
      writeRingA({ ...sag, s: concat(sag.s.slice(32), sag.s.slice(0, 32)) }),
      "ringsig-invalid",
      { ring: [b, c, a] },
    ],
    ["a key replaced", writeRingA(sag), "ringsig-invalid", { ring: [a, b, other] }],
    ["a key off the curve", writeRingA(sag), "ring-key", { ring: [a, b, `${"0".repeat(63)}5`] }],
    ["a key twice", writeRingA(sag), "ring-duplicate", { ring: [a, b, b] }],
    ["one key", writeRingA(sag), "ring-size", { ring: [a] }],
  ];
}

function withC0(): Sag {
  const c0 = sag.c0.slice();
  c0[31]! ^= 1;
  return { ...sag, c0 };
}

function withoutFlag(): RingSignature {
  const { flag: _, ...rest } = blsag;
  return rest;
}

export function makeRingSignatures(): RingSignatureFile {
  const here = { ring: three.keys, message: hexMessage };
  const shuffled = open([three.ring.key(2), three.ring.key(0), three.ring.key(1)]);
  const ts = signSag({ ...input, dialect: "ts" });
  const unsorted = signSag({ ...input, ring: shuffled, dialect: "rs" });
  const valid: readonly Omit<VerifyVector, "id">[] = [
    { why: "SAG", ...here, ringA: writeRingA(sag), expect: { ok: true, scheme: "sag", dialect: "rs", n: 3 } },
    {
      why: "SAG, dialect ts",
      ...here,
      ringA: writeRingA(ts),
      expect: { ok: true, scheme: "sag", dialect: "ts", n: 3 },
    },
    {
      ...{ why: "SAG over a ring that is not sorted", ring: shuffled.keys().map(toHex), message: hexMessage },
      ...{ ringA: writeRingA(unsorted), expect: { ok: true, scheme: "sag", dialect: "rs", n: 3 } },
    },
    {
      why: "bLSAG with a flag",
      ...here,
      ringA: writeRingA(blsag),
      expect: { ok: true, scheme: "blsag", n: 3, flag: "706f6c6c" },
    },
  ];
  const refused = [...encodings(), ...values()].map(([why, ringA, reason, more]) => ({
    ...{ why, ...here, ringA, ...more },
    expect: { ok: false, reason } as const,
  }));
  const verify = [...valid, ...refused].map((vector, id) => ({ id, ...vector }));
  return { spec: "docs/spec/rings.md §4, §6", source: SOURCE, sign: SIGN.map(signVector), verify };
}
