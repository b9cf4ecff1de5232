/**
 * Writes field arithmetic on two elements at once, with 128-bit vectors: where work is independent, as in the trees of
 * sums.ts, two products in the two lanes cost a third less than one after the other (docs/decisions/kernel.md).
 *
 * A pair is 9 limbs of 29 bits, interleaved: limb i of one and of the other, 32 bits each. Vectors have no signed shift
 * of 64 bits, so all limbs here are non-negative: what is subtracted is first subtracted from a multiple of p that is
 * larger in every limb. As in generate-field.mjs every value carries its range, and leaving 64 bits does not generate.
 */
import { LIMB_BOUND, limbsOf, P } from "./generate-constants.mjs";
import { REDUCED } from "./generate-field.mjs";

const LIMBS = 9;
const MAX = 2n ** 64n - 1n;

/** Ranges are given by their upper end: everything is at least 0. */
class VectorCode {
  lines = [];
  #count = 0;

  value(text, high) {
    if (high !== undefined && high > MAX) throw new RangeError(`${text} may reach ${high}, outside 64 bits`);
    const name = `w${this.#count++}`;
    this.lines.push(`const ${name} = ${text};`);
    return { text: name, high };
  }
  add = (a, b) => this.value(`i64x2.add(${a.text}, ${b.text})`, a.high + b.high);
  left = (a, bits) => this.value(`i64x2.shl(${a.text}, ${bits})`, a.high << BigInt(bits));
  right = (a, bits) => this.value(`i64x2.shr_u(${a.text}, ${bits})`, a.high >> BigInt(bits));
  low = (a, mask) => this.value(`v128.and(${a.text}, ${mask.text})`, a.high < mask.high ? a.high : mask.high);
  /** 977·a = 1024·a − 48·a + a. */
  by977(a) {
    const sixteen = this.left(a, 4);
    const most = this.add(this.left(a, 10), a);
    return this.value(`i64x2.sub(${most.text}, ${this.add(sixteen, this.left(a, 5)).text})`, a.high * 977n);
  }
}

const sumAll = (code, values) =>
  values.map(({ text }) => text).reduce((a, b) => code.value(`i64x2.add(${a}, ${b})`).text);
const product = (a, b) => ({ text: `i64x2.extmul_low_i32x4_s(${a.text}, ${b.text})` });

/** Columns by Karatsuba over three blocks of three, mod 2^64; their ranges by the schoolbook. */
function productColumns(code, a, b) {
  const block = (limbs, i) => limbs.slice(3 * i, 3 * i + 3);
  const difference = (x, y) => x.map((limb, i) => code.value(`i32x4.sub(${limb.text}, ${y[i].text})`));
  const multiply = (x, y) =>
    Array.from({ length: 5 }, (_, k) => {
      const terms = [];
      for (let i = 0; i < 3; i++) if (k - i >= 0 && k - i < 3) terms.push(code.value(product(x[i], y[k - i]).text));
      return { text: sumAll(code, terms) };
    });
  const sum = (x, y) => x.map((value, k) => code.value(`i64x2.add(${value.text}, ${y[k].text})`));
  const [A, B] = [a, b].map((limbs) => [0, 1, 2].map((i) => block(limbs, i)));
  const squares = [0, 1, 2].map((i) => multiply(A[i], B[i]));
  const cross = (i, j) => multiply(difference(A[i], A[j]), difference(B[j], B[i]));
  const low = sum(squares[0], squares[1]);
  const high = sum(squares[1], squares[2]);
  const parts = [
    squares[0],
    sum(low, cross(0, 1)),
    sum(sum(low, squares[2]), cross(0, 2)),
    sum(high, cross(1, 2)),
    squares[2],
  ];
  return columnBounds(a, b).map((bound, k) => {
    const terms = parts.flatMap((part, at) => (part[k - 3 * at] === undefined ? [] : [part[k - 3 * at]]));
    return code.value(sumAll(code, terms), bound);
  });
}

function squareColumns(code, a) {
  const twice = a.map((limb) => code.value(`i32x4.add(${limb.text}, ${limb.text})`));
  return columnBounds(a, a).map((bound, k) => {
    const terms = [];
    for (let i = 0; 2 * i <= k; i++) {
      const j = k - i;
      if (j < LIMBS) terms.push(code.value(product(i === j ? a[i] : twice[i], a[j]).text));
    }
    return code.value(sumAll(code, terms), bound);
  });
}

function columnBounds(a, b) {
  return Array.from({ length: 2 * LIMBS - 1 }, (_, k) => {
    let bound = 0n;
    for (let i = 0; i < LIMBS; i++) if (k - i >= 0 && k - i < LIMBS) bound += a[i].high * b[k - i].high;
    return bound;
  });
}

