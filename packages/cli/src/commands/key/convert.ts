/** key convert: the same key in another form. */
import type { Command } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { KEY_OPTIONS, PASSPHRASE_OPTIONS } from "../../secrets/secrets.ts";
import { KEY_FORMS, OUT_OPTION, showKey } from "./show-key.ts";

export const keyConvert: Command = {
  options: [
    { flags: "--to <form>", about: "nsec, hex or ncryptsec" },
    OUT_OPTION,
    ...KEY_OPTIONS,
    ...PASSPHRASE_OPTIONS,
  ],
  examples: [
    "subrosa key convert --key-file alice.key --to ncryptsec --passphrase-file passphrase.txt --out alice.sealed",
    "subrosa key convert --key-file words.txt --to nsec",
  ],
  async run(given, tools) {
    const form = KEY_FORMS.find((each) => each === given.required("to"));
    if (form === undefined) throw badArguments("--to is nsec, hex or ncryptsec.");
    using secret = await tools.secrets.key(given, tools.curve);
    // Whoever converts a key has had it in the clear.
    await showKey(secret, form, given, tools, "insecure");
  },
};
