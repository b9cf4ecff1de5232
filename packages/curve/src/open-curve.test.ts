import { afterEach, describe, expect, test } from "vitest";
import { openCurve } from "./open-curve.ts";

const { WebAssembly: real } = globalThis as unknown as { readonly WebAssembly: { readonly Instance: unknown } };

afterEach(() => {
  Object.assign(globalThis, { WebAssembly: real });
});

describe("opening a curve", () => {
  test("the kernel where the host allows it", () => {
    const curve = openCurve({ keys: 4, tables: 0 });
    expect(curve.name).toBe("kernel");
    expect(curve.fallback).toBeUndefined();
  });

  test("noble where WebAssembly is missing, and it says so", () => {
    Object.assign(globalThis, { WebAssembly: undefined });
    const curve = openCurve();
    expect(curve.name).toBe("noble");
    expect(curve.fallback).toBe("this host has no WebAssembly");
    expect(curve.isXOnlyKey(curve.baseMultiply(new Uint8Array(32).fill(1)).slice(1))).toBe(true);
  });

  test("noble where a content security policy forbids it, with the host's own reason", () => {
    class Module {
      constructor() {
        throw new EvalError("Refused by the content security policy");
      }
    }
    Object.assign(globalThis, { WebAssembly: { Module, Instance: real.Instance } });
    const curve = openCurve();
    expect(curve.name).toBe("noble");
    expect(curve.fallback).toBe("Refused by the content security policy");
  });
});
