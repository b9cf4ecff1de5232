/**
 * Why a ring or its proof is refused, in the order in which it is looked for, with a sentence for people.
 *
 * Spec: docs/spec/rings.md §6. The codes are API; the sentences are for a screen and name no input.
 */

export type RingKeysReason = "ring-size" | "ring-key" | "ring-duplicate";
export type RingReason = RingKeysReason | "ring-self";

export type ProofReason =
  | "proof-size"
  | "proof-encoding"
  | "proof-json"
  | "proof-alg"
  | "proof-ring-size"
  | "proof-scope"
  | "proof-scalar"
  | "proof-point"
  | "proof-invalid";

export type RingSignatureReason =
  | "ringsig-size"
  | "ringsig-encoding"
  | "ringsig-alg"
  | "ringsig-ring-size"
  | "ringsig-scalar"
  | "ringsig-point"
  | "ringsig-invalid";

export const RING_SENTENCES: Readonly<Record<RingReason, string>> = {
  "ring-size": "A ring has between 2 and 1,000 keys.",
  "ring-key": "One of the ring's keys is not a public key.",
  "ring-duplicate": "One key stands in the ring twice.",
  "ring-self": "The one-time key that signed this is itself a member of the ring.",
};

export const PROOF_SENTENCES: Readonly<Record<ProofReason, string>> = {
  "proof-size": "The proof is longer than a ring of this size needs.",
  "proof-encoding": "The proof is neither hex, nor base64, nor JSON text.",
  "proof-json": "The proof is not written in the form that was agreed.",
  "proof-alg": "The proof uses a scheme that is not known here.",
  "proof-ring-size": "The proof was made for another number of keys.",
  "proof-scope": "The proof's scope is not one that may be used here.",
  "proof-scalar": "A number in the proof is out of range.",
  "proof-point": "The proof's key image is not a point of the curve.",
  "proof-invalid": "The proof does not hold: no member of this ring made it for these words.",
};

export const RING_SIGNATURE_SENTENCES: Readonly<Record<RingSignatureReason, string>> = {
  "ringsig-size": "The ring signature is longer than a ring of this size needs.",
  "ringsig-encoding": "The ring signature is not written in the form that was agreed.",
  "ringsig-alg": "The ring signature uses a scheme that is not known here.",
  "ringsig-ring-size": "The ring signature was made for another number of keys.",
  "ringsig-scalar": "A number in the ring signature is out of range.",
  "ringsig-point": "The ring signature's key image is not a point of the curve.",
  "ringsig-invalid": "The ring signature does not hold: no member of this ring made it for these words.",
};
