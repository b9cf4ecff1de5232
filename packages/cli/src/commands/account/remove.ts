/** account remove: deletes an account from this disk, with its key. What relays hold stays there. */
import { lockFor } from "../../account/open.ts";
import { Place, STORE_OPTIONS } from "../../account/place.ts";
import type { Command } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";

export const accountRemove: Command = {
  operands: "<name>",
  options: [
    { flags: "--yes", about: "yes, delete the key and everything with it" },
    { flags: "--no-wait", about: "fail where another subrosa uses this account" },
    ...STORE_OPTIONS,
  ],
  examples: ["subrosa account remove spare --yes"],
  async run(given, tools) {
    const place = new Place(given, tools.host);
    const name = given.operand(0);
    if (!place.names().includes(name)) throw new Failure("account", "There is no account with this name.");
    if (!given.has("yes")) {
      throw badArguments("Its key is lost with it, unless you have it elsewhere (subrosa account export). Say --yes.");
    }
    const held = await lockFor(place, name, given, tools, "account remove");
    try {
      await place.shelf().remove(name);
      if (place.current === name) place.forget();
    } finally {
      await held.release();
    }
    tools.screen.result({ type: "removed", account: name }, `${name} is deleted.`);
  },
};
