/**
 * What strangers wrote, made harmless for a terminal: nothing in it can move the cursor, change a title or a colour, write
 * to the clipboard, or turn the reading direction of what stands around it.
 *
 * Everything that is printed goes through here, whole lines at a time (screen.ts); our own colours are put around what
 * comes out. In JSON the same characters are escapes, so that a terminal that shows it is safe too and no program loses one.
 */

/**
 * Controls of C0 and C1 without tab and newline; marks and overrides of direction (Trojan Source); separators that some
 * terminals take for a newline; tags, and what is no character at all.
 */
const HOSTILE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** For people: a visible mark in the place of each. */
export function printable(text: string): string {
  return text.replace(HOSTILE, (character) => (character === "\r" ? "" : "\ufffd"));
}

/** As `printable`, and on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]+/g, " ");
}

/** One line of JSON. What is hostile in it can only stand inside strings, where it may be an escape. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(HOSTILE, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** Cut to so many columns, with a mark where something is missing. */
export function clipped(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}
