/**
 * From a configuration to the store it names. A connection string may hold a password, so it comes from the environment
 * or from a file, never from the command line, where everybody on the machine could read it.
 */
import { readFileSync } from "node:fs";
import { UsageError } from "@subrosa/core/errors";
import type { Config } from "../config.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { openPostgresStore } from "./postgres/postgres-store.ts";
import type { Store } from "./store.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export async function openStore(config: Config, environment: Environment): Promise<Store> {
  const { durability, recipientDeletesWraps = false } = config;
  if (config.store === "embedded") {
    const cacheBytes = config.cacheMegabytes << 20;
    return openLmdbStore({ dir: config.data, durability, cacheBytes, recipientDeletesWraps });
  }
  return openPostgresStore({
    connectionString: connectionString(config, environment),
    durability,
    recipientDeletesWraps,
    ...(config.databaseSchema !== undefined && { schema: config.databaseSchema }),
    ...(config.databaseReaders !== undefined && { readers: config.databaseReaders }),
  });
}

/** Empty where neither says anything: then PGHOST, PGUSER, PGPASSWORD and ~/.pgpass do. */
export function connectionString({ databaseFile }: Config, environment: Environment): string {
  if (databaseFile === undefined) return environment["SUBROSA_DATABASE"]?.trim() ?? "";
  try {
    return readFileSync(databaseFile, "utf8").trim();
  } catch (cause) {
    throw new UsageError("usage/state", "the file named by databaseFile cannot be read", { cause });
  }
}
