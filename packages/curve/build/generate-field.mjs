/**
 * Writes the field arithmetic of the kernel: unrolled AssemblyScript, one function for each line of `FUNCTIONS`.
 *
 * An element is 9 limbs of 29 bits, stored as 9 signed 32-bit words. Each function evaluates one formula of degree two,
 * such as a·(b − c) − d·e, over unreduced 17-column products, and reduces once. Reduction: 2^261 ≡ 32·(2^32 + 977),
 * and 2^32 = 8·2^29, so column 9+k folds to 32·(977·column k + 8·column k+1).
 *
 * Two kinds of operand. `reduced`: what functions return, limbs 0 … 2^29−1 but for two that keep a small carry.
 * `signed`: the limb-wise difference of two reduced elements, or a negation. straight-line.mjs proves for every value of
 * every function that it fits 64 bits, and that every result is `reduced` again, or `signed` where a last operand is
 * subtracted without carries (`minus`). Nothing here branches or depends on values.
 */
import { Code, productRange, sumRange } from "./straight-line.mjs";

const LIMBS = 9;
const BITS = 29;
const FULL = 2n ** 29n - 1n;

/** Limb ranges. Limbs 2 and 5 receive a last carry that is not passed on; limb 8 holds the top 24 bits. */
export const REDUCED = Array.from({ length: LIMBS }, (_, i) => {
  if (i === 2) return { low: -(2n ** 14n), high: FULL + 2n ** 14n };
  if (i === 5) return { low: -64n, high: FULL + 64n };
  return { low: 0n, high: i === 8 ? 2n ** 24n - 1n : FULL };
});
export const SIGNED = REDUCED.map(({ low, high }) => ({ low: low - high, high: high - low }));

/**
 * name(parameters) = formula. A formula is a sum of terms, each a factor with one or two operands; an operand is a
 * linear form of parameters. Parameters are reduced, those named y… signed.
 */
export const FUNCTIONS = [
  { name: "mul", comment: "a·b", terms: [[1, { a: 1 }, { b: 1 }]] },
  { name: "mulSigned", comment: "a·y", terms: [[1, { a: 1 }, { y: 1 }]] },
  { name: "mulDouble", comment: "2·a·b", terms: [[2, { a: 1 }, { b: 1 }]] },
  { name: "mulMinus", comment: "a·b − c, signed", terms: [[1, { a: 1 }, { b: 1 }]], minus: "c" },
  { name: "mulSignedMinus", comment: "a·y − c, signed", terms: [[1, { a: 1 }, { y: 1 }]], minus: "c" },
  { name: "mulDiff", comment: "a·(b − c)", terms: [[1, { a: 1 }, { b: 1, c: -1 }]] },
  {
    name: "mulDiffSub",
    comment: "y·(b − c) − d",
    terms: [
      [1, { y: 1 }, { b: 1, c: -1 }],
      [-1, { d: 1 }],
    ],
  },
  {
    name: "mulTwiceDiffSub",
    comment: "a·(2·b − c) − d",
    terms: [
      [1, { a: 1 }, { b: 2, c: -1 }],
      [-1, { d: 1 }],
    ],
  },
  {
    name: "mulAddMul",
    comment: "a·y + b·yb",
    terms: [
      [1, { a: 1 }, { y: 1 }],
      [1, { b: 1 }, { yb: 1 }],
    ],
  },
  {
    name: "mulSubMul",
    comment: "a·b − c·d",
    terms: [
      [1, { a: 1 }, { b: 1 }],
      [-1, { c: 1 }, { d: 1 }],
    ],
  },
  { name: "sqr", comment: "a²", terms: [[1, { a: 1 }, { a: 1 }]] },
  { name: "sqrSigned", comment: "y²", terms: [[1, { y: 1 }, { y: 1 }]] },
  { name: "sqrDouble", comment: "2·a²", terms: [[2, { a: 1 }, { a: 1 }]] },
  { name: "sqrTriple", comment: "3·a²", terms: [[3, { a: 1 }, { a: 1 }]] },
  {
    name: "sqrSubQuadruple",
    comment: "a² − 4·b",
    terms: [
      [1, { a: 1 }, { a: 1 }],
      [-4, { b: 1 }],
    ],
  },
  {
    name: "sqrSubSub",
    comment: "a² − b − c",
    terms: [
      [1, { a: 1 }, { a: 1 }],
      [-1, { b: 1, c: 1 }],
    ],
  },
  {
    name: "sqrSubSubDouble",
    comment: "y² − b − 2·c",
    terms: [
      [1, { y: 1 }, { y: 1 }],
      [-1, { b: 1, c: 2 }],
    ],
  },
  { name: "carried", comment: "y", terms: [[1, { y: 1 }]] },
  { name: "linearSum", comment: "y + yb", terms: [[1, { y: 1, yb: 1 }]] },
  { name: "linearDiff", comment: "y − yb", terms: [[1, { y: 1, yb: -1 }]] },
  { name: "scaled", comment: "k·a for a small k ≥ 0", terms: [[1, { a: 1 }]], factor: 2n ** 10n },
];

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The limbs of a linear form, as values in registers. */
function linear(code, form, limbs) {
  return Array.from({ length: LIMBS }, (_, i) => {
    let sum;
    for (const [name, factor] of Object.entries(form)) {
      const size = BigInt(Math.abs(factor));
      if (sum === undefined) {
        if (factor < 0) throw new Error("the first parameter of a linear form is positive");
        sum = code.scale(limbs[name][i], size);
      } else {
        const term = code.scale(limbs[name][i], size);
        sum = factor < 0 ? code.subtract(sum, term) : code.add(sum, term);
      }
    }
    return sum;
  });
}

