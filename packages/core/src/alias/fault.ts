/**
 * Why an alias event was refused: a closed vocabulary, with a sentence for people (STYLE: answered with data).
 *
 * Spec: docs/spec/alias.md ALIAS-4, ALIAS-5, ALIAS-9. `decrypt` is one word for every way in which opening can fail.
 */
export const ALIAS_FAULTS = Object.freeze({
  "not-an-exchange": "This is not an alias event.",
  form: "Its tags fit neither the draft nor the later form that 0xchat uses.",
  "later-form": "This is the form that 0xchat uses today; it is read as a session of that app.",
  unwrapped: "The form that 0xchat uses today is only trusted inside a gift wrap.",
  wrap: "The gift wrap could not be opened.",
  "not-for-us": "It is addressed to a key that is not yours.",
  "own-key": "It was written by a real key, not by an alias, or by you to yourself.",
  work: "A request to you must carry more proof of work.",
  decrypt: "Its content could not be opened.",
  "inner-shape": "Its content does not say who is speaking.",
  "inner-sig": "The signature inside does not belong to the person it names.",
  unbound: "Nothing ties this alias to the person it names; the message may have been forwarded.",
  "wrong-peer": "It comes from somebody else than the person this alias was made for.",
  "names-no-request": "It answers, but does not say which request.",
} as const);
export type AliasFault = keyof typeof ALIAS_FAULTS;
