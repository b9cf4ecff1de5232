/** Flags and a file become one configuration; what is wrong with either is a sentence that says what to do. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError, WireError } from "@subrosa/core/errors";
import { readShape } from "@subrosa/core/json";
import { type Config, type ConfigFile, configShape, DEFAULT_CONFIG } from "./config.ts";
import { adviceFor } from "./config-help.ts";

export interface Settings {
  readonly command: string;
  readonly operands: readonly string[];
  readonly config: Config;
  readonly help: boolean;
}

const OPTIONS = {
  config: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  data: { type: "string" },
  url: { type: "string", multiple: true },
  durability: { type: "string" },
  store: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const MAX_FILE = 16 << 20;

export function readSettings(args: readonly string[]): Settings {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "unknown";
    throw new UsageError("usage/state", `${why}; --help lists what there is`, { cause });
  }
  const { values, positionals } = parsed;
  const [command = "serve", ...operands] = positionals;
  const fromFile = values.config === undefined ? {} : readConfigFile(values.config);
  const fromFlags = {
    ...(values.port !== undefined && { port: wholeNumber("--port", values.port) }),
    ...(values.host !== undefined && { host: values.host }),
    ...(values.data !== undefined && { data: values.data }),
    ...(values.url !== undefined && { urls: values.url }),
    ...(values.durability !== undefined && { durability: values.durability }),
    ...(values.store !== undefined && { store: values.store }),
  };
  return {
    command,
    operands,
    help: values.help === true,
    config: { ...DEFAULT_CONFIG, ...fromFile, ...checked(fromFlags, "flags") },
  };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError("usage/state", `the file given with --config cannot be read`, { cause });
  }
  try {
    const file = readShape(configShape, text, "config", { maxLength: MAX_FILE, maxDepth: 4 });
    // As it is written: beside the file that names it.
    return file.policy === undefined ? file : { ...file, policy: resolve(dirname(path), file.policy) };
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new UsageError("usage/state", `the configuration file is not right: ${adviceFor(cause, namesIn(text))}`, {
      cause,
    });
  }
}

/** Of a file that was read as JSON once; what is no object has none. */
function namesIn(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.keys(value) : [];
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return [];
  }
}

function checked(fields: object, path: string): ConfigFile {
  try {
    return configShape.read(fields, path);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new UsageError("usage/range", `this cannot be set so: ${adviceFor(cause, Object.keys(fields))}`, { cause });
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError("usage/range", `${flag} takes a whole number`);
  return Number(text);
}
