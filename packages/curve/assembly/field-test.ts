/** The field functions and the Jacobian ones by name, for tests of their laws; no part of the kernel. */

export { nafDigits, windowDigits } from "./digits";
export {
  fromBytes,
  invert,
  isDifferenceZero,
  isEqual,
  isOdd,
  isZero,
  negate,
  normalize,
  squareRoot,
  toBytes,
} from "./field";
export * from "./field.generated";
export { addAffine, addAffineRaw, addJacobian, double, doubleRaw, setAffine, setIdentity } from "./point";
export { splitScalar } from "./scalar";
export { invertPublic } from "./inverse";

const area: usize = memory.data(8192, 16);

export function scratch(): usize {
  return area;
}
