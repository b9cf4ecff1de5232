/**
 * Proof of work on an event with a member proof (docs/spec/member-proofs.md, PROOF-12).
 *
 * The proof covers the nonce tag, so counting there would need a new proof for every try. The nonce tag says "0" and the
 * target, and what varies is the field `pow` of the proof's JSON: the commitment does not cover it and the id does.
 * A pure step over a range, as nip13.ts: for a worker that shows progress, stops, or goes on elsewhere.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { type EventId, toHex, utf8 } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { type EventTemplate, type Rumor, serialise, toRumor } from "../nostr/event.ts";
import { committedTarget, difficulty, type NonceRange } from "../nostr/nip13.ts";
import { type RingProof, readProof, writeProof } from "../ring/proof-json.ts";
import { PROOF_TAG } from "./commitment.ts";

/** Digits of the counter: as many always, so that its place in the event stays the same. */
const DIGITS = 10;

/** The template with the target that its work will be measured by; to be done before it is proved. */
export function withTarget<T extends EventTemplate>(template: T, target: number): T {
  const others = template.tags.filter((tag) => tag[0] !== "nonce");
  return { ...template, tags: [...others, ["nonce", "0", String(target)]] };
}

/** `best` is the highest difficulty met in this range, `event` the one that has it, `next` where to go on. */
export interface MinedProof {
  readonly done: boolean;
  readonly event: Rumor;
  readonly best: number;
  readonly next: number;
}

/** Mines a proved event that is not signed yet (proof/sign.ts, proveMemberEvent). */
export function mineProof(event: Rumor, { from, count }: NonceRange): MinedProof {
  const { target, proof, place } = readTask(event);
  const spell = (nonce: number): string => nonce.toString(36).padStart(DIGITS, "0");
  const withPow = (nonce: number): Rumor =>
    toRumor(setProof(event, place, writeProof(proof, spell(nonce))), event.pubkey);
  const text = serialise(withPow(from));
  // The counter stands before the closing `"}` of the JSON, in hex.
  const end = text.indexOf(writeProof(proof, spell(from))) + writeProof(proof, spell(from)).length - 4;
  const begun = sha256.create().update(utf8(text.slice(0, end - 2 * DIGITS)));
  const after = utf8(text.slice(end));
  let best = -1;
  let bestAt = from;
  let nonce = from;
  for (; nonce < from + count && best < target; nonce++) {
    const hash = begun
      .clone()
      .update(utf8(toHex(utf8(spell(nonce)))))
      .update(after)
      .digest();
    const bits = difficulty(toHex(hash) as EventId);
    if (bits > best) [best, bestAt] = [bits, nonce];
  }
  return { done: best >= target, event: withPow(bestAt), best, next: nonce };
}

interface Task {
  readonly target: number;
  readonly proof: RingProof;
  /** Of the proof among the tags. */
  readonly place: number;
}

function readTask(event: Rumor): Task {
  const target = committedTarget(event);
  const place = event.tags.findIndex((tag) => tag[0] === PROOF_TAG);
  const tag = event.tags[place];
  if (target === undefined || tag === undefined) {
    throw new UsageError("usage/template", "give the template a target, prove it, and mine it then");
  }
  const reading = readProof(tag[1] ?? "", tag.length - 2);
  if (!reading.ok)
    throw new UsageError("usage/template", `the proof cannot be read (${reading.reason}); prove it again`);
  return { target, proof: reading.proof, place };
}

function setProof(event: Rumor, place: number, proof: string): EventTemplate {
  const { kind, created_at, content } = event;
  const tags = event.tags.map((tag, i) => (i === place ? [PROOF_TAG, proof, ...tag.slice(2)] : tag));
  return { kind, created_at, content, tags };
}
