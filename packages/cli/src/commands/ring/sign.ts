/** ring sign: one of these keys made this file, and nobody can tell which; with --scope, two by one key are seen to be. */
import { writeProof } from "@subrosa/core/ring/proof-json";
import { signOr } from "@subrosa/core/ring/scheme-or";
import { signOrLink } from "@subrosa/core/ring/scheme-or-link";
import { isScope } from "@subrosa/core/ring/scope";
import type { Command } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { messageIn, openRing, readKeys } from "../../ring-file.ts";
import { KEY_OPTIONS, PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";

export const ringSign: Command = {
  operands: "<file>",
  options: [
    { flags: "--ring <file>", about: "the keys, one a line" },
    { flags: "--scope <text>", about: "within which two of your signatures are linked" },
    ...KEY_OPTIONS,
    ...PASSPHRASE_OPTIONS,
  ],
  examples: [
    "subrosa ring sign letter.txt --ring ring.txt --key-file alice.key > letter.proof",
    "subrosa ring sign letter.txt --ring ring.txt --key-file alice.key --scope board/2026 > first.proof",
    "subrosa ring sign other.txt --ring ring.txt --key-file alice.key --scope board/2026 > second.proof",
  ],
  async run(given, { host, screen, secrets, curve }) {
    const scope = given.text("scope");
    if (scope !== undefined && !isScope(scope)) throw badArguments("A scope is a short text without controls.");
    const ring = openRing(readKeys(given.required("ring"), curve), curve);
    const message = await messageIn(given.operand(0), host);
    using secret = await secrets.key(given, curve);
    if (!ring.has(secret.pubkey)) throw badArguments("Your key is not in this ring.");
    const input = { ring, message, secret, fresh: host.random(32) };
    const proof = writeProof(scope === undefined ? signOr(input) : signOrLink({ ...input, scope }));
    screen.result({ type: "ring_proof", proof, ring: ring.name, ring_size: ring.size, scope: scope ?? null }, proof);
    screen.note(
      scope === undefined
        ? `One of ${ring.size} signed this; it links to nothing else that you sign.`
        : `One of ${ring.size} signed this; whatever else you sign in this scope is seen to be by the same person.`,
    );
  },
};
