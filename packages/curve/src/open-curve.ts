/**
 * The fastest curve this host allows: the kernel, or core's plain implementation where WebAssembly (or its SIMD
 * instructions) is missing or forbidden by the content security policy. The fallback says that it is one, and why.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { nobleCurve } from "@subrosa/core/curve/noble";
import { createKernel, type KernelOptions } from "./kernel.ts";

export interface OpenedCurve extends Curve {
  /** Why this is not the kernel; absent where it is. Then `name` is "noble", and verification some thirty times slower. */
  readonly fallback?: string;
}

export function openCurve(options: KernelOptions = {}): OpenedCurve {
  try {
    return createKernel(options);
  } catch (cause) {
    const fallback = cause instanceof Error ? cause.message : "WebAssembly is not available";
    return Object.freeze({ ...nobleCurve, fallback });
  }
}
