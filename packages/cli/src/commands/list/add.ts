/** list add: follows, mutes or blocks people; who is blocked is nobody's business, so that is encrypted to yourself. */
import { listChange } from "./lists.ts";

export const listAdd = listChange("add", "It is on the list.", [
  "subrosa list add blocked npub1… --account alice --passphrase-file passphrase.txt",
  "subrosa list add muted 'word:spam' --account alice --passphrase-file passphrase.txt",
]);
