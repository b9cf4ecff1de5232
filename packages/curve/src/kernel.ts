/**
 * The `Curve` port on the WebAssembly kernel. This file checks lengths and ranges, copies in and out, and divides long
 * inputs; all arithmetic is in assembly/. Answers and errors are those of core's plain implementation, which one
 * conformance suite holds both to.
 *
 * Memory is laid out once and never grows: `options` decide its size and `memory` states it. A kernel keeps no secret
 * between calls, and wipes what it copied of one.
 */
import type { Curve, RandomSource, RingTable, SchnorrItem } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { KERNEL_BASE64 } from "./kernel.generated.ts";
import { fromBase64, instantiate, type KernelExports } from "./wasm.ts";

export interface KernelOptions {
  /** Lifted keys remembered, 120 bytes each; rounded up to four times a power of 2. Default 4096. */
  readonly keys?: number;
  /** Tables for keys seen often, 51 kB each, filled in as they are earned. Default 512. */
  readonly tables?: number;
}

export interface KernelMemory {
  /** The whole linear memory; constant for the life of the kernel. Pages never written to cost nothing on most hosts. */
  readonly bytes: number;
  readonly baseTableBytes: number;
  readonly keys: number;
  readonly bytesPerKey: number;
  readonly tables: number;
  readonly bytesPerTable: number;
}

export interface Kernel extends Curve {
  readonly name: "kernel";
  readonly memory: KernelMemory;
}

const BYTES_PER_KEY = 120;
const BYTES_PER_TABLE = 22 * 32 * 72;
const BASE_TABLE_BYTES = 11 * 2048 * 72;
const IO_BYTES = 65_536;
/** Signatures, keys or pairs of points, and points of a sum in one call of the kernel. */
const BATCH = 64;
const CHUNK = 128;
const FEW_CHUNK = 64;
/** Points in one pass of buckets, and the count from which buckets are cheaper. */
const BUCKET_CHUNK = 512;
const BUCKETS_FROM = 192;
/** Signature and key come before the message. */
const MESSAGE = 96;
/** At this size or less a failed batch is verified one by one. */
const SINGLES = 4;

