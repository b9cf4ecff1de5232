/** Events as they come on lines: bare, or as `{"type":"event","event":…}` from one of our own commands. */
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import type { EventTemplate } from "@subrosa/core/nostr/event";
import { Failure } from "./failure.ts";
import { INPUT_LIMITS } from "./input.ts";

/** Undefined where it is no JSON. */
export function readLine(line: string): unknown {
  let value: unknown;
  try {
    value = parseJson(line, "line", INPUT_LIMITS);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
  return isObject(value) && value["type"] === "event" && isObject(value["event"]) ? value["event"] : value;
}

/** What is to be signed; the time is now where none is given. */
export function templateIn(line: string, now: number): EventTemplate {
  const value = readLine(line);
  if (!isObject(value)) throw new Failure("input", "An event is a JSON object.");
  const { kind = 1, created_at = now, tags = [], content = "" } = value;
  const isTags =
    Array.isArray(tags) && tags.every((tag) => Array.isArray(tag) && tag.every((part) => typeof part === "string"));
  if (typeof kind !== "number" || typeof created_at !== "number" || !isTags || typeof content !== "string") {
    throw new Failure("input", "An event has a kind, a time, tags and content; one of them is of the wrong form.");
  }
  return { kind, created_at, tags, content };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
