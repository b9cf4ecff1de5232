/** The messages of a contact as lines, in the order of their time. */
import type { Acquainted } from "@subrosa/client/session/contacts";
import type { PubkeyHex } from "@subrosa/core/bytes";
import { BARE, type Line } from "../talk/line.ts";

export function linesOf(acquainted: Acquainted | undefined, me: PubkeyHex): readonly Line[] {
  if (acquainted === undefined) return [];
  return [...acquainted.messages.values()]
    .map(
      (message): Line => ({
        ...BARE,
        id: message.id,
        author: message.by === "me" ? me : message.peer,
        isMine: message.by === "me",
        at: message.at,
        text: message.text,
        reply: message.replyTo,
      }),
    )
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

export function lastOf(acquainted: Acquainted): Line | undefined {
  return linesOf(acquainted, "" as PubkeyHex).at(-1);
}
