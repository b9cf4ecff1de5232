/** A channel, its messages and invitations, as programs and people see them. */
import type {
  ChannelEntry,
  ChannelInvitation,
  ChannelSummary,
  ChannelView,
} from "@subrosa/client/session/channel-view";
import type { EventId } from "@subrosa/core/bytes";
import { dateOf, noteOf, npubOf, shortId } from "../../names.ts";
import { oneLine } from "../../printable.ts";
import type { Result, Screen } from "../../screen.ts";

const MESSAGE = 403;

export function showSummary(
  id: EventId,
  { name, kind, mayWrite, invitations, last }: ChannelSummary,
  screen: Screen,
): void {
  const asks = invitations.length === 0 ? "" : "  you are invited: subrosa channel join";
  screen.result(
    {
      type: "channel",
      channel: id,
      name,
      kind,
      may_write: mayWrite,
      invitations: invitations.map(invitationOf),
      last: last?.text ?? null,
    },
    `${shortId(id)}  ${oneLine(name)}  (${kind})${asks}`,
  );
}

export function invitationOf({ id, channel, from, words, at, relays, expires }: ChannelInvitation) {
  return { id, channel, from, words, at, relays, expires: expires ?? null };
}

export function viewResult(view: ChannelView): Result {
  const { id, kind, metadata, owner, verified, members, mayWrite, entries, invitations, offer } = view;
  const { warnings, moves, newRelays, relays, expiration, moved } = view;
  return {
    type: "channel_info",
    channel: id,
    name: metadata.name ?? null,
    about: metadata.about ?? null,
    kind,
    owner: owner ?? null,
    verified,
    members,
    may_write: mayWrite,
    messages: entries.filter((entry) => entry.kind === MESSAGE).length,
    invitations: invitations.map(invitationOf),
    offered_by: offer?.from ?? null,
    warnings: warnings.map(({ what }) => what),
    moves,
    new_relays: newRelays,
    relays,
    expires: expiration ?? null,
    moved,
  };
}

export function showView(view: ChannelView, screen: Screen): void {
  const { id, sentence, metadata, owner, verified, members, invitations, offer, warnings, newRelays, relays } = view;
  screen.result(
    viewResult(view),
    [oneLine(metadata.name ?? shortId(id)), "strong"],
    ...(metadata.about === undefined ? [] : [`  ${oneLine(metadata.about)}`]),
    `  ${noteOf(id)}${verified ? "" : "  (an unverified copy)"}`,
    ...(sentence === undefined ? [] : [`  ${sentence}`]),
    ...(owner === undefined ? [] : [`  owned by ${npubOf(owner)}`]),
    ...(offer === undefined ? [] : [`  offered to you by ${npubOf(offer.from)}: subrosa channel accept`]),
    ...invitations.map(({ from, words }) => `  you are invited by ${npubOf(from)}  “${oneLine(words)}”`),
    ...members.map((person) => `  ${npubOf(person)}`),
    ...warnings.map((warning): [string, "bad"] => [`  ${warning.sentence}`, "bad"]),
    ...newRelays.map((relay) => `  names ${relay}, which you have not agreed to: subrosa channel approve`),
    ...relays.map((relay) => `  at ${relay}`),
  );
}

export function showEntry(channel: EventId, entry: ChannelEntry, screen: Screen): void {
  const { id, author, at, kind, text, reply, reactions, expires } = entry;
  const marks = [...reactions].map(([reaction, people]) => `${oneLine(reaction)} ${people.length}`);
  screen.result(
    {
      type: "message",
      channel,
      id,
      author,
      at,
      kind,
      text,
      reply_to: reply ?? null,
      expires: expires ?? null,
      reactions: Object.fromEntries(reactions),
    },
    `${dateOf(at)}  ${npubOf(author).slice(0, 16)}: ${kind === MESSAGE ? "" : `(kind ${kind}) `}${text}`,
    ...(marks.length === 0 ? [] : [`    ${marks.join("  ")}`]),
  );
}
