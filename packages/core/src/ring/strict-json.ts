/**
 * JSON read strictly: no duplicate keys, numbers only as tokens `0|[1-9][0-9]{0,8}`, nothing after the value, and no
 * deeper than the proof's own form (docs/spec/rings.md §3). Objects are Maps, so no key of a stranger's can mean
 * anything to JavaScript.
 *
 * Throws WireError and nothing else.
 */
import { WireError } from "../errors.ts";

export type Json = string | number | boolean | null | readonly Json[] | ReadonlyMap<string, Json>;

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /(?:0|[1-9][0-9]{0,8})(?![0-9.eE+-])/y;
const WORD = /true|false|null/y;
const MAX_DEPTH = 4;

export function parseStrictJson(text: string): Json {
  const from: Cursor = { text, at: 0 };
  const value = readValue(from, 0);
  match(from, SPACE);
  if (from.at !== text.length) throw wrong(from);
  return value;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function wrong(from: Cursor): WireError {
  return new WireError("wire/json", `json@${from.at}`);
}

function match(from: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = from.at;
  const found = pattern.exec(from.text)?.[0];
  if (found !== undefined) from.at += found.length;
  return found;
}

function skip(from: Cursor, mark: string): boolean {
  match(from, SPACE);
  if (from.text[from.at] !== mark) return false;
  from.at++;
  return true;
}

function expect(from: Cursor, mark: string): void {
  if (!skip(from, mark)) throw wrong(from);
}

function readValue(from: Cursor, depth: number): Json {
  if (depth > MAX_DEPTH) throw new WireError("wire/too-deep", `json@${from.at}`);
  if (skip(from, "{")) return readObject(from, depth);
  if (skip(from, "[")) return readArray(from, depth);
  if (from.text[from.at] === '"') return readString(from);
  const number = match(from, NUMBER);
  if (number !== undefined) return Number(number);
  switch (match(from, WORD)) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      return null;
    default:
      throw wrong(from);
  }
}

function readObject(from: Cursor, depth: number): ReadonlyMap<string, Json> {
  const object = new Map<string, Json>();
  if (skip(from, "}")) return object;
  do {
    match(from, SPACE);
    const key = readString(from);
    if (object.has(key)) throw new WireError("wire/duplicate-field", `json@${from.at}`);
    expect(from, ":");
    object.set(key, readValue(from, depth + 1));
  } while (skip(from, ","));
  expect(from, "}");
  return object;
}

function readArray(from: Cursor, depth: number): readonly Json[] {
  const array: Json[] = [];
  if (skip(from, "]")) return array;
  do array.push(readValue(from, depth + 1));
  while (skip(from, ","));
  expect(from, "]");
  return array;
}

function readString(from: Cursor): string {
  const token = match(from, STRING);
  if (token === undefined) throw wrong(from);
  return token.includes("\\") ? (JSON.parse(token) as string) : token.slice(1, -1);
}
