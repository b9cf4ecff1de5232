/**
 * The same object for a line that says the same as before: what is on the screen is then left as it is, with the focus
 * and the open menu that somebody has in it.
 */
import type { Line } from "./line.ts";

export function stableLines(): (lines: readonly Line[]) => readonly Line[] {
  let known = new Map<string, { readonly line: Line; readonly mark: string }>();
  return (lines) => {
    const next = new Map<string, { readonly line: Line; readonly mark: string }>();
    const stable = lines.map((line) => {
      const mark = JSON.stringify([
        line.at,
        line.text,
        line.file,
        line.reply,
        [...line.reactions],
        [line.edited, line.pinned, line.expires, line.late, line.isMine],
      ]);
      const before = known.get(line.id);
      const kept = before?.mark === mark ? before : { line, mark };
      next.set(line.id, kept);
      return kept.line;
    });
    known = next;
    return stable;
  };
}
