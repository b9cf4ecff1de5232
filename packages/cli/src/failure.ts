/**
 * How a command ends when it does not end well. Codes are stable names for programs; sentences are for people and never
 * hold a secret.
 *
 *     0 done    1 failed    2 the arguments are wrong    124 the time was over (as `timeout` says it)    130 Ctrl-C
 */
import { UsageError, WireError } from "@subrosa/core/errors";

export const DONE = 0;
export const FAILED = 1;
export const BAD_ARGUMENTS = 2;
export const TIMED_OUT = 124;
export const INTERRUPTED = 130;

export type FailureCode =
  | "arguments"
  | "account"
  | "file"
  | "input"
  | "interrupted"
  | "invalid"
  | "key"
  | "not-found"
  | "passphrase"
  | "publish-refused"
  | "refused"
  | "relay"
  | "secret-in-arguments"
  | "store-busy"
  | "timeout";

const EXIT: Readonly<Partial<Record<FailureCode, number>>> = {
  arguments: BAD_ARGUMENTS,
  "secret-in-arguments": BAD_ARGUMENTS,
  timeout: TIMED_OUT,
  interrupted: INTERRUPTED,
};

/** `details` are shown in JSON beside the code. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: FailureCode, sentence: string, details: Readonly<Record<string, unknown>> = {}) {
    super(sentence);
    this.code = code;
    this.details = details;
  }

  get exit(): number {
    return EXIT[this.code] ?? FAILED;
  }
}

export function badArguments(sentence: string): Failure {
  return new Failure("arguments", sentence);
}

/** Whose fault it was, for the errors that a command meets; undefined for a bug of ours. */
export function failureFrom(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof UsageError) return badArguments(error.message);
  if (error instanceof WireError) return new Failure("input", `This cannot be read: ${error.message}.`);
  if (isSystemError(error)) return new Failure("file", sentenceOf(error));
  return undefined;
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this may not be read or written",
  EISDIR: "this is a folder",
  EEXIST: "there is one already",
  ENOSPC: "the disk is full",
  EROFS: "the disk may not be written",
};

function sentenceOf(error: NodeJS.ErrnoException): string {
  const what = SYSTEM[error.code ?? ""] ?? `the system says ${error.code}`;
  return error.path === undefined ? `${what}.` : `${error.path}: ${what}.`;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
