/** Kinds of events in words, for prompts. A kind that is not here is shown by its number. */
const WORDS: ReadonlyMap<number, string> = new Map([
  [0, "your profile"],
  [1, "a public note"],
  [3, "your list of people you follow"],
  [4, "an encrypted direct message (old form)"],
  [5, "a request to delete events of yours"],
  [6, "a repost"],
  [7, "a reaction"],
  [13, "the seal of a private message"],
  [14, "a private message"],
  [16, "a repost"],
  [40, "a public channel"],
  [42, "a message in a public channel"],
  [1018, "a vote in a poll"],
  [1059, "a wrapped private message"],
  [1068, "a poll"],
  [1111, "a comment"],
  [1984, "a report"],
  [1985, "a label"],
  [9734, "a request for a zap"],
  [10_000, "your list of people you do not want to see"],
  [10_002, "your list of relays"],
  [10_050, "your relays for private messages"],
  [22_242, "a sign-in to a relay"],
  [24_133, "a message to a remote signer"],
  [27_235, "a sign-in to a web service"],
  [30_023, "an article"],
  [30_078, "data of an application"],
  [30_097, "a directory of a group"],
]);

export function kindInWords(kind: number): string {
  return WORDS.get(kind) ?? `an event of kind ${kind}`;
}

/** Signing these changes what everybody sees of the account, or replaces what was there. */
export function replacesSomething(kind: number): boolean {
  return kind === 0 || kind === 3 || (kind >= 10_000 && kind < 20_000) || (kind >= 30_000 && kind < 40_000);
}
