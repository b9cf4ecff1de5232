/**
 * Writes the constants of the kernel as data segments: field elements as 9 limbs of 29 bits, scalars as 8 words.
 *
 * Sources: SEC 2 §2.4.1 (p, n, G), RFC 9380 §8.7 and Appendix E.1 (isogenous curve and 3-isogeny), Gallant–Lambert–
 * Vanstone for λ, β and the short lattice basis. What can be derived is derived or checked here.
 */
import { createHash } from "node:crypto";

export const P = 2n ** 256n - 2n ** 32n - 977n;
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const GX = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n;
const GY = 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n;
const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
const BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een;
// (a1, b1) and (a2, b2) with a + b·λ ≡ 0 mod n; b1 is negative.
const A1 = 0x3086d221a7d46bcde86c90e49284eb15n;
const B1 = -0xe4437ed6010e88286f547fa90abfe4c3n;
const A2 = 0x114ca50f7a8e2f3f657c1108d9d44cfd8n;
const B2 = A1;

const ISO_A = 0x3f8731abdd661adca08a5558f0f5d272e953d363cb6f0e5d405447c01a444533n;
const ISO_B = 1771n;
const ISO_Z = P - 11n;
/** Coefficients from x^0 up; the denominators are monic. */
const ISOGENY = [
  [
    0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa8c7n,
    0x07d3d4c80bc321d5b9f315cea7fd44c5d595d2fc0bf63b92dfff1044f17c6581n,
    0x534c328d23f234e6e2a413deca25caece4506144037c40314ecbd0b53d9dd262n,
    0x8e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38e38daaaaa88cn,
  ],
  [
    0xd35771193d94918a9ca34ccbb7b640dd86cd409542f8487d9fe6b745781eb49bn,
    0xedadc6f64383dc1df7c4b2d51b54225406d36b641f5e41bbc52a56612a8c6d14n,
    1n,
  ],
  [
    0x4bda12f684bda12f684bda12f684bda12f684bda12f684bda12f684b8e38e23cn,
    0xc75e0c32d5cb7c0fa9d0a54b12a0a6d5647ab046d686da6fdffc90fc201d71a3n,
    0x29a6194691f91a73715209ef6512e576722830a201be2018a765e85a9ecee931n,
    0x2f684bda12f684bda12f684bda12f684bda12f684bda12f684bda12f38e38d84n,
  ],
  [
    0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffff93bn,
    0x7a06534bb8bdb49fd5e9e6632722c2989467c1bfc8e8d978dfb425d2685c2573n,
    0x6484aa716545ca2cf3a70c3fa8fe337e0a3d21162f0d6299a7bf8192bfd2a76fn,
    1n,
  ],
];

/** The largest limb below the top one. */
export const LIMB_BOUND = 2n ** 29n - 1n;

export function limbsOf(value) {
  return Array.from({ length: 9 }, (_, i) => Number((value >> BigInt(29 * i)) & (2n ** 29n - 1n)));
}

const words = (value, count = 8) =>
  Array.from({ length: count }, (_, i) => `0x${((value >> BigInt(32 * i)) & 0xffffffffn).toString(16)}`);

const power = (base, exponent, modulus) => {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) if (e & 1n) result = (result * b) % modulus;
  return result;
};
const round = (a, b) => (a + b / 2n) / b;

function midstateInput(tag) {
  const digest = createHash("sha256").update(tag).digest();
  return [...digest].map((byte) => `0x${byte.toString(16)}`);
}

function check() {
  const mod = (value, m) => ((value % m) + m) % m;
  const facts = [
    mod(GY * GY - GX ** 3n - 7n, P) === 0n,
    mod(LAMBDA ** 2n + LAMBDA + 1n, N) === 0n,
    mod(BETA ** 2n + BETA + 1n, P) === 0n,
    mod(A1 + B1 * LAMBDA, N) === 0n,
    mod(A2 + B2 * LAMBDA, N) === 0n,
    A1 * B2 - A2 * B1 === N,
  ];
  if (facts.includes(false)) throw new Error(`constant ${facts.indexOf(false)} is wrong`);
}

export function generateConstants() {
  check();
  const element = (name, value) => `export const ${name}: usize = memory.data<i32>([${limbsOf(value).join(", ")}]);`;
  const scalar = (name, value, count) =>
    `export const ${name}: usize = memory.data<u32>([${words(value, count).join(", ")}]);`;
  const tag = (name, text) => `export const ${name}: usize = memory.data<u8>([${midstateInput(text).join(", ")}]);`;
  const inverseOf2 = (N + 1n) / 2n;
  return `${[
    "/** Written by build/generate-constants.mjs; see there for the sources. */",
    element("FIELD_P", P),
    element("FIELD_ONE", 1n),
    element("GENERATOR_X", GX),
    element("GENERATOR_Y", GY),
    element("BETA", BETA),
    element("FOLD", 2n ** 256n - P),
    element("ISO_A", ISO_A),
    element("ISO_B", ISO_B),
    element("ISO_Z", ISO_Z),
    element("ISO_MINUS_B_OVER_A", mod(-ISO_B * power(ISO_A, P - 2n, P), P)),
    element("ISO_B_OVER_ZA", (ISO_B * power((ISO_Z * ISO_A) % P, P - 2n, P)) % P),
    element("ISO_SQRT_MINUS_Z3", power(mod(-(ISO_Z ** 3n), P), (P + 1n) / 4n, P)),
    ...["X_NUM", "X_DEN", "Y_NUM", "Y_DEN"].map(
      (name, i) =>
        `export const ISOGENY_${name}: usize = memory.data<i32>([${ISOGENY[i].flatMap(limbsOf).join(", ")}]);`,
    ),
    scalar("ORDER", N),
    scalar("ORDER_COMPLEMENT", 2n ** 256n - N),
    scalar("HALF", inverseOf2),
    scalar("MINUS_ONE_MINUS_LAMBDA", mod(-1n - LAMBDA, N)),
    scalar("LAMBDA", LAMBDA),
    scalar("GLV_G1", round(2n ** 384n * B2, N)),
    scalar("GLV_G2", round(2n ** 384n * -B1, N)),
    scalar("GLV_A1", A1, 5),
    scalar("GLV_MINUS_B1", -B1, 5),
    scalar("GLV_A2", A2, 5),
    scalar("GLV_B2", B2, 5),
    tag("TAG_CHALLENGE", "BIP0340/challenge"),
    tag("TAG_AUX", "BIP0340/aux"),
    tag("TAG_NONCE", "BIP0340/nonce"),
  ].join("\n")}\n`;
}

const mod = (value, m) => ((value % m) + m) % m;
