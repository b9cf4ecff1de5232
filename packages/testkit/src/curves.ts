/**
 * The curves that tests run on: the kernel, where a test does much with it, and core's plain implementation beside it.
 * What the kernel computes is held to the plain one by the conformance suite of packages/curve.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { openCurve } from "@subrosa/curve/open-curve";

export const plainCurve: Curve = nobleCurve;

/** One for the test file that imports it. */
export const fastCurve: Curve = openCurve();
