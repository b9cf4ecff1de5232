import { describe, expect, test } from "vitest";
import {
  type FieldFunction,
  type Form,
  FUNCTIONS,
  generateFunction,
  REDUCED,
  SIGNED,
  type Term,
} from "../../build/generate-field.mjs";
import { Code } from "../../build/straight-line.mjs";

/** The 2^64 arithmetic of the generated code, run with BigInt: the same text, no other interpretation of the formula. */
function interpret(source: string, inputs: Readonly<Record<string, readonly bigint[]>>, k = 1n): bigint[] {
  const values = new Map<string, bigint>([["k", k]]);
  const result: bigint[] = [];
  const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
  const read = (text: string): bigint => values.get(text) ?? BigInt(text);
  const evaluate = (expression: string): bigint => {
    const load = /^i64\.load32_[su]\((\w+), (\d+)\)$/.exec(expression);
    if (load) return inputs[load[1]!]![Number(load[2]) / 4]!;
    const kept = /^load<i64>\(KEPT, (\d+)\)$/.exec(expression);
    if (kept) return values.get(`KEPT ${kept[1]}`)!;
    const low = /^\((\w+) as u32\) as i64$/.exec(expression);
    if (low) return BigInt.asUintN(32, read(low[1]!));
    const other = /^\(?(\w+) (<<|>>|&|-) (\w+)\)?$/.exec(expression);
    if (other) {
      const [a, b] = [read(other[1]!), read(other[3]!)];
      if (other[2] === "<<") return wrap(a << b);
      if (other[2] === ">>") return a >> b;
      return other[2] === "&" ? a & b : wrap(a - b);
    }
    const product = (term: string): bigint =>
      term
        .split(" * ")
        .map(read)
        .reduce((x, y) => wrap(x * y));
    return expression
      .split(" + ")
      .map(product)
      .reduce((x, y) => wrap(x + y));
  };
  for (const line of source.split("\n")) {
    const definition = /^ {2}const (\w+): i64 = (.*);$/.exec(line);
    if (definition) values.set(definition[1]!, evaluate(definition[2]!));
    const keep = /^ {2}store<i64>\(KEPT, (\w+), (\d+)\);$/.exec(line);
    if (keep) values.set(`KEPT ${keep[2]}`, values.get(keep[1]!)!);
    const store = /^ {2}i64\.store32\(r, (\w+), (\d+)\);$/.exec(line);
    if (store) result[Number(store[2]) / 4] = values.get(store[1]!)!;
  }
  return result;
}

const P = 2n ** 256n - 2n ** 32n - 977n;
const whole = (limbs: readonly bigint[]): bigint => limbs.reduce((sum, limb, i) => sum + (limb << BigInt(29 * i)), 0n);
const modP = (value: bigint): bigint => ((value % P) + P) % P;

const parametersOf = (terms: readonly Term[]): string[] => [
  ...new Set(terms.flatMap(([, ...forms]) => forms.flatMap((form) => Object.keys(form ?? {})))),
];

/** The formula itself, on integers. */
function formula(
  { terms, minus }: FieldFunction,
  inputs: Readonly<Record<string, readonly bigint[]>>,
  k: bigint,
): bigint {
  const linear = (form: Form): bigint =>
    Object.entries(form).reduce((sum, [name, factor]) => sum + BigInt(factor) * whole(inputs[name]!), 0n);
  const sum = terms.reduce((total, [size, a, b]) => total + BigInt(size) * linear(a) * (b ? linear(b) : 1n), 0n);
  return modP(sum * k - (minus === undefined ? 0n : whole(inputs[minus]!)));
}

describe("limbs at their bounds", () => {
  for (const description of FUNCTIONS) {
    const { name, terms, factor, minus } = description;
    const source = generateFunction(description);
    const parameters = [...parametersOf(terms), ...(minus === undefined ? [] : [minus])];
    const [promise, bounds] = minus === undefined ? ["reduced again", REDUCED] : ["signed", SIGNED];

    test(`${name}: right with every limb at an end of its range, and ${promise}`, () => {
      // Every parameter at its lowest, at its highest, and mixed by the bits of a counter.
      for (let mix = 0; mix < 64; mix++) {
        const inputs = Object.fromEntries(
          parameters.map((parameter, at) => {
            const ranges = parameter.startsWith("y") ? SIGNED : REDUCED;
            const high = (i: number): boolean =>
              mix < 4 ? (mix >> (at % 2)) % 2 === 1 : (mix * (at + 3) * (i + 7)) % 5 < 2;
            return [parameter, ranges.map((range, i) => (high(i) ? range.high : range.low))];
          }),
        );
        const k = factor ?? 1n;
        const result = interpret(source, inputs, k);
        expect(modP(whole(result)), `mix ${mix}`).toBe(formula(description, inputs, k));
        result.forEach((limb, i) => {
          expect(limb >= bounds[i]!.low && limb <= bounds[i]!.high, `limb ${i} of mix ${mix}`).toBe(true);
        });
      }
    });
  }

  test("one product more than the columns can hold does not generate", () => {
    const tooMuch: FieldFunction = { name: "seeded", comment: "", terms: [[4, { a: 1 }, { b: 1 }]] };
    expect(() => generateFunction(tooMuch)).toThrow(RangeError);
    const difference: FieldFunction = {
      name: "seeded",
      comment: "",
      terms: [
        [1, { a: 1 }, { b: 3, c: -1 }],
        [-4, { d: 1 }, { d: 1 }],
      ],
    };
    expect(() => generateFunction(difference)).toThrow(RangeError);
  });

  test("operands one bit wider do not generate", () => {
    const wider = REDUCED.map(({ low, high }) => ({ low: 2n * low, high: 2n * high }));
    const widest = FUNCTIONS.find(({ name }) => name === "mulAddMul")!;
    expect(() => generateFunction(widest, { REDUCED: wider, SIGNED })).toThrow(RangeError);
  });

  test("a value that may leave 64 bits is refused where it is written", () => {
    const code = new Code();
    const half = code.modular("x", { low: 0n, high: 2n ** 61n });
    const sum = code.add(half, half);
    expect(() => code.add(code.add(sum, sum), sum)).toThrow(RangeError);
    expect(() => code.multiply(half, half)).toThrow(/outside 64 bits/);
    expect(() => code.store("r", 0, half, { low: 0n, high: 2n ** 29n })).toThrow(/limb 0/);
  });
});
