/** alias remove: ends it: this alias is used no more. */
import type { Command } from "../../command.ts";
import { answerWith } from "./answer.ts";

export const aliasRemove: Command = answerWith("remove", "It is over.", [
  "subrosa alias remove npub1… --account alice --passphrase-file passphrase.txt",
]);
