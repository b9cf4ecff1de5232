/**
 * May this page do this now? Pure, and asked before any key is touched (docs/extension.md, "Permissions").
 *
 *     a matching deny  ─► deny      whatever else is granted: a refusal outlives any permission
 *     class "each"     ─► ask       no allow is ever read for it
 *     a matching allow ─► allow
 *     otherwise        ─► ask
 *
 * A grant is for one origin, exactly as the browser serialises it, and for one account: switching accounts carries no
 * permission over. `until` is the first moment at which it no longer holds.
 */
import { hexText, integer, list, object, oneOf, type Shape, type ShapeValue, text } from "@subrosa/core/json";
import { classOf, METHODS, type Method } from "./method.ts";

/** Every ordinary method, in one grant. */
export const EVERYTHING = "everything";
/** `until` of what lasts until it is taken back. */
export const ALWAYS = Number.MAX_SAFE_INTEGER;
/** Old grants are forgotten first. */
export const MAX_GRANTS = 2_000;
export const MAX_ORIGIN = 300;

export const grant = object(
  {
    origin: text({ min: 1, max: MAX_ORIGIN }),
    account: hexText(32),
    method: oneOf(...METHODS, EVERYTHING),
    verdict: oneOf("allow", "deny"),
    until: integer(),
  },
  { optional: { kind: integer({ max: 65_535 }) } },
);
export type Grant = ShapeValue<typeof grant>;
export const grants: Shape<readonly Grant[]> = list(grant, { max: MAX_GRANTS });

export interface PermissionRequest {
  readonly origin: string;
  readonly account: string;
  readonly method: Method;
  /** Of the event that is to be signed. */
  readonly kind?: number;
}
export type Verdict = "allow" | "deny" | "ask";

export function decide(known: readonly Grant[], request: PermissionRequest, now: number): Verdict {
  const level = classOf(request.method);
  if (level === "open") return "allow";
  const matching = known.filter((one) => one.until > now && covers(one, request));
  if (matching.some(({ verdict }) => verdict === "deny")) return "deny";
  if (level === "each") return "ask";
  return matching.some(({ verdict }) => verdict === "allow") ? "allow" : "ask";
}

function covers(one: Grant, request: PermissionRequest): boolean {
  if (one.origin !== request.origin || one.account !== request.account) return false;
  if (one.kind !== undefined && one.kind !== request.kind) return false;
  if (one.method === request.method) return true;
  // Denying everything means every method; allowing everything means the ordinary ones.
  return one.method === EVERYTHING && (one.verdict === "deny" || classOf(request.method) === "ordinary");
}

/** How the user answered a prompt. */
export interface Choice {
  readonly verdict: "allow" | "deny";
  readonly lasts: "once" | "hour" | "always";
  /** This kind or method only, or everything ordinary that this site may ask. */
  readonly reach: "this" | "everything";
}

const HOUR = 3_600_000;

/** The grants after an answer. What was answered once leaves nothing behind. */
export function remember(
  known: readonly Grant[],
  request: PermissionRequest,
  { verdict, lasts, reach }: Choice,
  now: number,
): readonly Grant[] {
  if (lasts === "once" || !isRememberable(request.method, verdict)) return known;
  const made: Grant = {
    origin: request.origin,
    account: request.account,
    method: reach === "everything" ? EVERYTHING : request.method,
    ...(reach === "this" && request.kind !== undefined ? { kind: request.kind } : {}),
    verdict,
    until: lasts === "always" ? ALWAYS : now + HOUR,
  };
  const others = known.filter((one) => one.until > now && !isSameSubject(one, made));
  return [...others, made].slice(-MAX_GRANTS);
}

/** An allow for what is asked each time would never be read, so none is kept. */
export function isRememberable(method: Method, verdict: "allow" | "deny"): boolean {
  const level = classOf(method);
  return level !== "open" && (verdict === "deny" || level !== "each");
}

/** Takes back one grant. */
export function withoutGrant(known: readonly Grant[], taken: Grant): readonly Grant[] {
  return known.filter((one) => !isSameSubject(one, taken) || one.verdict !== taken.verdict);
}

function isSameSubject(a: Grant, b: Grant): boolean {
  return a.origin === b.origin && a.account === b.account && a.method === b.method && a.kind === b.kind;
}
