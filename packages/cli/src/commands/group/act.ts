/** What the commands that change a group have in common: the group is found, the act is durable, and what it sent is said. */
import { IGNORED_GROUP, type IgnoredGroup } from "@subrosa/client/session/group-reason";
import type { Groups } from "@subrosa/client/session/groups";
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { acted, showSent } from "../../account/delivered.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command, Tools } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { find } from "../../find.ts";
import { type Given, readPerson } from "../../given.ts";
import type { Option } from "../../option.ts";

export interface GroupAct {
  readonly name: string;
  /** After the group. */
  readonly operands?: string;
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  readonly sentence: string;
  readonly act: (groups: Groups, id: EventId, given: Given, tools: Tools) => Promise<IgnoredGroup | undefined>;
}

export function groupAct({ name, operands = "", options = [], examples, sentence, act }: GroupAct): Command {
  return {
    operands: `<group> ${operands}`.trim(),
    options: [...options, ...SESSION_OPTIONS],
    examples,
    run: (given, tools) =>
      withSession(given, tools, `group ${name}`, async (opened) => {
        const groups = partOf(opened, "groups");
        const id = find(groups.list.current, given.operand(0), "group");
        const run = async (): Promise<void> => {
          const ignored = await act(groups, id, given, tools);
          if (ignored !== undefined) throw groupRefusal(ignored);
        };
        const { sent } = await acted(opened, given, tools, run);
        showSent({ type: `group_${name}`, group: id }, sentence, sent, tools);
      }),
  };
}

export function groupRefusal(reason: IgnoredGroup): Failure {
  return new Failure("refused", IGNORED_GROUP[reason], { reason });
}

export function personAt(at: number, given: Given, { curve }: Tools): PubkeyHex {
  return readPerson(given.operand(at), curve);
}
