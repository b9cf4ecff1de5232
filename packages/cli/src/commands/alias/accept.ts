/** alias accept: yes to somebody who asks; from then on both write under aliases. */
import type { Command } from "../../command.ts";
import { answerWith } from "./answer.ts";

export const aliasAccept: Command = answerWith("accept", "You are in touch.", [
  "subrosa alias accept npub1… --account alice --passphrase-file passphrase.txt",
]);
