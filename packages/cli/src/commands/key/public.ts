/** key public: whose key is it? */
import type { Command } from "../../command.ts";
import { npubOf, pubkeyOf } from "../../names.ts";
import { KEY_OPTIONS, PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";

export const keyPublic: Command = {
  options: [...KEY_OPTIONS, ...PASSPHRASE_OPTIONS],
  examples: ["subrosa key public --key-file alice.key", "subrosa key public --json --key-file words.txt"],
  async run(given, { secrets, screen, curve }) {
    using secret = await secrets.key(given, curve);
    const pubkey = pubkeyOf(secret);
    screen.result({ type: "key", pubkey, npub: npubOf(pubkey) }, npubOf(pubkey), pubkey);
  },
};
