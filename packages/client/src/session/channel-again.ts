/**
 * Words of ours that a channel left behind when it moved: said to the old one before we heard of the move.
 *
 * Spec: docs/spec/channels.md, CHANNEL-5. Nobody shows them, not even we, so they are said again where the channel is
 * now, in the same words and at the same time. Two devices of ours that both do so make one message of it.
 */
import { type CarriedContent, type Composed, composeCarried, composeMessage } from "@subrosa/core/channel/compose";
import type { Spoken } from "@subrosa/core/channel/fact";
import { spokenFault } from "@subrosa/core/channel/spoken";
import type { InThread } from "@subrosa/core/channel/state";
import { historyOf } from "@subrosa/core/channel/thread";
import type { Tag } from "@subrosa/core/nostr/event";
import { LISTED } from "./channel-people.ts";

export function leftBehind({ path, thread }: InThread, now: number): Spoken | undefined {
  const late = path.places.slice(0, -1).flatMap(({ room, view }) =>
    [...room.spoken.values()].filter((fact) => {
      const isLate = fact.author === thread.me && spokenFault(fact, view, now) === "after-move";
      return isLate && !isListing(fact);
    }),
  );
  // Asked after every step, and hardly ever is there any: the history is not gone through for nothing.
  if (late.length === 0) return undefined;
  const shown = historyOf(path, now).filter(({ author }) => author === thread.me);
  const isSaidAgain = (fact: Spoken): boolean =>
    shown.some((each) => each.time === fact.time && each.type === fact.type && wordsOf(each) === wordsOf(fact));
  return late.find((fact) => !isSaidAgain(fact));
}

export function sayAgain(state: InThread, fact: Spoken, now: number): Composed {
  if (fact.type === "carried") return composeCarried(state, contentOf(fact.kind, fact.tags, fact.content), fact.time);
  const answered = historyOf(state.path, now).find(({ id }) => id === fact.reply);
  return composeMessage(state, fact.text, fact.time, answered);
}

/** The new channel adds its own root and its own end. */
function contentOf(kind: number, tags: readonly Tag[], content: string): CarriedContent {
  const isOfChannel = ([name, , , marker]: Tag): boolean =>
    name === "expiration" || (name === "e" && marker === "root");
  return { kind, tags: tags.filter((tag) => !isOfChannel(tag)), content };
}

/** Who is in the new channel is for whoever moved it to say. */
const isListing = (fact: Spoken): boolean => fact.type === "carried" && fact.kind === LISTED;

const wordsOf = (fact: Spoken): string => (fact.type === "message" ? fact.text : `${fact.kind} ${fact.content}`);
