/** ring verify: did one of these keys sign this file? */
import { PROOF_SENTENCES } from "@subrosa/core/ring/reasons";
import { verifyProof } from "@subrosa/core/ring/verify";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readProofFile } from "../../proof-file.ts";
import { messageIn, openRing, readKeys } from "../../ring-file.ts";

export const ringVerify: Command = {
  operands: "<file> <proof>",
  options: [
    { flags: "--ring <file>", about: "the keys, one a line" },
    { flags: "--scope <text>", about: "refuse a proof of another scope, or of none" },
  ],
  examples: [
    "subrosa ring verify letter.txt letter.proof --ring ring.txt",
    "subrosa ring verify letter.txt first.proof --ring ring.txt --scope board/2026 --json",
  ],
  async run(given, { host, screen, curve }) {
    const ring = openRing(readKeys(given.required("ring"), curve), curve);
    const message = await messageIn(given.operand(0), host);
    const scope = given.text("scope");
    const proof = readProofFile(given.operand(1));
    const verdict = verifyProof({ proof, ring, message, ...(scope === undefined ? {} : { scope }) });
    if (!verdict.ok) {
      const sentence = PROOF_SENTENCES[verdict.reason];
      screen.result({ type: "verdict", claim: "ring-proof", ok: false, reason: verdict.reason, sentence });
      throw new Failure("invalid", sentence);
    }
    const linked = verdict.alg === "or-link" ? { key_image: verdict.keyImage, scope: verdict.scope } : {};
    screen.result(
      { type: "verdict", claim: "ring-proof", ok: true, ring: ring.name, ring_size: verdict.n, ...linked },
      [`valid: one of ${verdict.n} signed this file, and nobody can tell who.`, "good"],
    );
  },
};
