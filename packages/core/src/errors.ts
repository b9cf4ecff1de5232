/**
 * Whose fault is it? A stranger's bytes throw `WireError`, caught once per surface. A caller's mistake throws
 * `UsageError` with a sentence that says what to do. A peer who breaks a protocol is answered with data, not with an
 * exception. Codes are API; messages are for people and never quote input, plaintext or keys.
 */
export type WireErrorCode =
  | "wire/type"
  | "wire/missing-field"
  | "wire/unknown-field"
  | "wire/duplicate-field"
  | "wire/json"
  | "wire/text"
  | "wire/hex"
  | "wire/length"
  | "wire/range"
  | "wire/too-long"
  | "wire/too-deep"
  | "wire/too-many"
  | "wire/unknown-kind"
  | "wire/non-canonical";

export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  /** Where reading stopped, e.g. `event.tags[2]`. */
  readonly path: string;

  constructor(code: WireErrorCode, path: string) {
    super(`${code} at ${path}`);
    this.code = code;
    this.path = path;
  }
}

export type UsageErrorCode =
  | "usage/ill-formed-text"
  | "usage/length"
  | "usage/range"
  | "usage/secret"
  | "usage/point"
  | "usage/wiped"
  | "usage/template"
  | "usage/too-long"
  | "usage/ring"
  | "usage/scope"
  | "usage/state";

export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, advice: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${advice}`, options);
    this.code = code;
  }
}
