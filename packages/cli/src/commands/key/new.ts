/** key new: a secret key, in the clear where it is asked for, or encrypted under a passphrase (NIP-49). */
import { Secret } from "@subrosa/core/secret";
import type { Command } from "../../command.ts";
import { PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";
import { OUT_OPTION, showKey } from "./show-key.ts";

export const keyNew: Command = {
  options: [{ flags: "--encrypt", about: "as ncryptsec under a passphrase" }, OUT_OPTION, ...PASSPHRASE_OPTIONS],
  examples: [
    "subrosa key new",
    "subrosa key new --encrypt --passphrase-file passphrase.txt --out alice.ncryptsec",
    "subrosa key new --json --out carol.nsec",
  ],
  async run(given, tools) {
    const { host, curve } = tools;
    using secret = Secret.from(host.random(32), curve);
    await showKey(secret, given.has("encrypt") ? "ncryptsec" : "nsec", given, tools, "secure");
  },
};
