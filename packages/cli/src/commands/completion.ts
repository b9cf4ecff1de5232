/** completion: what bash, zsh or fish need to complete commands and options. */
import type { Command } from "../command.ts";
import { completionFor, SHELLS } from "../completion.ts";
import { badArguments } from "../failure.ts";

export const completion: Command = {
  operands: "<shell>",
  examples: ["subrosa completion bash > subrosa.bash", "subrosa completion zsh", "subrosa completion fish"],
  async run(given, { screen, commands }) {
    const shell = SHELLS.find((each) => each === given.operand(0));
    if (shell === undefined) throw badArguments(`There is completion for ${SHELLS.join(", ")}.`);
    screen.raw(await completionFor(shell, commands));
  },
};
