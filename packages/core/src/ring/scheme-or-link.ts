/**
 * The scheme `or-link`: as `or`, and two proofs of one key in one scope show the same key image (docs/spec/rings.md §2).
 *
 *     ctx = H_"nostr-ring/scope"( utf8(scope) );  B_i = hash_to_curve( 0x02 ‖ P_i ‖ ctx );  I = d·B_π
 *     R_i = r_i·B_i + c_i·I          R_π = k·B_π
 *     c   = H_"nostr-ring/or-link"( ringDigest ‖ m ‖ ctx ‖ comp(I) ‖ comp(L_1..n) ‖ comp(R_1..n) ) mod n
 *
 * RING-5: hash_to_curve is RFC 9380; with H(P)·G for a base, I = h·P would name the signer. RING-7: a base per key,
 * so that keys that are related by a known tweak do not become linkable through a common one. Used only when asked for
 * (RING-11): whoever later has the key can recompute the image.
 */
import { concat, toHex, utf8 } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { taggedHash } from "../hash.ts";
import { blendRow, rowAt, selectRow } from "./mask.ts";
import { nonceRows, nonces, untilSigned } from "./nonce.ts";
import { finish, STEP } from "./progress.ts";
import type { ProofReason } from "./reasons.ts";
import type { Ring } from "./ring.ts";
import { areScalars } from "./scalar.ts";
import { checkMessage, closeRow, type OrInput, type SignOrInput, signerMasks, sumsTo } from "./scheme-or.ts";
import { isScope } from "./scope.ts";

/** RING-5. */
const DST = utf8("NOSTR-RING-V1-secp256k1_XMD:SHA-256_SSWU_RO_");

export interface OrLinkProof {
  readonly alg: "or-link";
  readonly c: Uint8Array;
  readonly r: Uint8Array;
  /** 33 bytes. */
  readonly keyImage: Uint8Array;
  readonly scope: string;
}

export function signOrLink(input: SignOrInput & { readonly scope: string }): OrLinkProof {
  const { ring, message, scope, fresh } = input;
  const masks = signerMasks(ring, input.secret);
  checkMessage(message);
  if (!isScope(scope)) throw new UsageError("usage/scope", "a scope is 1 to 256 bytes of well-formed text");
  return untilSigned(fresh, (bytes) => {
    const proof = attempt(input, bytes, masks);
    return proof && finish(verifyOrLink({ ring, message }, proof)) === undefined ? proof : undefined;
  });
}

function attempt(
  { ring, message, secret, scope }: SignOrInput & { readonly scope: string },
  fresh: Uint8Array,
  masks: Uint8Array,
): OrLinkProof | undefined {
  const { curve } = ring;
  const context = scopeContext(scope);
  const drawn = nonces({ tag: "nostr-ring/nonce", secret, fresh, message, ringOrder: ring.order, context }, curve);
  const [k, c, r] = [drawn.derive("k", 0), nonceRows(drawn, "c", ring.size), nonceRows(drawn, "r", ring.size)];
  drawn.wipe();
  if (!areScalars(k) || !areScalars(c) || !areScalars(r)) return undefined;
  const bases = finish(linkBases(ring, context));
  const ownBase = selectRow(bases, 33, masks);
  const keyImage = onCurve(curve.multiply(secret.expose(), ownBase));
  const ownLeft = curve.baseMultiply(k);
  const ownRight = onCurve(curve.multiply(k, ownBase));
  const left = finish(ring.sums(r, c));
  const right = curve.sumOfTwo(bases, r, keyImage, c);
  if (left === undefined || right === undefined) return undefined;
  blendRow(left, ownLeft, masks);
  blendRow(right, ownRight, masks);
  const ownChallenge = challenge({ ring, message, context, keyImage, left, right });
  closeRow({ c, r, k, challenge: ownChallenge, secret, masks }, curve);
  return areScalars(c) && areScalars(r) ? { alg: "or-link", c, r, keyImage, scope } : undefined;
}

