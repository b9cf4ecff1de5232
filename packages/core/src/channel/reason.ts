/**
 * Why something was not accepted: one closed vocabulary from the outer event to the rights of its author, in the
 * order in which CHANNEL-2 looks, and for each word a sentence for people.
 */
import type { EventFault } from "../nostr/event.ts";

/** The envelope, before anybody's words are read. */
export type WrapReason =
  | EventFault
  | "wrap-kind"
  | "wrap-recipient"
  | "wrap-decrypt"
  | "inner-json"
  | "inner-shape"
  | "inner-id"
  | "inner-sig"
  | "seal-tags"
  | "seal-decrypt"
  | "rumor-shape"
  | "seal-author";

/** The inner event by itself. */
export type FieldReason =
  | "kind-envelope"
  | "kind-reserved"
  | "wrong-destination"
  | "root-missing"
  | "root-ambiguous"
  | "tag-shape"
  | "metadata"
  | "form-unknown"
  | "secret-missing"
  | "secret-range"
  | "key-mismatch"
  | "expiration-shape"
  | "expiration-range"
  | "move-shape"
  | "moved-to-itself"
  | "notice-shape"
  | "offer-shape"
  | "accept-shape";

/** The inner event in its channel, as a function of the set of events held. */
export type RightReason =
  | "held-back"
  | "create-missing"
  | "other-channel"
  | "other-create"
  | "shadow-copy"
  | "wrong-form"
  | "expired"
  | "after-expiry"
  | "after-move"
  | "not-owner"
  | "tenure-unknown"
  | "tenure-lost"
  | "tenure-closed"
  | "offer-unknown"
  | "offer-not-last"
  | "offer-lapsed"
  | "not-delegate"
  | "accepts-taken-back"
  | "accepts-after-move"
  | "accept-not-first"
  | "move-author"
  | "move-late"
  | "move-back";

export type ChannelReason = WrapReason | FieldReason | RightReason;

export const SENTENCES: Readonly<Record<ChannelReason, string>> = Object.freeze({
  "event-shape": "This is not a Nostr event.",
  "event-id": "The outer event's id is not its own.",
  "event-sig": "The outer event's signature is wrong.",
  "wrap-kind": "This is not a gift wrap.",
  "wrap-recipient": "The wrap is addressed to nobody here, or to more than one key.",
  "wrap-decrypt": "The wrap cannot be opened: it was damaged, or made for another key.",
  "inner-json": "The wrap holds no well-formed JSON.",
  "inner-shape": "The wrap holds something that is not a signed event.",
  "inner-id": "The inner event's id is not its own.",
  "inner-sig": "The inner event is not signed by the author it names.",
  "seal-tags": "The seal carries tags.",
  "seal-decrypt": "The seal cannot be opened: it was made for another key.",
  "rumor-shape": "The seal holds no well-formed event.",
  "seal-author": "The seal was made by somebody other than the author it holds.",
  "kind-envelope": "An envelope or a login cannot be carried inside a channel.",
  "kind-reserved": "This kind is kept for later versions of channels.",
  "wrong-destination": "This kind of event does not belong to the key it was sent to.",
  "root-missing": "The event does not name its channel.",
  "root-ambiguous": "The event names more than one channel.",
  "tag-shape": "A tag holds no valid event id or public key.",
  metadata: "The description of the channel is not well-formed.",
  "form-unknown": "The channel asks for a security form that is not known here.",
  "secret-missing": "There is no channel key in it, or more than one.",
  "secret-range": "What it carries as channel key is no key.",
  "key-mismatch": "The channel key in it is not the key it names.",
  "expiration-shape": "Its expiration is not a time.",
  "expiration-range": "Its expiration lies before its date, or more than ten years after it.",
  "move-shape": "It does not name the old channel and the new one.",
  "moved-to-itself": "The channel is said to move to itself.",
  "notice-shape": "The notice of a move names something other than the old channel and a fingerprint.",
  "offer-shape": "The offer of ownership names nobody, or more than one person.",
  "accept-shape": "The acceptance names no offer, or more than one.",
  "held-back": "It is dated in the future and waits for its time.",
  "create-missing": "The channel's first event has not come yet.",
  "other-channel": "It belongs to another channel.",
  "other-create": "It creates another channel under the same key.",
  "shadow-copy": "The channel's first event names another key: somebody runs a copy of the channel.",
  "wrong-form": "It is signed where the channel seals, or sealed where the channel signs.",
  expired: "Its time to disappear has come.",
  "after-expiry": "It was written after the channel expired.",
  "after-move": "It was written to the old channel after the move.",
  "not-owner": "Its author is not the owner.",
  "tenure-unknown": "It names an ownership that is not known, or was never accepted.",
  "tenure-lost": "It names an ownership that lost against a later one.",
  "tenure-closed": "It is by a former owner, and his successor did not list it.",
  "offer-unknown": "The offer of ownership it answers is not known.",
  "offer-not-last": "A later offer of the same owner was accepted.",
  "offer-lapsed": "The offer of ownership had lapsed when it was accepted.",
  "not-delegate": "Its author is not the person to whom ownership was offered.",
  "accepts-taken-back": "It accepts an offer that, by its own account, had been replaced or taken back.",
  "accepts-after-move": "It accepts ownership of a channel that, by its own account, had moved.",
  "accept-not-first": "Another acceptance of the same offer counts.",
  "move-author": "The new channel was not created by the owner who announced the move.",
  "move-late": "The move was announced after the channel expired.",
  "move-back": "The move leads back to a channel it came from, or the chain is too long.",
});
