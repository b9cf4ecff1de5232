/**
 * May this click count? A site can time its request so that a prompt appears under a click or a key that was meant for
 * the page. So buttons wait until the prompt has been in front, seen and unmoved, for a while: pure, fed with events.
 *
 * Only what a person did counts (`isTrusted`), only with the prompt in front, and a key that is held down never does.
 */
export const ARMING_MS = 700;

export interface Guard {
  /** Since when the prompt has been in front without a break; undefined while it is not. */
  readonly frontSince: number | undefined;
}
export const BEHIND: Guard = { frontSince: undefined };

export type GuardEvent =
  | { readonly kind: "front"; readonly at: number }
  | { readonly kind: "behind" }
  /** The window was moved, resized or covered: what is under the pointer is another thing now. */
  | { readonly kind: "shifted"; readonly at: number };

export function watch(guard: Guard, event: GuardEvent): Guard {
  switch (event.kind) {
    case "front":
      return guard.frontSince === undefined ? { frontSince: event.at } : guard;
    case "behind":
      return BEHIND;
    case "shifted":
      return guard.frontSince === undefined ? guard : { frontSince: event.at };
    default:
      return event satisfies never;
  }
}

export interface Press {
  readonly at: number;
  readonly isTrusted: boolean;
  readonly isRepeated: boolean;
}

export function counts(guard: Guard, press: Press): boolean {
  if (guard.frontSince === undefined || !press.isTrusted || press.isRepeated) return false;
  return press.at - guard.frontSince >= ARMING_MS;
}
