/**
 * SHA-256 (FIPS 180-4 §6.2) over a stream, one hash at a time, with the midstates of BIP-340's tags kept. The host
 * feeds long messages piece by piece.
 */
import { TAG_AUX, TAG_CHALLENGE, TAG_NONCE } from "./constants.generated";

const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

const state: usize = memory.data(32, 8);
const block: usize = memory.data(64, 8);
const schedule: usize = memory.data(256, 8);
let length: u64 = 0;

/** Midstates after the 64 bytes of a tag, computed on first use. */
const midstates: usize = memory.data(3 * 32, 8);
let midstatesReady = false;

export const CHALLENGE: usize = 0;
export const AUX: usize = 1;
export const NONCE: usize = 2;

function compress(input: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(schedule + i, bswap<u32>(load<u32>(input + i)));
  for (let i: usize = 64; i < 256; i += 4) {
    const at = schedule + i;
    const w15 = load<u32>(at - 60);
    const w2 = load<u32>(at - 8);
    const s0 = rotr<u32>(w15, 7) ^ rotr<u32>(w15, 18) ^ (w15 >>> 3);
    const s1 = rotr<u32>(w2, 17) ^ rotr<u32>(w2, 19) ^ (w2 >>> 10);
    store<u32>(at, load<u32>(at - 64) + s0 + load<u32>(at - 28) + s1);
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let i: usize = 0; i < 256; i += 4) {
    const s1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
    const t1 = h + s1 + (g ^ (e & (f ^ g))) + load<u32>(K + i) + load<u32>(schedule + i);
    const s0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
    const t2 = s0 + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}

export function hashStart(): void {
  memory.copy(state, INITIAL, 32);
  length = 0;
}

function prepareMidstate(which: usize, tag: usize): void {
  hashStart();
  memory.copy(block, tag, 32);
  memory.copy(block + 32, tag, 32);
  compress(block);
  memory.copy(midstates + 32 * which, state, 32);
}

export function hashStartTagged(which: usize): void {
  if (!midstatesReady) {
    prepareMidstate(CHALLENGE, TAG_CHALLENGE);
    prepareMidstate(AUX, TAG_AUX);
    prepareMidstate(NONCE, TAG_NONCE);
    midstatesReady = true;
  }
  memory.copy(state, midstates + 32 * which, 32);
  length = 64;
}

export function hashUpdate(bytes: usize, count: usize): void {
  let filled = (length & 63) as usize;
  length += count as u64;
  while (count > 0) {
    if (filled === 0 && count >= 64) {
      compress(bytes);
      bytes += 64;
      count -= 64;
      continue;
    }
    const part = count < 64 - filled ? count : 64 - filled;
    memory.copy(block + filled, bytes, part);
    filled += part;
    bytes += part;
    count -= part;
    if (filled === 64) {
      compress(block);
      filled = 0;
    }
  }
}

export function hashFinish(out: usize): void {
  const filled = (length & 63) as usize;
  store<u8>(block + filled, 0x80);
  memory.fill(block + filled + 1, 0, 63 - filled);
  if (filled >= 56) {
    compress(block);
    memory.fill(block, 0, 64);
  }
  store<u64>(block, bswap<u64>(length << 3), 56);
  compress(block);
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(state + i)));
}

export function wipeHashScratch(): void {
  memory.fill(state, 0, 32);
  memory.fill(block, 0, 64);
  memory.fill(schedule, 0, 256);
}
