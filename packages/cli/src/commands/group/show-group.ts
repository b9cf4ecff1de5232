/** A group, its people, its messages and requests, as programs and people see them. */
import type { GroupSummary, GroupView, JoinRequest } from "@subrosa/client/session/group-view";
import type { EventId } from "@subrosa/core/bytes";
import type { Entry } from "@subrosa/core/group/conversation";
import { BLOCKED } from "@subrosa/core/group/sentences";
import { dateOf, noteOf, npubOf, shortId } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import type { Result, Screen } from "../../screen.ts";

export function summaryOf(id: EventId, group: GroupSummary): Result {
  const { name, phase, members, mayWrite, requests, banner } = group;
  return {
    type: "group",
    group: id,
    name,
    phase,
    members,
    may_write: mayWrite,
    requests,
    banner: banner?.kind ?? null,
    last: group.last?.text ?? null,
  };
}

export function showSummary(id: EventId, group: GroupSummary, screen: Screen): void {
  const { name, phase, members, requests, banner } = group;
  const asks = requests === 0 ? "" : `, ${requests} ask to join`;
  const said = banner === undefined ? "" : `  ${banner.sentence}`;
  screen.result(summaryOf(id, group), `${shortId(id)}  ${oneLine(name)}  (${phase}, ${members} members${asks})${said}`);
}

export function viewResult(view: GroupView): Result {
  const { id, info, phase, epoch, owner, members, mayWrite, blocks, banner, entries, requests, relays } = view;
  return {
    type: "group_info",
    group: id,
    name: info?.name ?? null,
    about: info?.about ?? null,
    phase,
    epoch,
    owner: owner ?? null,
    members: members.map(({ person, role, isLeaving }) => ({ person, role, leaving: isLeaving })),
    may_write: mayWrite,
    blocks,
    banner: banner?.kind ?? null,
    strangers: view.strangers,
    messages: entries.length,
    requests: requests.map(requestOf),
    relays,
  };
}

export function showView(view: GroupView, screen: Screen): void {
  const { id, info, phase, epoch, members, blocks, banner, requests, relays } = view;
  screen.result(
    viewResult(view),
    [oneLine(info?.name ?? shortId(id)), "strong"],
    ...(info?.about ? [`  ${oneLine(info.about)}`] : []),
    `  ${noteOf(id)}`,
    `  you are: ${phase}; key number ${epoch}`,
    ...(banner === undefined ? [] : [`  ${banner.sentence}`]),
    ...blocks.map((block) => `  ${BLOCKED[block]}`),
    ...members.map(({ person, role, isLeaving }) => `  ${npubOf(person)}  ${role}${isLeaving ? ", leaving" : ""}`),
    ...requests.map(({ person, words }) => `  asks to join: ${npubOf(person)}  “${oneLine(words)}”`),
    ...relays.map((relay) => `  at ${relay}`),
  );
}

export function requestOf({ id, person, words, at, isSeen }: JoinRequest) {
  return { id, person, words, at, seen: isSeen };
}

export function showEntry(group: EventId, entry: Entry, screen: Screen): void {
  const { id, author, at, text, mentions, reply, edited, pinned, reactions, expires, late, file } = entry;
  const marks = [...reactions].map(([reaction, people]) => `${oneLine(reaction)} ${people.length}`);
  const shown = file === undefined ? text : `${text} [file ${oneLine(file.type)}]`;
  screen.result(
    {
      type: "message",
      group,
      id,
      author,
      at,
      text,
      mentions,
      reply_to: reply ?? null,
      edited,
      pinned,
      late,
      expires: expires ?? null,
      reactions: Object.fromEntries(reactions),
      file: file?.url ?? null,
    },
    `${dateOf(at)}  ${npubOf(author).slice(0, 16)}: ${shown}${edited ? " (edited)" : ""}`,
    ...(marks.length === 0 ? [] : [`    ${marks.join("  ")}`]),
  );
}
