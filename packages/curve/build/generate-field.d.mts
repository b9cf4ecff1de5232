/** Types of generate-field.mjs, for the test of the bounds. */
export interface Range {
  readonly low: bigint;
  readonly high: bigint;
}
export type Form = Readonly<Record<string, number>>;
export type Term = readonly [number, Form, Form?];
export interface FieldFunction {
  readonly name: string;
  readonly comment: string;
  readonly terms: readonly Term[];
  readonly factor?: bigint | undefined;
  /** A parameter subtracted from the result limb by limb, without carries. */
  readonly minus?: string | undefined;
}
export const REDUCED: readonly Range[];
export const SIGNED: readonly Range[];
export const FUNCTIONS: readonly FieldFunction[];
export function generateFunction(
  description: FieldFunction,
  classes?: { readonly REDUCED: readonly Range[]; readonly SIGNED: readonly Range[] },
): string;