function reduce(code, columns) {
  const mask = (name, high) => ({ text: code.value(`v128.load(${name})`).text, high });
  const [mask32, mask29, mask24] = [
    mask("MASK_32", 2n ** 32n - 1n),
    mask("MASK_29", LIMB_BOUND),
    mask("MASK_24", 2n ** 24n - 1n),
  ];
  const e = columns.slice(0, LIMBS);
  const d = [];
  for (let k = LIMBS; k < columns.length; k++) {
    const low = code.low(columns[k], mask32);
    d.push(k === LIMBS ? low : code.add(low, code.left(code.right(columns[k - 1], 32), 3)));
  }
  d.push(code.left(code.right(columns[columns.length - 1], 32), 3));
  d[0] = code.add(d[0], code.left(d[8], 8));
  for (let k = 0; k < LIMBS; k++) {
    let folded = code.by977(d[k]);
    if (k > 0) folded = code.add(folded, code.left(d[k - 1], 3));
    e[k] = code.add(e[k], code.left(folded, 5));
  }
  const step = (i) => {
    e[i + 1] = code.add(e[i + 1], code.right(e[i], 29));
    e[i] = code.low(e[i], mask29);
  };
  for (let i = 0; i < 4; i++) {
    if (i < 3) step(i);
    step(i + 4);
  }
  const top = code.right(e[8], 24);
  e[8] = code.low(e[8], mask24);
  e[0] = code.add(e[0], code.by977(top));
  e[1] = code.add(e[1], code.left(top, 3));
  for (const i of [3, 4, 0, 1]) step(i);
  return e;
}

/** What a pair's limbs may be: a result, a difference from `pairDifference`, or a term to add. */
const RESULT = REDUCED.map(({ high }) => high);
/** In a SIGNED element of this package's own making a limb is at most a little below 0, or above its range. */
const SLACK = 2n ** 15n;
const TWICE = limbsOf(P).map((limb) => 2n * BigInt(limb));
const DIFFERENCE = RESULT.map((high, i) => high + 2n * SLACK + TWICE[i]);
const TERM = RESULT.map(() => 2n ** 31n - 1n);

const FUNCTIONS = [
  { name: "pairMultiply", comment: "a·b", square: false, term: false },
  { name: "pairMultiplyAdd", comment: "a·b + t", square: false, term: true },
  { name: "pairSquareAdd", comment: "a² + t", square: true, term: true },
];

function generateFunction({ name, comment, square, term }) {
  const code = new VectorCode();
  const load = (pointer, bounds) => bounds.map((high, i) => code.value(`v128.load64_zero(${pointer}, ${8 * i})`, high));
  const a = load("a", RESULT);
  const columns = square ? squareColumns(code, a) : productColumns(code, a, load("b", DIFFERENCE));
  if (term) {
    for (let i = 0; i < LIMBS; i++) {
      const limb = code.value(`v128.load32x2_u(t, ${8 * i})`, TERM[i]);
      columns[i] = code.add(columns[i], limb);
    }
  }
  const e = reduce(code, columns);
  e.forEach((limb, i) => {
    if (limb.high > RESULT[i]) throw new RangeError(`${name}: limb ${i} may reach ${limb.high}`);
  });
  for (let i = 0; i < 8; i += 2) {
    code.lines.push(`v128.store(r, i32x4.shuffle(${e[i].text}, ${e[i + 1].text}, 0, 2, 4, 6), ${8 * i});`);
  }
  code.lines.push(`v128.store64_lane(r, i32x4.shuffle(${e[8].text}, ${e[8].text}, 0, 2, 0, 2), 0, 64);`);
  const parameters = ["r", "a", ...(square ? [] : ["b"]), ...(term ? ["t"] : [])];
  return [
    `/** r = ${comment}, twice. */`,
    `export function ${name}(${parameters.map((parameter) => `${parameter}: usize`).join(", ")}): void {`,
    ...code.lines.map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

export function generatePair() {
  const twin = (name, value) => `const ${name}: usize = memory.data<i64>([${value}, ${value}], 16);`;
  const elements = (name, limbs) => {
    const words = [...limbs, 0n, 0n, 0n];
    return `/** ${limbs.length} limbs, and zeros up to whole vectors. */\nexport const ${name}: usize = memory.data<i32>([${words.join(", ")}], 16);`;
  };
  return [
    "/** Written by build/generate-pair.mjs; see there for what it means and why it cannot overflow. */",
    twin("MASK_32", 2n ** 32n - 1n),
    twin("MASK_29", 2n ** 29n - 1n),
    twin("MASK_24", 2n ** 24n - 1n),
    elements("TWICE_P", TWICE),
    elements(
      "TWICE_PAIR",
      TWICE.flatMap((limb) => [limb, limb]),
    ),
    elements(
      "THRICE_P",
      limbsOf(P).map((limb) => 3n * BigInt(limb)),
    ),
    ...FUNCTIONS.map(generateFunction),
  ]
    .join("\n\n")
    .concat("\n");
}