/** Throws where the host forbids or lacks WebAssembly (see `openCurve`), or the memory asked for is not to be had. */
export function createKernel(options: KernelOptions = {}): Kernel {
  const sets = 2 ** Math.ceil(Math.log2(Math.max(1, (options.keys ?? 4096) / 4)));
  const tables = options.tables ?? 512;
  if (!Number.isInteger(tables) || tables < 0 || tables > 32_768 || !(sets <= 2 ** 20)) {
    throw new UsageError("usage/range", "ask for 0 to 32,768 tables and at most 4,194,304 keys");
  }
  const wasm = instantiate<KernelExports>(fromBase64(KERNEL_BASE64));
  if (wasm.open(sets, tables) === 0) throw new UsageError("usage/range", "not enough memory: ask for fewer tables");
  const { buffer } = wasm.memory;
  const io = wasm.io();
  const bytes = new Uint8Array(buffer, io, IO_BYTES);
  const read = (at: number, length: number): Uint8Array => bytes.slice(at, at + length);

  function stream(message: Uint8Array, at: number): void {
    const room = IO_BYTES - at;
    for (let from = 0; from < message.length; from += room) {
      const part = message.subarray(from, from + room);
      bytes.set(part, at);
      wasm.hashUpdate(io + at, part.length);
    }
  }

  function isXOnlyKey(x: Uint8Array): boolean {
    if (x.length !== 32) return false;
    bytes.set(x);
    return wasm.isKey(io) !== 0;
  }

  function isPoint(point: Uint8Array): boolean {
    if (point.length !== 33) return false;
    bytes.set(point);
    return wasm.arePoints(io, 1) !== 0;
  }

  function verifySchnorr(signature: Uint8Array, message: Uint8Array, pubkey: Uint8Array): boolean {
    if (signature.length !== 64 || pubkey.length !== 32) return false;
    bytes.set(signature);
    bytes.set(pubkey, 64);
    if (message.length <= IO_BYTES - MESSAGE) {
      bytes.set(message, MESSAGE);
      return wasm.verify(message.length) !== 0;
    }
    wasm.challengeStart();
    stream(message, MESSAGE);
    return wasm.verifyFinish() !== 0;
  }

  function verifySchnorrBatch(items: readonly SchnorrItem[], random: RandomSource): boolean[] {
    const answers = items.map(() => false);
    for (let from = 0; from < items.length; from += BATCH) {
      const places: number[] = [];
      for (let i = from; i < Math.min(from + BATCH, items.length); i++) {
        const { signature, message, pubkey } = items[i]!;
        if (signature.length !== 64 || pubkey.length !== 32) continue;
        bytes.set(signature);
        bytes.set(pubkey, 64);
        wasm.challengeStart();
        stream(message, MESSAGE);
        if (wasm.batchAdd(places.length) !== 0) places.push(i);
      }
      if (places.length === 0) continue;
      const seed = random(32);
      if (seed.length !== 32)
        throw new UsageError("usage/length", "the random source gives the length it is asked for");
      bytes.set(seed);
      wasm.batchSeal(places.length, io);
      settle(items, places, answers, 0, places.length);
    }
    return answers;
  }

  /** The batch from … to holds, or its halves are looked at; the last few are verified for themselves. */
  function settle(items: readonly SchnorrItem[], places: number[], answers: boolean[], from: number, to: number): void {
    if (to - from <= SINGLES) {
      for (const place of places.slice(from, to)) {
        const { signature, message, pubkey } = items[place]!;
        answers[place] = verifySchnorr(signature, message, pubkey);
      }
    } else if (wasm.batchCheck(from, to) !== 0) {
      for (const place of places.slice(from, to)) answers[place] = true;
    } else {
      const middle = (from + to) >> 1;
      settle(items, places, answers, from, middle);
      settle(items, places, answers, middle, to);
    }
  }

  function checkScalars(flat: Uint8Array, count: number): void {
    if (flat.length !== 32 * count) throw new UsageError("usage/length", "give 32 bytes of scalar for every point");
    for (let from = 0; from < flat.length; from += IO_BYTES) {
      const part = flat.subarray(from, from + IO_BYTES);
      bytes.set(part);
      if (wasm.scalarsBelowOrder(io, part.length / 32) !== part.length / 32) {
        throw new UsageError("usage/range", "a scalar is below the group order; reduce it first");
      }
    }
  }

  function openRing(pubkeys: readonly Uint8Array[]): RingTable | undefined {
    for (const pubkey of pubkeys) if (!isXOnlyKey(pubkey)) return undefined;
    const keys = new Uint8Array(32 * pubkeys.length);
    pubkeys.forEach((pubkey, i) => {
      keys.set(pubkey, 32 * i);
    });
    const sums = (a: Uint8Array, b: Uint8Array): Uint8Array | undefined => {
      checkScalars(a, pubkeys.length);
      checkScalars(b, pubkeys.length);
      return ringSums(keys, a, b);
    };
    const sumAt = (index: number, a: Uint8Array, b: Uint8Array): Uint8Array | undefined => {
      if (!Number.isInteger(index) || index < 0 || index >= pubkeys.length) {
        throw new UsageError("usage/range", "the index is outside the ring");
      }
      checkScalar(a);
      checkScalar(b);
      return ringSums(keys.subarray(32 * index, 32 * index + 32), a, b);
    };
    return Object.freeze({ size: pubkeys.length, sums, sumAt });
  }

  function ringSums(keys: Uint8Array, a: Uint8Array, b: Uint8Array): Uint8Array | undefined {
    const count = keys.length / 32;
    const result = new Uint8Array(33 * count);
    for (let from = 0; from < count; from += CHUNK) {
      const size = Math.min(CHUNK, count - from);
      const span = [32 * from, 32 * (from + size)] as const;
      bytes.set(keys.subarray(...span), 0);
      bytes.set(a.subarray(...span), 32 * CHUNK);
      bytes.set(b.subarray(...span), 64 * CHUNK);
      const out = 96 * CHUNK;
      if (wasm.ringSums(io, io + 32 * CHUNK, io + 64 * CHUNK, io + out, size, 2) === 0) return undefined;
      result.set(bytes.subarray(out, out + 33 * size), 33 * from);
    }
    return result;
  }

  function checkPoints(flat: Uint8Array): void {
    if (flat.length % 33 !== 0) throw new UsageError("usage/length", "give 33 bytes for every point");
  }

  function sumOfTwo(p: Uint8Array, a: Uint8Array, q: Uint8Array, b: Uint8Array): Uint8Array | undefined {
    checkPoints(p);
    checkPoints(q);
    if (q.length !== p.length && q.length !== 33) {
      throw new UsageError("usage/length", "give as many second points as first ones, or one for all");
    }
    const count = p.length / 33;
    checkScalars(a, count);
    checkScalars(b, count);
    const shared = q.length === 33 && count !== 1;
    if (shared && !isPoint(q)) return undefined;
    const result = new Uint8Array(33 * count);
    for (let from = 0; from < count; from += CHUNK) {
      const size = Math.min(CHUNK, count - from);
      const at = { p: 0, q: 33 * CHUNK, a: 66 * CHUNK, b: 98 * CHUNK, out: 130 * CHUNK };
      bytes.set(p.subarray(33 * from, 33 * (from + size)), at.p);
      bytes.set(shared ? q : q.subarray(33 * from, 33 * (from + size)), at.q);
      bytes.set(a.subarray(32 * from, 32 * (from + size)), at.a);
      bytes.set(b.subarray(32 * from, 32 * (from + size)), at.b);
      const done = wasm.pairSums(io + at.p, io + at.a, io + at.q, io + at.b, io + at.out, size, shared ? 1 : 0);
      if (done === 0) return undefined;
      result.set(bytes.subarray(at.out, at.out + 33 * size), 33 * from);
    }
    return result;
  }

  function multiScalar(points: Uint8Array, scalars: Uint8Array): Uint8Array | undefined {
    checkPoints(points);
    const count = points.length / 33;
    checkScalars(scalars, count);
    wasm.multiStart();
    const many = count >= BUCKETS_FROM;
    const chunk = many ? BUCKET_CHUNK : FEW_CHUNK;
    const scalarsAt = 33 * chunk;
    for (let from = 0; from < count; from += chunk) {
      const size = Math.min(chunk, count - from);
      bytes.set(points.subarray(33 * from, 33 * (from + size)));
      bytes.set(scalars.subarray(32 * from, 32 * (from + size)), scalarsAt);
      const add = many ? wasm.multiAddMany : wasm.multiAddFew;
      if (add(io, io + scalarsAt, size) === 0) return undefined;
    }
    return wasm.multiFinish(io) === 0 ? undefined : read(0, 33);
  }

  function hashToCurve(message: Uint8Array, dst: Uint8Array): Uint8Array {
    if (dst.length < 1 || dst.length > 255) throw new UsageError("usage/length", "a DST is 1 to 255 bytes");
    bytes.set(dst);
    wasm.hashToCurveStart(io, dst.length);
    stream(message, 0);
    if (wasm.hashToCurveFinish(io) === 0) throw new UsageError("usage/point", "the message hashes to no point");
    return read(0, 33);
  }

  function checkScalar(value: Uint8Array): void {
    if (value.length !== 32) throw new UsageError("usage/length", "a scalar is 32 bytes");
    bytes.set(value);
    if (wasm.scalarKind(io) === 0) {
      throw new UsageError("usage/range", "a scalar is below the group order; reduce it first");
    }
  }

  /** Leaves the secret at the start of the exchanged bytes. */
  function takeSecret(secret: Uint8Array): void {
    if (secret.length !== 32) throw new UsageError("usage/length", "a scalar is 32 bytes");
    bytes.set(secret);
    const kind = wasm.scalarKind(io);
    if (kind === 2) return;
    wipe(32);
    if (kind === 0) throw new UsageError("usage/range", "a scalar is below the group order; reduce it first");
    throw new UsageError("usage/secret", "a secret scalar is not zero");
  }

  function wipe(length: number): void {
    bytes.fill(0, 0, length);
    wasm.wipeScalars();
  }

  function baseMultiply(secret: Uint8Array): Uint8Array {
    takeSecret(secret);
    wasm.secretBaseMultiply(io + 64, io);
    const point = read(64, 33);
    wipe(128);
    return point;
  }

  function multiplyAt(secret: Uint8Array, point: Uint8Array, call: typeof wasm.multiply): Uint8Array | undefined {
    takeSecret(secret);
    bytes.set(point, 32);
    const product = call(io + 96, io, io + 32) === 0 ? undefined : read(96, 33);
    wipe(160);
    return product;
  }

  function multiply(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined {
    return point.length === 33 ? multiplyAt(secret, point, wasm.multiply) : refuse(secret);
  }

  function ecdh(secret: Uint8Array, pubkey: Uint8Array): Uint8Array | undefined {
    return pubkey.length === 32 ? multiplyAt(secret, pubkey, wasm.multiplyKey)?.slice(1) : refuse(secret);
  }

  function refuse(_secret: Uint8Array): undefined {
    return undefined;
  }

  function signSchnorr(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array {
    takeSecret(secret);
    if (aux.length !== 32) {
      wipe(32);
      throw new UsageError("usage/length", "BIP-340 takes 32 auxiliary random bytes");
    }
    bytes.set(aux, 32);
    wasm.signStart();
    wipe(64);
    stream(message, MESSAGE);
    if (wasm.signNonce() === 0) {
      wasm.wipeSecrets();
      throw new UsageError("usage/secret", "this nonce is zero: sign with other auxiliary bytes");
    }
    stream(message, MESSAGE);
    wasm.signFinish();
    const signature = read(0, 64);
    wasm.challengeStart();
    stream(message, MESSAGE);
    if (wasm.verifyOwnFinish() === 0) throw new Error("the signature made does not verify");
    return signature;
  }

  function scalarReduce(value: Uint8Array): Uint8Array {
    if (value.length < 32 || value.length > 64) throw new UsageError("usage/length", "give 32 to 64 bytes to reduce");
    bytes.fill(0, 0, 64);
    bytes.set(value, 64 - value.length);
    wasm.scalarReduce(io, io);
    return takeScalar();
  }

  function takeScalar(): Uint8Array {
    const result = read(0, 32);
    wipe(64);
    return result;
  }

  /** Checks both and leaves them side by side. */
  function takeTwo(a: Uint8Array, b: Uint8Array): void {
    checkScalar(a);
    checkScalar(b);
    bytes.set(a);
    bytes.set(b, 32);
  }

  function scalarAdd(a: Uint8Array, b: Uint8Array): Uint8Array {
    takeTwo(a, b);
    wasm.scalarAdd(io, io, io + 32);
    return takeScalar();
  }

  function scalarMultiply(a: Uint8Array, b: Uint8Array): Uint8Array {
    takeTwo(a, b);
    wasm.scalarMultiply(io, io, io + 32);
    return takeScalar();
  }

  function scalarNegate(a: Uint8Array): Uint8Array {
    checkScalar(a);
    wasm.scalarNegate(io, io);
    return takeScalar();
  }

  return Object.freeze({
    name: "kernel",
    memory: Object.freeze({
      bytes: buffer.byteLength,
      baseTableBytes: BASE_TABLE_BYTES,
      keys: 4 * sets,
      bytesPerKey: BYTES_PER_KEY,
      tables,
      bytesPerTable: BYTES_PER_TABLE,
    }),
    isXOnlyKey,
    isPoint,
    verifySchnorr,
    verifySchnorrBatch,
    openRing,
    sumOfTwo,
    multiScalar,
    hashToCurve,
    baseMultiply,
    multiply,
    ecdh,
    signSchnorr,
    scalarReduce,
    scalarAdd,
    scalarMultiply,
    scalarNegate,
  });
}
