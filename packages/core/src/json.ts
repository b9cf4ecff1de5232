/**
 * JSON from strangers: one declaration per object gives its type, its reader and its writer, so they cannot drift.
 *
 * `parseJson` bounds length and depth before the engine's parser runs and refuses repeated keys, which two readers
 * would read as two different objects. Shapes then check every field; unknown ones are refused unless the protocol
 * says that readers ignore them. The writer puts fields in the order of the declaration.
 *
 * Laws: read(write(v)) = v, and hostile text throws WireError and nothing else.
 */
import { fromHex, isWellFormed } from "./bytes.ts";
import { WireError } from "./errors.ts";

export interface JsonLimits {
  readonly maxLength: number;
  readonly maxDepth: number;
}

/** Parses a text of any origin; `path` names it in errors. */
export function parseJson(text: string, path: string, limits: JsonLimits): unknown {
  if (text.length > limits.maxLength) throw new WireError("wire/too-long", path);
  scan(text, path, limits.maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError("wire/json", path);
  }
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;

/** Looks at brackets and keys only; whether it is JSON at all is JSON.parse's to say. */
function scan(text: string, path: string, maxDepth: number): void {
  const open: (Set<string> | undefined)[] = [];
  /** Where the string before a colon begins and ends; strings are passed over at the engine's speed. */
  let start = -1;
  let end = -1;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        start = i;
        end = endOfString(text, i);
        i = end;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (open.length === maxDepth) throw new WireError("wire/too-deep", path);
        open.push(text.charCodeAt(i) === OPEN_BRACE ? new Set() : undefined);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        open.pop();
        break;
      case COLON: {
        const keys = open.at(-1);
        const key = start === -1 ? undefined : unquote(text.slice(start, end + 1));
        if (keys === undefined || key === undefined) throw new WireError("wire/json", path);
        if (keys.has(key)) throw new WireError("wire/duplicate-field", path);
        keys.add(key);
        break;
      }
    }
  }
}

/** The quote that ends the string, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** An odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before--;
  return (at - before) % 2 === 0;
}

/** Two spellings of one key are one key: `"\u0061"` is `"a"`. */
function unquote(quoted: string): string | undefined {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    const key: unknown = JSON.parse(quoted);
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a value of type T from parsed JSON; `write` gives what JSON.stringify should see. */
export interface Shape<T> {
  read(value: unknown, path: string): T;
  write(value: T): unknown;
}
export type ShapeValue<S> = S extends Shape<infer T> ? T : never;

export function readShape<T>(shape: Shape<T>, text: string, path: string, limits: JsonLimits): T {
  return shape.read(parseJson(text, path, limits), path);
}

export function writeShape<T>(shape: Shape<T>, value: T): string {
  return JSON.stringify(shape.write(value));
}

/** Well-formed text of at most `max` UTF-16 units. */
export function text({ max, min = 0 }: { readonly max: number; readonly min?: number }): Shape<string> {
  return leaf((value, path) => {
    if (typeof value !== "string") throw new WireError("wire/type", path);
    if (value.length < min) throw new WireError("wire/length", path);
    if (value.length > max) throw new WireError("wire/too-long", path);
    if (!isWellFormed(value)) throw new WireError("wire/text", path);
    return value;
  });
}

/** Lowercase hex of exactly `bytes` bytes, kept as text. */
export function hexText(bytes: number): Shape<string> {
  return leaf((value, path) => {
    if (typeof value !== "string") throw new WireError("wire/type", path);
    if (fromHex(value, bytes) === undefined) throw new WireError("wire/hex", path);
    return value;
  });
}

/** A safe integer in the range; `-0` and fractions are not integers here. */
export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}): Shape<number> {
  return leaf((value, path) => {
    if (typeof value !== "number") throw new WireError("wire/type", path);
    if (!Number.isSafeInteger(value) || Object.is(value, -0) || value < min || value > max) {
      throw new WireError("wire/range", path);
    }
    return value;
  });
}

export const boolean: Shape<boolean> = leaf((value, path) => {
  if (typeof value !== "boolean") throw new WireError("wire/type", path);
  return value;
});

export function oneOf<const V extends string | number>(...values: readonly V[]): Shape<V> {
  return leaf((value, path) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new WireError("wire/range", path);
    return found;
  });
}

export function list<T>(
  of: Shape<T>,
  { max, min = 0 }: { readonly max: number; readonly min?: number },
): Shape<readonly T[]> {
  return {
    read: (value, path) => {
      if (!Array.isArray(value)) throw new WireError("wire/type", path);
      if (value.length < min) throw new WireError("wire/length", path);
      if (value.length > max) throw new WireError("wire/too-many", path);
      return Object.freeze(Array.from(value as unknown[], (item, i) => of.read(item, `${path}[${i}]`)));
    },
    write: (items) => items.map((item) => of.write(item)),
  };
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<R, O> = { readonly [K in keyof R]: ShapeValue<R[K]> } & { readonly [K in keyof O]?: ShapeValue<O[K]> };

/** An object with these fields. `unknown: "ignore"` is for objects that the protocol lets others extend. */
export function object<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  { optional, unknown = "refuse" }: { readonly optional?: O; readonly unknown?: "refuse" | "ignore" } = {},
): Shape<ObjectOf<R, O>> {
  const must = Object.entries(required);
  const may = Object.entries(optional ?? {});
  const known = new Set([...must, ...may].map(([name]) => name));
  return {
    read: (value, path) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WireError("wire/type", path);
      const given = new Map<string, unknown>(Object.entries(value));
      if (unknown === "refuse") {
        for (const name of given.keys()) if (!known.has(name)) throw new WireError("wire/unknown-field", path);
      }
      const fields: [string, unknown][] = [];
      for (const [name, shape] of must) {
        if (!given.has(name)) throw new WireError("wire/missing-field", `${path}.${name}`);
        fields.push([name, shape.read(given.get(name), `${path}.${name}`)]);
      }
      for (const [name, shape] of may) {
        if (given.has(name)) fields.push([name, shape.read(given.get(name), `${path}.${name}`)]);
      }
      return Object.freeze(Object.fromEntries(fields)) as ObjectOf<R, O>;
    },
    write: (value) => {
      const fields = new Map<string, unknown>(Object.entries(value as object));
      const out: [string, unknown][] = [];
      for (const [name, shape] of [...must, ...may]) {
        const field = fields.get(name);
        if (field !== undefined) out.push([name, shape.write(field)]);
      }
      return Object.fromEntries(out);
    },
  };
}

function leaf<T>(read: (value: unknown, path: string) => T): Shape<T> {
  return { read, write: (value) => value };
}
