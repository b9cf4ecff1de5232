/**
 * What a prompt shows, as plain data: words for a person, made from the call alone. No key is used to make one, and
 * whether the user is in a ring is not looked at (docs/spec/member-proofs.md, "Provider").
 */
import { boolean, list, object, oneOf, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import { MAX_NAME } from "./accounts.ts";
import { MAX_CALL } from "./call.ts";

const sentence = text({ max: 2_000 });
const row = object({ label: text({ max: 60 }), value: text({ max: 4_000 }) });
const member = object({ npub: text({ max: 80 }), name: text({ max: MAX_NAME }) });

export const view = object({
  origin: text({ max: 300 }),
  account: object({ name: text({ max: MAX_NAME }), npub: text({ max: 80 }) }),
  needs: oneOf("consent", "unlock"),
  /** Whether a passphrase must be typed. */
  isLocked: boolean,
  title: sentence,
  explanation: sentence,
  warnings: list(sentence, { max: 12 }),
  rows: list(row, { max: 40 }),
  /** What would be signed, encrypted or opened. */
  content: text({ max: MAX_CALL }),
  contentLabel: text({ max: 60 }),
  members: list(member, { max: 2_100 }),
  /** May a yes be remembered, and for all ordinary requests? */
  remember: object({ allow: boolean, everything: boolean }),
});
export type View = ShapeValue<typeof view>;
export const viewShape: Shape<View> = view;
