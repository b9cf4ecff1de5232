/** What one may do with a line of a conversation; what is absent is not offered. */
import type { Line } from "./line.ts";

export interface TalkActs {
  readonly reply?: (line: Line) => void;
  readonly react?: (line: Line, reaction: string) => void;
  readonly edit?: (line: Line) => void;
  readonly remove?: (line: Line) => void;
  readonly pin?: (line: Line) => void;
  readonly hide?: (line: Line) => void;
  readonly openFile?: (line: Line) => Promise<Blob | undefined>;
}
