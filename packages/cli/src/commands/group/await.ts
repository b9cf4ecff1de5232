/** group await: waits until all of it is so, for scripts; --timeout ends it with the exit code 124. */
import type { GroupView } from "@subrosa/client/session/group-view";
import type { Command, Tools } from "../../command.ts";
import { badArguments } from "../../failure.ts";
import { type Given, readPerson } from "../../given.ts";
import { until } from "../../watch.ts";
import { groupLook } from "./look.ts";
import { viewResult } from "./show-group.ts";

export const groupAwait: Command = groupLook({
  name: "await",
  options: [
    { flags: "--phase <phase>", about: "you are outside, member, admin, owner, leaver or removed" },
    { flags: "--members <number>", about: "so many are in it" },
    { flags: "--epoch <number>", about: "the key has this number, or a higher one" },
    { flags: "--owner <person>", about: "this is the owner" },
    { flags: "--request <person>", about: "this person asks to join" },
    { flags: "--text <text>", about: "somebody said exactly this" },
    { flags: "--banner <kind>", about: "this goes on; none: nothing does" },
    { flags: "--writable", about: "you may write" },
  ],
  examples: [
    "subrosa group await friends --phase owner --members 1 --timeout 60 --account alice --passphrase-file passphrase.txt",
  ],
  look: async (live, _id, given, tools) => {
    const conditions = conditionsOf(given, tools);
    if (conditions.length === 0) throw badArguments("Say what to wait for; see --help.");
    const view = await until(live, tools, (at) => at !== undefined && conditions.every((isSo) => isSo(at)));
    tools.screen.result(viewResult(view!), "It is so.");
  },
});

type Condition = (view: GroupView) => boolean;

function conditionsOf(given: Given, { curve }: Tools): Condition[] {
  const [phase, text, banner] = [given.text("phase"), given.text("text"), given.text("banner")];
  const [members, epoch] = [given.integer("members"), given.integer("epoch")];
  const people = ["owner", "request"].map((option) => {
    const key = given.text(option);
    return key === undefined ? undefined : readPerson(key, curve);
  });
  const [owner, asking] = people;
  const all: (Condition | false)[] = [
    phase !== undefined && ((view) => view.phase === phase),
    text !== undefined && ((view) => view.entries.some((entry) => entry.text === text)),
    banner !== undefined && ((view) => (view.banner?.kind ?? "none") === banner),
    members !== undefined && ((view) => view.members.length === members),
    epoch !== undefined && ((view) => view.epoch >= epoch),
    owner !== undefined && ((view) => view.owner === owner),
    asking !== undefined && ((view) => view.requests.some(({ person }) => person === asking)),
    given.has("writable") && ((view) => view.mayWrite),
  ];
  return all.filter((each) => each !== false);
}
