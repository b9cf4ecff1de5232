/**
 * The little of WebAssembly that the kernel needs, without the types of any host: bytes from base64, and an instance
 * made synchronously. Works under a content security policy with `wasm-unsafe-eval` and nothing more.
 */
interface Host {
  readonly WebAssembly?: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  };
}

/** The exports of assembly/kernel.ts; addresses are numbers, booleans 0 or 1. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  io(): number;
  open(sets: number, tables: number): number;
  isKey(bytes: number): number;
  arePoints(points: number, count: number): number;
  challengeStart(): void;
  hashUpdate(bytes: number, count: number): void;
  verify(messageLength: number): number;
  verifyFinish(): number;
  verifyOwnFinish(): number;
  batchAdd(index: number): number;
  batchSeal(count: number, seed: number): void;
  batchCheck(from: number, to: number): number;
  ringSums(keys: number, a: number, b: number, out: number, count: number, weight: number): number;
  pairSums(p: number, a: number, q: number, b: number, out: number, count: number, shared: number): number;
  multiStart(): void;
  multiAddFew(points: number, scalars: number, count: number): number;
  multiAddMany(points: number, scalars: number, count: number): number;
  multiFinish(out: number): number;
  hashToCurveStart(dst: number, length: number): void;
  hashToCurveFinish(out: number): number;
  secretBaseMultiply(out: number, secret: number): void;
  multiply(out: number, secret: number, point: number): number;
  multiplyKey(out: number, secret: number, key: number): number;
  signStart(): void;
  signNonce(): number;
  signFinish(): void;
  wipeSecrets(): void;
  scalarKind(bytes: number): number;
  scalarsBelowOrder(bytes: number, count: number): number;
  scalarReduce(out: number, bytes: number): void;
  scalarAdd(out: number, left: number, right: number): void;
  scalarMultiply(out: number, left: number, right: number): void;
  scalarNegate(out: number, bytes: number): void;
  wipeScalars(): void;
}

/** Throws what the host throws where it forbids WebAssembly, or has none. */
export function instantiate<Exports>(bytes: Uint8Array): Exports {
  const { WebAssembly } = globalThis as unknown as Host;
  if (WebAssembly === undefined) throw new TypeError("this host has no WebAssembly");
  const module = new WebAssembly.Module(bytes);
  return new WebAssembly.Instance(module, {}).exports as Exports;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Padded base64 that this package wrote itself. */
export function fromBase64(text: string): Uint8Array {
  const values = new Uint8Array(128);
  for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    let word = 0;
    for (let k = 0; k < 4; k++) word = (word << 6) | values[text.charCodeAt(i + k)]!;
    for (let k = 0; k < 3 && at < bytes.length; k++) bytes[at++] = word >>> (16 - 8 * k);
  }
  return bytes;
}
