/** Types of straight-line.mjs, for the test of the bounds. */
import type { Range } from "./generate-field.mjs";

export interface Value extends Range {
  readonly text: string;
}
export class Code {
  modular(text: string, range: Range): Value;
  add(a: Value, b: Value): Value;
  subtract(a: Value, b: Value): Value;
  scale(a: Value, factor: bigint): Value;
  multiply(a: Value, b: Value): Value;
  store(name: string, index: number, value: Value, bound: Range): void;
}
