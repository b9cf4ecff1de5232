/**
 * What a page can ask for, in classes that say how far a permission reaches (docs/extension.md, "Permissions").
 *
 *   open      no key and no consent: checking somebody's proof
 *   ordinary  may be allowed once, for a time or always, and together by "everything"
 *   named     as ordinary, but only by its own name, never by "everything"
 *   each      asked every single time: a permission that lasts would let a page try rings until it knows who is there
 */
export const METHODS = [
  "getPublicKey",
  "signEvent",
  "nip04.encrypt",
  "nip04.decrypt",
  "nip44.encrypt",
  "nip44.decrypt",
  "signEventAsGroupMember",
  "verifyGroupMemberProof",
  "subrosa.anonymousSign",
  "subrosa.deriveAlias",
  "subrosa.batchDecrypt",
] as const;
export type Method = (typeof METHODS)[number];

export type MethodClass = "open" | "ordinary" | "named" | "each";

export function classOf(method: Method): MethodClass {
  switch (method) {
    case "verifyGroupMemberProof":
      return "open";
    case "getPublicKey":
    case "signEvent":
    case "nip04.encrypt":
    case "nip04.decrypt":
    case "nip44.encrypt":
    case "nip44.decrypt":
      return "ordinary";
    case "subrosa.anonymousSign":
    case "subrosa.batchDecrypt":
      return "named";
    case "signEventAsGroupMember":
    case "subrosa.deriveAlias":
      return "each";
    default:
      return method satisfies never;
  }
}

/** After "may" and "may not", and in the list of what happened. */
export const METHOD_WORDS: Readonly<Record<Method, string>> = {
  getPublicKey: "know who you are",
  signEvent: "sign",
  "nip04.encrypt": "encrypt (old form)",
  "nip04.decrypt": "read a message (old form)",
  "nip44.encrypt": "encrypt",
  "nip44.decrypt": "read a message",
  signEventAsGroupMember: "sign as a member",
  verifyGroupMemberProof: "check a proof",
  "subrosa.anonymousSign": "send under a one-time key",
  "subrosa.deriveAlias": "have an alias key",
  "subrosa.batchDecrypt": "read many messages",
};
