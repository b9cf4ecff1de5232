/** list remove: takes people out of a list. */
import { listChange } from "./lists.ts";

export const listRemove = listChange("remove", "It is off the list.", [
  "subrosa list remove blocked npub1… --account alice --passphrase-file passphrase.txt",
]);
