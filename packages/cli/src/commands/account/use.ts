/** account use: the account that commands use where none is named. */
import { Place, STORE_OPTIONS } from "../../account/place.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";

export const accountUse: Command = {
  operands: "<name>",
  options: STORE_OPTIONS,
  examples: ["subrosa account use alice"],
  async run(given, { host, screen }) {
    const place = new Place(given, host);
    const name = given.operand(0);
    if (!place.names().includes(name)) throw new Failure("account", "There is no account with this name.");
    place.use(name);
    screen.result({ type: "account", name, current: true }, `* ${name}`);
  },
};
