/** alias await: waits until it is so, for scripts: somebody asks, answers, or says something. */
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { readPerson } from "../../given.ts";
import { until } from "../../watch.ts";
import { showContact } from "./contact.ts";

const RELATIONS = ["requested", "requested-by-peer", "active", "rejected", "removed"] as const;

export const aliasAwait: Command = {
  operands: "<person>",
  options: [
    { flags: "--relation <word>", about: RELATIONS.join(", ") },
    { flags: "--text <text>", about: "a message of theirs with this text" },
    ...SESSION_OPTIONS,
  ],
  examples: [
    "subrosa alias await npub1… --relation active --timeout 60 --account alice --passphrase-file passphrase.txt",
  ],
  run: (given, tools) =>
    withSession(given, tools, "alias await", async (opened) => {
      const person = readPerson(given.operand(0), tools.curve);
      const [relation, text] = [given.text("relation"), given.text("text")];
      if (relation === undefined && text === undefined) throw badArguments("Give --relation or --text.");
      if (relation !== undefined && !RELATIONS.some((each) => each === relation)) {
        throw badArguments(`--relation is one of ${RELATIONS.join(", ")}.`);
      }
      const contacts = await until(partOf(opened, "contacts").contacts, tools, (all) => {
        const known = all.get(person);
        if (known === undefined) return false;
        const hasSaid = [...known.messages.values()].some((each) => each.by === "peer" && each.text === text);
        const isRelated = relation === undefined || known.acquaintance.relation.kind === relation;
        return isRelated && (text === undefined || hasSaid);
      });
      showContact(person, contacts.get(person)!, tools.screen);
    }),
};