/** Ranges of the 17 columns of a product, by the schoolbook. */
function columnRanges(a, b) {
  return Array.from({ length: 2 * LIMBS - 1 }, (_, k) => {
    const ranges = [];
    for (let i = 0; i < LIMBS; i++)
      if (k - i >= 0 && k - i < LIMBS)
        ranges.push(a[i] === b[i] && 2 * i === k ? square(a[i]) : productRange(a[i], b[k - i]));
    return sumRange(ranges);
  });
}

function square(a) {
  const ends = productRange(a, a);
  return { low: a.low <= 0n && a.high >= 0n ? 0n : ends.low < ends.high ? ends.low : ends.high, high: ends.high };
}

/** factor·a²: 45 products, each pair once with one of the two doubled. */
function squareColumns(code, a, factor) {
  const scaled = a.map((limb) => code.scale(limb, factor));
  const twice = a.map((limb, i) => (i < LIMBS - 1 ? code.scale(limb, 2n * factor) : limb));
  return columnRanges(a, a).map((range, k) => {
    const products = [];
    for (let i = 0; 2 * i <= k; i++) {
      const j = k - i;
      if (j < LIMBS) products.push(`${i === j ? scaled[i].text : twice[i].text} * ${a[j].text}`);
    }
    return code.modular(products.join(" + "), { low: range.low * factor, high: range.high * factor });
  });
}

/** 81 products, column by column. Karatsuba's 54 take as long: what bounds this code is instructions of any kind. */
function productColumns(code, a, b) {
  return columnRanges(a, b).map((range, k) => {
    const products = [];
    for (let i = 0; i < LIMBS; i++) if (k - i >= 0 && k - i < LIMBS) products.push(`${a[i].text} * ${b[k - i].text}`);
    return code.modular(products.join(" + "), range);
  });
}

