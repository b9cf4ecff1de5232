/** Every way in which a page is told no. One word covers whatever concerns the user, so a page learns nothing from it. */
export const REFUSALS = ["refused", "invalid", "busy", "failed", "unsupported"] as const;
export type Refusal = (typeof REFUSALS)[number];

export const REFUSAL_SENTENCES: Readonly<Record<Refusal, string>> = {
  refused: "The request was refused.",
  invalid: "The request is not well formed.",
  busy: "Too many requests are open; wait until they are answered.",
  failed: "This cannot be encrypted or decrypted.",
  unsupported: "This provider does not know that method.",
};