/** Yields the number of keys done, out of twice the ring; answers with a reason, or undefined where the proof holds. */
export function* verifyOrLink(input: OrInput, proof: OrLinkProof): Generator<number, ProofReason | undefined> {
  const { ring, message } = input;
  const { c, r, keyImage, scope } = proof;
  if (c.length !== 32 * ring.size || r.length !== 32 * ring.size) return "proof-ring-size";
  if (!isScope(scope)) return "proof-scope";
  if (!areScalars(c) || !areScalars(r)) return "proof-scalar";
  if (!ring.curve.isPoint(keyImage)) return "proof-point";
  const context = scopeContext(scope);
  const left = yield* ring.sums(r, c);
  if (left === undefined) return "proof-invalid";
  const bases = yield* linkBases(ring, context);
  const right = yield* imageSums({ bases, r, c, keyImage }, ring);
  if (right === undefined) return "proof-invalid";
  const expected = challenge({ ring, message, context, keyImage, left, right });
  return sumsTo(c, expected, ring.curve) ? undefined : "proof-invalid";
}

/** Two images say "the same signer" only where ring and scope are the same; RING-7 puts the ring's name into the scope. */
export function isLinked(
  a: Pick<OrLinkProof, "keyImage" | "scope">,
  b: Pick<OrLinkProof, "keyImage" | "scope">,
): boolean {
  return a.scope === b.scope && toHex(a.keyImage) === toHex(b.keyImage);
}

function scopeContext(scope: string): Uint8Array {
  return taggedHash("nostr-ring/scope", utf8(scope));
}

/** Bases between two steps: each costs as much as several sums. */
const BASES = STEP / 4;

/** B_i for every key, flat; of public values only, so they may be kept. */
function* linkBases(ring: Ring, context: Uint8Array): Generator<number, Uint8Array> {
  const kept = ring.keptBases(context);
  if (kept !== undefined) return kept;
  const points = ring.points();
  const bases = new Uint8Array(points.length);
  for (let i = 0; i < ring.size; i++) {
    bases.set(ring.curve.hashToCurve(concat(rowAt(points, i, 33), context), DST), 33 * i);
    if ((i + 1) % BASES === 0) yield ring.size;
  }
  ring.keepBases(context, bases);
  return bases;
}

interface ImageRows {
  readonly bases: Uint8Array;
  readonly r: Uint8Array;
  readonly c: Uint8Array;
  readonly keyImage: Uint8Array;
}

/** R_i = r_i·B_i + c_i·I for every key, flat, or undefined where any is the identity (RING-4a). */
function* imageSums({ bases, r, c, keyImage }: ImageRows, ring: Ring): Generator<number, Uint8Array | undefined> {
  const all = new Uint8Array(33 * ring.size);
  for (let at = 0; at < ring.size; at += STEP) {
    const to = Math.min(at + STEP, ring.size);
    const [b, x, y] = [bases.subarray(33 * at, 33 * to), r.subarray(32 * at, 32 * to), c.subarray(32 * at, 32 * to)];
    const sums = ring.curve.sumOfTwo(b, x, keyImage, y);
    if (sums === undefined) return undefined;
    all.set(sums, 33 * at);
    yield ring.size + to;
  }
  return all;
}

interface Transcript {
  readonly ring: Ring;
  readonly message: Uint8Array;
  readonly context: Uint8Array;
  readonly keyImage: Uint8Array;
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/** RING-6: the ring, the message, the scope and the image are all in it. */
function challenge({ ring, message, context, keyImage, left, right }: Transcript): Uint8Array {
  const hash = taggedHash("nostr-ring/or-link", ring.order, message, context, keyImage, left, right);
  return ring.curve.scalarReduce(hash);
}

function onCurve(point: Uint8Array | undefined): Uint8Array {
  if (point === undefined) throw new UsageError("usage/state", "the curve refuses a point that it made itself");
  return point;
}
