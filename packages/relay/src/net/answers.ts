/**
 * Looks at answers to a challenge for the session: the signature, and, where the answer is anonymous, its proof
 * (PROOF-14), which is judged only under a signature that holds.
 */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Admission } from "../admission/admission.ts";
import { Entry } from "../event/entry.ts";
import type { SignatureVerifier } from "../ingest.ts";
import type { Court } from "../proofs/court.ts";
import type { Lane } from "../proofs/fair-queue.ts";
import type { SessionInput } from "../session/session.ts";

export interface AnswerPorts {
  readonly verifier: SignatureVerifier;
  readonly onFailure: (error: unknown) => void;
  /** PROOF-14, where the operator wants it. */
  readonly anonymous?: { readonly admission: Admission; readonly court: Court };
}

export interface CheckedAnswer {
  readonly input: SessionInput;
  /** How much of this a connection may do before it is closed. */
  readonly forgeries: number;
}

/** A proof costs many times what a signature costs: four bad ones are what 256 bad signatures are. */
const BAD_PROOF = 64;

export async function checkAnswer(event: SignedEvent, ports: AnswerPorts): Promise<CheckedAnswer> {
  const fault = await signatureFault(event, ports);
  return fault ?? { input: { type: "authenticated", event }, forgeries: 0 };
}

export async function checkAnonymous(event: SignedEvent, ports: AnswerPorts, lane: Lane): Promise<CheckedAnswer> {
  const { anonymous } = ports;
  if (anonymous === undefined) return refuse(event, "restricted: this relay admits nobody without a name", 0);
  const fault = await signatureFault(event, ports);
  if (fault !== undefined) return fault;
  const judgement = await anonymous.court.judge(event, "admission", lane);
  if (judgement === undefined) return refuse(event, "error: the proof could not be judged now; try again", 0);
  const admitted = anonymous.admission.admitted(event, judgement);
  if (admitted !== undefined) return { input: { type: "admitted", event, ...admitted }, forgeries: 0 };
  // One reason: which part of it failed would be for whoever forges.
  return refuse(
    event,
    "restricted: the proof does not admit: wrong, or not of the scope this relay announces",
    BAD_PROOF,
  );
}

async function signatureFault(event: SignedEvent, ports: AnswerPorts): Promise<CheckedAnswer | undefined> {
  const identified = Entry.identify(event);
  if (identified === undefined) return refuse(event, "invalid: the id is not the hash of the event", 0);
  try {
    const [holds] = await ports.verifier.verify([identified.signature]);
    return holds === true ? undefined : refuse(event, "invalid: the signature does not verify", 1);
  } catch (error) {
    ports.onFailure(error);
    return refuse(event, "error: the signature could not be checked", 0);
  }
}

function refuse(event: SignedEvent, reason: string, forgeries: number): CheckedAnswer {
  return { input: { type: "not-authenticated", event, reason }, forgeries };
}
