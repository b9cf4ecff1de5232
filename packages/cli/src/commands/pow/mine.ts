/** pow mine: an event whose id begins with so many zero bits (NIP-13), before it is signed. */
import { toRumor } from "@subrosa/core/nostr/event";
import { difficulty } from "@subrosa/core/nostr/nip13";
import type { Command } from "../../command.ts";
import { badArguments, Failure } from "../../failure.ts";
import { readPerson } from "../../given.ts";
import { operandsOrLines } from "../../input.ts";
import { printableJson } from "../../printable.ts";
import { isObject, readLine, templateIn } from "../../read-event.ts";
import { work } from "../../work.ts";

export const powMine: Command = {
  operands: "[event...]",
  options: [
    { flags: "-b, --bits <number>", about: "zero bits; each doubles the work" },
    { flags: "-p, --pubkey <key>", about: "whose event it will be, where it does not say" },
    { flags: "--threads <number>", about: "how many work at once (all but one)" },
  ],
  examples: [
    "subrosa event make 'Good morning' --pubkey npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6 | subrosa pow mine --bits 8",
  ],
  async run(given, tools) {
    const { host, screen, curve } = tools;
    const bits = given.integer("bits", { min: 1, max: 64 });
    if (bits === undefined) throw badArguments("Give --bits.");
    const threads = given.integer("threads", { min: 1, max: 256 });
    for await (const line of operandsOrLines(given.operands, host)) {
      const template = templateIn(line, host.clock.now());
      const value = readLine(line);
      const author = given.text("pubkey") ?? (isObject(value) ? value["pubkey"] : undefined);
      if (typeof author !== "string") throw badArguments("Work is done for one author: give --pubkey.");
      const tags = template.tags.filter(([name]) => name !== "nonce");
      const { pubkey } = toRumor(template, readPerson(author, curve));
      const { event, tried } = await work({ ...template, tags, pubkey }, bits, tools, threads);
      if (difficulty(event.id) < bits) throw new Failure("invalid", "The work did not come out right.");
      screen.result({ type: "event", event, bits: difficulty(event.id), tried }, printableJson(event));
    }
  },
};
