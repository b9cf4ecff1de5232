/** What one has read: of each conversation, up to when. Kept in the account's own notes; nobody else is told. */
import { useOpened } from "../account/opened.ts";
import { watch } from "../frame/watch.ts";
import type { Line } from "../talk/line.ts";

export interface Marks {
  /** Lines of others behind the mark. */
  readonly unreadIn: (conversation: string, lines: readonly Pick<Line, "at" | "isMine">[]) => number;
  readonly sawUntil: (conversation: string, last: Pick<Line, "at">) => void;
  readonly draftOf: (conversation: string) => string;
  readonly keepDraft: (conversation: string, text: string) => void;
}

/** A draft is written down when one pauses. */
const PAUSE = 400;

export function useMarks(): Marks {
  const { notes } = useOpened();
  const kept = watch(notes.live);
  const seen = (conversation: string): number => Number(kept().get(`seen/${conversation}`) ?? 0);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return {
    unreadIn: (conversation, lines) => {
      const mark = seen(conversation);
      return lines.filter(({ at, isMine }) => !isMine && at > mark).length;
    },
    sawUntil: (conversation, { at }) => {
      if (at > seen(conversation)) void notes.mark(conversation, at);
    },
    draftOf: (conversation) => notes.live.current.get(`draft/${conversation}`) ?? "",
    keepDraft: (conversation, text) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => void notes.keepDraft(conversation, text), text === "" ? 0 : PAUSE);
    },
  };
}
