/**
 * Where accounts are: a folder of this user alone, with one file for each, its name in the open and all else sealed.
 *
 *     --store, SUBROSA_STORE, XDG_DATA_HOME/subrosa, ~/.local/share/subrosa        current    the account that is used
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { openLmdbStore } from "@subrosa/client/store/lmdb-store";
import { checkShelfName, isShelfName, type Shelf } from "@subrosa/client/store/shelf";
import { badArguments, Failure } from "../failure.ts";
import type { Given } from "../given.ts";
import type { Host } from "../host.ts";
import type { Option } from "../option.ts";

export const STORE_OPTIONS: readonly Option[] = [
  { flags: "--store <folder>", about: "where accounts are kept (or set SUBROSA_STORE)" },
];
export const PLACE_OPTIONS: readonly Option[] = [
  ...STORE_OPTIONS,
  { flags: "--account <name>", about: "which account (or set SUBROSA_ACCOUNT)" },
];

const FILE = "account.mdb";

export class Place {
  readonly folder: string;
  readonly #env: Host["env"];

  constructor(given: Given, { env }: Pick<Host, "env">) {
    const data = env["XDG_DATA_HOME"] || join(env["HOME"] || homedir(), ".local/share");
    this.folder = resolve(given.text("store") ?? (env["SUBROSA_STORE"] || join(data, "subrosa")));
    this.#env = env;
  }

  /** Nobody else may even look. */
  prepare(): void {
    mkdirSync(join(this.folder, "accounts"), { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
  }

  names(): readonly string[] {
    try {
      return readdirSync(join(this.folder, "accounts")).filter(isShelfName).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  /** Of an account that is there. */
  path(name: string): string {
    checkShelfName(name);
    return join(this.folder, "accounts", name);
  }

  get current(): string | undefined {
    try {
      return readFileSync(join(this.folder, "current"), "utf8").trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  use(name: string): void {
    const path = join(this.folder, "current");
    writeFileSync(`${path}.new`, `${name}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** No account is the current one any more. */
  forget(): void {
    rmSync(join(this.folder, "current"), { force: true });
  }

  /** The one that is meant: named, set, chosen before, or the only one. */
  chosen(given: Given): string {
    const names = this.names();
    const name = given.text("account") ?? (this.#env["SUBROSA_ACCOUNT"] || (this.current ?? only(names)));
    if (name === undefined) {
      throw names.length === 0
        ? new Failure("account", "There is no account here yet: subrosa account new NAME makes one.")
        : badArguments("There are several accounts: name one with --account, or subrosa account use NAME.");
    }
    if (!names.includes(name))
      throw new Failure("account", "There is no account with this name; see subrosa account list.");
    return name;
  }

  shelf(): Shelf {
    return {
      names: async () => this.names(),
      open: async (name) => {
        mkdirSync(this.path(name), { recursive: true, mode: 0o700 });
        return openLmdbStore(join(this.path(name), FILE));
      },
      remove: async (name) => rmSync(this.path(name), { recursive: true, force: true }),
    };
  }
}

function only(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}
