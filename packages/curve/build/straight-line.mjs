/**
 * Straight-line 64-bit code with proven ranges: every value written carries the interval of integers it can hold, by
 * interval arithmetic, and writing one that could leave the signed 64-bit range throws. The field generator writes all
 * its code through this, so the bounds of lazy reduction are checked by the machine each time the kernel is built.
 *
 * `modular` values are the exception, and the only one: the text of a whole column, whose range is computed beside it
 * from the same operands; the tests evaluate text and formula and compare.
 */
const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

export class Code {
  #lines = [];
  #count = 0;

  /** Loads limb `index` of the element at pointer `name`; without a sign to extend, engines need one instruction less. */
  load(name, index, range) {
    return this.#define("v", `i64.load32_${range.low < 0n ? "s" : "u"}(${name}, ${4 * index})`, range);
  }

  store(name, index, value, bound) {
    if (value.low < bound.low || value.high > bound.high) {
      throw new RangeError(`limb ${index} may be ${value.low}…${value.high}, outside ${bound.low}…${bound.high}`);
    }
    this.#lines.push(`i64.store32(${name}, ${value.text}, ${4 * index});`);
  }

  add(a, b) {
    return this.#define("v", `${a.text} + ${b.text}`, { low: a.low + b.low, high: a.high + b.high });
  }

  subtract(a, b) {
    return this.#define("v", `${a.text} - ${b.text}`, { low: a.low - b.high, high: a.high - b.low });
  }

  scale(a, factor) {
    if (factor === 1n) return a;
    const ends = [a.low * factor, a.high * factor];
    const text = powerOf2(factor) > 0n ? `(${a.text} << ${powerOf2(factor)})` : `${a.text} * ${factor}`;
    return this.#define("v", text, { low: min(ends), high: max(ends) });
  }

  multiply(a, b) {
    return this.#define("v", `${a.text} * ${b.text}`, productRange(a, b));
  }

  /** The low `bits` bits: what `carry` leaves behind, for either sign. */
  low(a, bits) {
    const high = 2n ** BigInt(bits) - 1n;
    const range = a.low >= 0n && a.high <= high ? a : { low: 0n, high };
    return this.#define("v", bits === 32 ? `(${a.text} as u32) as i64` : `${a.text} & ${high}`, range);
  }

  /** ⌊a / 2^bits⌋, so that a = carry·2^bits + low. */
  carry(a, bits) {
    const shift = BigInt(bits);
    return this.#define("v", `${a.text} >> ${bits}`, { low: a.low >> shift, high: a.high >> shift });
  }

  /** An expression mod 2^64 whose value, taken as a signed integer, is claimed to lie in `range`. */
  modular(text, range) {
    return this.#define("v", text, range);
  }

  /** Puts a value into scratch memory, and takes it out again with the range that it had. */
  keep(index, value) {
    this.#lines.push(`store<i64>(KEPT, ${value.text}, ${8 * index});`);
  }

  kept(index, { low, high }) {
    return this.#define("v", `load<i64>(KEPT, ${8 * index})`, { low, high });
  }

  lines() {
    return this.#lines;
  }

  #define(prefix, text, range) {
    if (range !== undefined && (range.low < MIN || range.high > MAX)) {
      throw new RangeError(`${text} may be ${range.low}…${range.high}, outside 64 bits`);
    }
    const name = `${prefix}${this.#count++}`;
    this.#lines.push(`const ${name}: i64 = ${text};`);
    return { text: name, low: range?.low, high: range?.high };
  }
}

export function productRange(a, b) {
  const ends = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return { low: min(ends), high: max(ends) };
}

export function sumRange(ranges) {
  return ranges.reduce((sum, r) => ({ low: sum.low + r.low, high: sum.high + r.high }), { low: 0n, high: 0n });
}

const min = (values) => values.reduce((a, b) => (a < b ? a : b));
const max = (values) => values.reduce((a, b) => (a > b ? a : b));
const powerOf2 = (value) => (value > 0n && (value & (value - 1n)) === 0n ? BigInt(value.toString(2).length - 1) : -1n);