/** Folds columns 9 … 16 once, then carries: two chains at once, then the few steps that join them. */
function reduce(code, columns, crowded) {
  const e = columns.slice(0, LIMBS);
  if (columns.length > LIMBS) {
    // Columns 9 … 17 as 32-bit words: 2^32 of one column is 8 of the next.
    const d = [];
    for (let k = LIMBS; k < columns.length; k++) {
      const low = code.low(columns[k], 32);
      d.push(k === LIMBS ? low : code.add(low, code.scale(code.carry(columns[k - 1], 32), 8n)));
    }
    d.push(code.scale(code.carry(columns[columns.length - 1], 32), 8n));
    // The fold of column 17 reaches column 9 again.
    d[0] = code.add(d[0], code.scale(d[8], 256n));
    // Kept in memory meanwhile, the compiler computes the upper columns first and spills fewer of all; a square has few.
    if (crowded) {
      d.forEach((value, k) => {
        code.keep(k, value);
      });
      d.forEach((value, k) => {
        d[k] = code.kept(k, value);
      });
    }
    for (let k = 0; k < LIMBS; k++) {
      let folded = code.multiply(d[k], constant(977n));
      if (k > 0) folded = code.add(folded, code.scale(d[k - 1], 8n));
      e[k] = code.add(e[k], code.scale(folded, 32n));
    }
  }
  const step = (i) => {
    e[i + 1] = code.add(e[i + 1], code.carry(e[i], BITS));
    e[i] = code.low(e[i], BITS);
  };
  for (let i = 0; i < 4; i++) {
    if (i < 3) step(i);
    step(i + 4);
  }
  // 2^256 ≡ 2^32 + 977.
  const top = code.carry(e[8], 24);
  e[8] = code.low(e[8], 24);
  e[0] = code.add(e[0], code.multiply(top, constant(977n)));
  e[1] = code.add(e[1], code.scale(top, 8n));
  step(3);
  step(4);
  step(0);
  step(1);
  return e;
}

const constant = (value) => ({ text: `${value}`, low: value, high: value });

export function generateFunction({ name, comment, terms, factor, minus }, classes = { REDUCED, SIGNED }) {
  const code = new Code();
  const parameters = [...new Set(terms.flatMap(([, ...forms]) => forms.flatMap((form) => Object.keys(form))))];
  const limbs = {};
  for (const parameter of parameters) {
    const ranges = parameter.startsWith("y") ? classes.SIGNED : classes.REDUCED;
    limbs[parameter] = ranges.map((range, i) => code.load(parameter, i, range));
  }
  let columns;
  for (const [k, left, right] of terms) {
    const size = BigInt(Math.abs(k));
    let part;
    if (right === undefined) {
      part = linear(code, left, limbs).map((limb) => code.scale(limb, size));
    } else if (same(left, right)) {
      part = squareColumns(code, linear(code, left, limbs), size);
    } else {
      const scaled = linear(code, left, limbs).map((limb) => code.scale(limb, size));
      part = productColumns(code, scaled, linear(code, right, limbs));
    }
    columns =
      columns === undefined
        ? part
        : columns.map((column, i) => {
            if (part[i] === undefined) return column;
            return k < 0 ? code.subtract(column, part[i]) : code.add(column, part[i]);
          });
  }
  if (factor !== undefined) {
    columns = columns.map((column) => code.multiply(column, { text: "k", low: 0n, high: factor }));
  }
  const crowded = terms.some(([, left, right]) => right !== undefined && !same(left, right));
  reduce(code, columns, crowded).forEach((limb, i) => {
    if (minus === undefined) code.store("r", i, limb, classes.REDUCED[i]);
    else code.store("r", i, code.subtract(limb, code.load(minus, i, classes.REDUCED[i])), classes.SIGNED[i]);
  });
  const last = minus === undefined ? [] : [minus];
  const signature = ["r", ...parameters, ...last].map((parameter) => `${parameter}: usize`);
  if (factor !== undefined) signature.push("k: i64");
  return [
    `/** r = ${comment} */`,
    `export function ${name}(${signature.join(", ")}): void {`,
    ...code.lines().map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

export function generateField() {
  const header = "/** Written by build/generate-field.mjs; see there for what it means and why it cannot overflow. */";
  const kept = "/** Nine values of the function that runs. */\nexport const KEPT: usize = memory.data(72, 8);";
  return `${header}\n\n${kept}\n\n${FUNCTIONS.map((f) => generateFunction(f)).join("\n\n")}\n`;
}
