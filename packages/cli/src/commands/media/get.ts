/** media get: the file of a message, fetched, checked, opened, and written into a new file. */
import { MEDIA_FAULTS } from "@subrosa/client/session/blossom";
import type { FileReference } from "@subrosa/client/session/media";
import type { EventId } from "@subrosa/core/bytes";
import type { OpenSession } from "../../account/opened.ts";
import { partOf, SESSION_OPTIONS, withSession } from "../../account/session.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { readEventId } from "../../given.ts";
import { writeNew } from "../key/show-key.ts";

export const mediaGet: Command = {
  operands: "<message>",
  options: [{ flags: "-o, --out <file>", about: "into this new file, which only you may read" }, ...SESSION_OPTIONS],
  examples: ["subrosa media get note1… --out fetched.txt --account alice --passphrase-file passphrase.txt"],
  run: (given, tools) =>
    withSession(given, tools, "media get", async (opened) => {
      const out = given.required("out");
      const file = fileOf(opened, readEventId(given.operand(0)));
      if (file === undefined) throw new Failure("not-found", "There is no message here with a file and this id.");
      const fetched = await partOf(opened, "media").fetch(file, tools.signal);
      if (!fetched.ok) throw new Failure("refused", MEDIA_FAULTS[fetched.reason], { reason: fetched.reason });
      writeNew(out, fetched.value);
      const bytes = fetched.value.length;
      tools.screen.result({ type: "media", file: out, bytes, mime: file.type }, `${bytes} bytes are in ${out}.`);
    }),
};

function fileOf({ session }: OpenSession, id: EventId): FileReference | undefined {
  const direct = session.direct.messages.current.get(id)?.file;
  if (direct !== undefined) return direct;
  for (const group of session.groups?.list.current.keys() ?? []) {
    const entry = session.groups?.group(group).current?.entries.find((each) => each.id === id);
    if (entry?.file !== undefined) return entry.file;
  }
  return undefined;
}
