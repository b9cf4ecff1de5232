/** alias reject: no to somebody who asks. */
import type { Command } from "../../command.ts";
import { answerWith } from "./answer.ts";

export const aliasReject: Command = answerWith("reject", "You turned it down.", [
  "subrosa alias reject npub1… --account alice --passphrase-file passphrase.txt",
]);
