/** What the commands of lists have in common: which list, and who is meant. */
import { LISTS, type ListName } from "@subrosa/client/session/lists";
import type { Tag } from "@subrosa/core/nostr/event";
import { acted, showSent } from "../../account/delivered.ts";
import { replacedOrAsItWas } from "../../account/replaced.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { readPerson } from "../../given.ts";

const NAMES = Object.keys(LISTS) as readonly ListName[];
export const LIST_NAMES = NAMES.join(", ");

export function listName(text: string): ListName {
  const name = NAMES.find((each) => each === text);
  if (name === undefined) throw badArguments(`A list is one of ${LIST_NAMES}.`);
  return name;
}

/** A person, or of the muted a word or a topic: `word:…`, `#…`. */
export function tagOf(text: string, name: ListName, { curve }: Tools): Tag {
  if (name === "muted" && text.startsWith("word:")) return ["word", text.slice(5).toLowerCase()];
  if (name === "muted" && text.startsWith("#")) return ["t", text.slice(1).toLowerCase()];
  return ["p", readPerson(text, curve)];
}

/** Adds to a list, or takes out of it. */
export function listChange(how: "add" | "remove", sentence: string, examples: readonly string[]): Command {
  return {
    operands: "<list> <person...>",
    options: [
      ...(how === "add" ? [{ flags: "--public", about: "for everybody to see; otherwise only you can read it" }] : []),
      { flags: "--force", about: "although a relay did not say whether it has a newer list" },
      ...SESSION_OPTIONS,
    ],
    examples,
    run: (given, tools) =>
      withSession(given, tools, `list ${how}`, async (opened) => {
        const lists = partOf(opened, "lists");
        const name = listName(given.operand(0));
        const tags = given.operands.slice(1).map((text) => tagOf(text, name, tools));
        const isPrivate = LISTS[name].hasPrivate && !given.has("public");
        const change = how === "add" ? { add: tags.map((tag) => ({ tag, isPrivate })) } : { remove: tags };
        const { sent } = await acted(opened, given, tools, async () => {
          replacedOrAsItWas(await lists.change(name, change, given.has("force")));
        });
        showSent({ type: `list_${how}`, list: name, entries: tags, private: isPrivate }, sentence, sent, tools);
      }),
  };
}
