/**
 * Messages between the zones, each one text of JSON with a bounded size (docs/extension.md, "Three zones").
 *
 *     page ◄── port ──► content script ◄── port ──► worker ◄── port ──► prompt
 *
 * A message that is not exactly one of these is dropped, whoever sent it. Ids are 128 random bits, made by whoever asks;
 * nothing in a message says where it comes from: that is the browser's word.
 */
import {
  boolean,
  list,
  object,
  oneOf,
  readShape,
  type Shape,
  type ShapeValue,
  text,
  writeShape,
} from "@subrosa/core/json";
import { MAX_CALL, MAX_RESULT } from "./call.ts";
import { METHODS } from "./method.ts";
import { REFUSALS } from "./refusal.ts";

/** JSON in JSON: every quote and backslash of a call may double. */
export const MAX_MESSAGE = 5 * MAX_CALL;
/** A passphrase is one a person types. */
export const MAX_PASSPHRASE = 1_000;

const id = text({ min: 32, max: 32 });
const json = text({ max: MAX_RESULT });

const ask = object({ type: oneOf("ask"), id, method: oneOf(...METHODS), params: text({ max: MAX_CALL }) });
/** After the worker slept: what became of these? */
const resume = object({ type: oneOf("resume"), ids: list(id, { min: 1, max: 64 }) });
const result = object({ type: oneOf("result"), id, value: json });
const refusal = object({ type: oneOf("refusal"), id, code: oneOf(...REFUSALS) });
const changed = object({ type: oneOf("accountChanged") });

const show = object({ type: oneOf("show"), id });
const approve = object({
  type: oneOf("answer"),
  id,
  verdict: oneOf("allow", "deny"),
  lasts: oneOf("once", "hour", "always"),
  reach: oneOf("this", "everything"),
  passphrase: text({ max: MAX_PASSPHRASE }),
});
const view = object({ type: oneOf("view"), id, view: json });
const wrong = object({ type: oneOf("wrong-passphrase"), id });
const working = object({ type: oneOf("working"), id, on: boolean });
const gone = object({ type: oneOf("gone"), id });

/** One of several objects, told apart by `type`. */
export function union<S extends Readonly<Record<string, Shape<{ readonly type: string }>>>>(
  shapes: S,
): Shape<ShapeValue<S[keyof S]>> {
  const byType = new Map(Object.entries(shapes));
  const tag = object({ type: oneOf(...byType.keys()) }, { unknown: "ignore" });
  const shapeOf = (type: string) => byType.get(type) as Shape<ShapeValue<S[keyof S]>>;
  return {
    read: (value, path) => shapeOf(tag.read(value, path).type).read(value, path),
    write: (value) => shapeOf((value as { readonly type: string }).type).write(value),
  };
}

/** From a page, through its content script, to the worker. */
export const upward = union({ ask, resume });
export type Upward = ShapeValue<typeof upward>;
/** From the worker to a page. */
export const downward = union({ result, refusal, accountChanged: changed });
export type Downward = ShapeValue<typeof downward>;
/** From a prompt to the worker. */
export const fromPrompt = union({ show, answer: approve });
export type FromPrompt = ShapeValue<typeof fromPrompt>;
/** From the worker to a prompt. */
export const toPrompt = union({ view, "wrong-passphrase": wrong, working, gone });
export type ToPrompt = ShapeValue<typeof toPrompt>;

/** Throws WireError. */
export function readMessage<T>(shape: Shape<T>, message: unknown): T {
  const given = typeof message === "string" ? message : "";
  return readShape(shape, given, "message", { maxLength: MAX_MESSAGE, maxDepth: 8 });
}

export function writeMessage<T>(shape: Shape<T>, message: T): string {
  return writeShape(shape, message);
}
