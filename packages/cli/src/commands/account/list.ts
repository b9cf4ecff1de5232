/** account list: names, which lie in the open; no passphrase is needed, and nothing else is shown. */
import { Place, STORE_OPTIONS } from "../../account/place.ts";
import type { Command } from "../../command.ts";

export const accountList: Command = {
  options: STORE_OPTIONS,
  examples: ["subrosa account list", "subrosa account list --json"],
  async run(given, { host, screen }) {
    const place = new Place(given, host);
    const names = place.names();
    const current = place.current ?? (names.length === 1 ? names[0] : undefined);
    for (const name of names) {
      screen.result({ type: "account", name, current: name === current }, `${name === current ? "*" : " "} ${name}`);
    }
    if (names.length === 0) screen.note("There is none yet: subrosa account new NAME makes one.");
  },
};
