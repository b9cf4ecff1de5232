/** ring link: did one person sign both? Only proofs of one scope can say it, and only after both hold. */

import { readProof } from "@subrosa/core/ring/proof-json";
import { PROOF_SENTENCES } from "@subrosa/core/ring/reasons";
import type { Ring } from "@subrosa/core/ring/ring";
import type { OrLinkProof } from "@subrosa/core/ring/scheme-or-link";
import { isLinked } from "@subrosa/core/ring/scheme-or-link";
import { verifyProof } from "@subrosa/core/ring/verify";
import type { Command, Tools } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readProofFile } from "../../proof-file.ts";
import { messageIn, openRing, readKeys } from "../../ring-file.ts";

export const ringLink: Command = {
  operands: "<file> <proof> <other-file> <other-proof>",
  options: [{ flags: "--ring <file>", about: "the keys, one a line" }],
  examples: ["subrosa ring link letter.txt first.proof other.txt second.proof --ring ring.txt"],
  async run(given, tools) {
    const { screen, curve } = tools;
    const ring = openRing(readKeys(given.required("ring"), curve), curve);
    const first = await verified(given.operand(0), given.operand(1), ring, tools);
    const second = await verified(given.operand(2), given.operand(3), ring, tools);
    const comparable = first.scope === second.scope;
    const linked = isLinked(first, second);
    const sentence = !comparable
      ? "These are of two scopes: nobody can tell."
      : linked
        ? "One person signed both."
        : "Two people signed these.";
    screen.result({ type: "link", linked, comparable, scopes: [first.scope, second.scope] }, sentence);
  },
};

async function verified(file: string, proofFile: string, ring: Ring, { host }: Tools): Promise<OrLinkProof> {
  const proof = readProofFile(proofFile);
  const verdict = verifyProof({ proof, ring, message: await messageIn(file, host) });
  if (!verdict.ok) throw new Failure("invalid", `${proofFile}: ${PROOF_SENTENCES[verdict.reason]}`);
  const reading = readProof(proof, ring.size);
  if (!reading.ok || reading.proof.alg !== "or-link") {
    throw new Failure("invalid", `${proofFile} was signed without a scope: it links to nothing.`);
  }
  return reading.proof;
}
