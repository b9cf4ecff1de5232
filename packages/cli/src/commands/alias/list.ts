/** alias list: everybody you are in touch with, who asks, whom you asked. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { watched } from "../../watch.ts";
import { showContact } from "./contact.ts";

export const aliasList: Command = {
  options: [{ flags: "-w, --watch", about: "stay, and show every change" }, ...SESSION_OPTIONS],
  examples: ["subrosa alias list --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "alias list", (opened) =>
      watched(partOf(opened, "contacts").contacts, given, tools, (contacts) => {
        for (const [person, each] of contacts) showContact(person, each, tools.screen);
        if (contacts.size === 0) tools.screen.note("Nobody yet: subrosa alias request NPUB asks somebody.");
      }),
    ),
};
