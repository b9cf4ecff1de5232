/** One message as a screen shows it, whichever protocol brought it. */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import type { FileDescriptor } from "@subrosa/core/group/conversation";

export interface Line {
  readonly id: EventId;
  readonly author: PubkeyHex;
  readonly at: number;
  readonly text: string;
  readonly isMine: boolean;
  readonly reply: EventId | undefined;
  readonly file: FileDescriptor | undefined;
  readonly reactions: ReadonlyMap<string, readonly PubkeyHex[]>;
  readonly edited: boolean;
  readonly pinned: boolean;
  readonly expires: number | undefined;
  /** Written under a key whose time was long over. */
  readonly late: boolean;
}

export const BARE = Object.freeze({
  file: undefined,
  reactions: new Map<string, readonly PubkeyHex[]>(),
  edited: false,
  pinned: false,
  expires: undefined,
  late: false,
});

export type Piece = { readonly kind: "text" | "link"; readonly text: string };

const LINK = /https?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]{1,2000}/giu;
/** Behind an address these belong to the sentence. */
const TAIL = /[.,;:!?)\]}]+$/;

/** Addresses apart from words. Nothing is fetched from them; they open where somebody clicks. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(TAIL, "");
    if (!URL.canParse(address)) continue;
    if (match.index > from) pieces.push({ kind: "text", text: text.slice(from, match.index) });
    pieces.push({ kind: "link", text: address });
    from = match.index + address.length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

/** A name that a stranger chose, on one line, of a length that a list can bear, unable to turn what stands around it. */
export function tidyName(name: string): string {
  const line = name
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) =>
      sign === "\u200d" || sign === "\u200c" ? sign : " ",
    )
    .replace(/(\p{M}{4})\p{M}+/gu, "$1")
    .replace(/\s+/g, " ")
    .trim();
  return [...line].slice(0, 64).join("");
}

/** As short as a list shows it. */
export function excerpt(text: string, length = 90): string {
  return [...tidyName([...text].slice(0, 400).join(""))].slice(0, length).join("");
}
