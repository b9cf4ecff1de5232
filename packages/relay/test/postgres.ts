/**
 * A PostgreSQL of the tests' own: made from the system's binaries in a temporary folder, reached by a Unix socket that
 * lies there, and gone afterwards. Its server refuses to run as root, so root starts it as somebody else.
 *
 * `postgres` is undefined where the machine has no such binaries; tests then are skipped with one line.
 */
import { type ChildProcessByStdio, execFile, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

/** Where `initdb` and `postgres` are: on the path, or where Debian and Fedora keep them, the newest first. */
function findBinaries(): string | undefined {
  const roots = ["/usr/lib/postgresql", "/usr/pgsql"];
  const versions = roots.flatMap((root) =>
    existsSync(root)
      ? readdirSync(root)
          .sort((a, b) => Number(b) - Number(a))
          .map((version) => join(root, version, "bin"))
      : [],
  );
  const candidates = [...(process.env["PATH"] ?? "").split(delimiter), ...versions];
  return candidates.find((dir) => existsSync(join(dir, "initdb")) && existsSync(join(dir, "postgres")));
}

/** Nobody's numbers where the machine has no user `postgres`. */
function otherUser(): { readonly uid: number; readonly gid: number } {
  try {
    const number = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { stdio: "pipe" }));
    return { uid: number("-u"), gid: number("-g") };
  } catch {
    return { uid: 65_534, gid: 65_534 };
  }
}

export const postgres: string | undefined = findBinaries();
export const WITHOUT_POSTGRES = "PostgreSQL is not installed on this machine: nothing of it was tried";

/** A machine that is busy takes its time to make a database; the hooks that do it get as much. */
export const PATIENCE_MS = 120_000;

/** What the server is started with: small, and without waiting for the disk, which no test pulls the plug on. */
const SETTINGS = {
  listen_addresses: "",
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  max_connections: "80",
  autovacuum_naptime: "5s",
};

/** Runs the server until a line names the signal to end it with, or until whoever started it is no more. */
const WATCHED = '"$0" "$@" & server=$!; read how; test "$how" || how=QUIT; kill -"$how" $server; wait $server';

/** Empty for oneself. */
interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

export class PostgresUnderTest implements AsyncDisposable {
  readonly dir: string;
  readonly #bin: string;
  readonly #as: RunAs;
  #server: ChildProcessByStdio<Writable, null, null> | undefined;
  #databases = 0;

  private constructor(bin: string, dir: string, as: RunAs) {
    this.#bin = bin;
    this.dir = dir;
    this.#as = as;
  }

  static async start(): Promise<PostgresUnderTest> {
    if (postgres === undefined) throw new Error(WITHOUT_POSTGRES);
    const as: RunAs = process.getuid?.() === 0 ? otherUser() : {};
    // A socket's path must be short, so not below this package.
    const dir = mkdtempSync(join(tmpdir(), "sr-pg-"));
    if (as.uid !== undefined && as.gid !== undefined) chownSync(dir, as.uid, as.gid);
    const it = new PostgresUnderTest(postgres, dir, as);
    const init = ["-D", it.#data, "-U", "relay", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    await run(join(postgres, "initdb"), init, { ...as, cwd: dir, env: { PATH: process.env["PATH"] ?? "" } });
    await it.up();
    return it;
  }

  get #data(): string {
    return join(this.dir, "data");
  }

  /** Starts the server, or starts it again; resolves when it takes connections. */
  async up(): Promise<void> {
    const settings = Object.entries({ ...SETTINGS, unix_socket_directories: this.dir });
    const args = ["-D", this.#data, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
    const command = [WATCHED, join(this.#bin, "postgres"), ...args];
    const server = spawn("sh", ["-c", ...command], { ...this.#as, cwd: this.dir, stdio: ["pipe", "ignore", "ignore"] });
    server.stdin.on("error", () => {});
    this.#server = server;
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      if (performance.now() > end) throw new Error("PostgreSQL does not start");
      const client = new pg.Client({ connectionString: this.url("postgres") });
      client.on("error", () => {});
      try {
        await client.connect();
        return;
      } catch {
        await new Promise((done) => setTimeout(done, 30));
      } finally {
        await client.end().catch(() => {});
      }
    }
  }

  /** `fast`: connections are cut and data is written; `immediate`: as if the machine had crashed. */
  async down(how: "fast" | "immediate" = "fast"): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.stdin.end(how === "fast" ? "INT\n" : "QUIT\n");
    await gone;
  }

  url(database: string): string {
    return `postgres://relay@/${database}?host=${encodeURIComponent(this.dir)}`;
  }

  /** A fresh database; returns its connection string. */
  async database(): Promise<string> {
    const name = `test_${this.#databases++}`;
    await this.query("postgres", `create database ${name}`);
    return this.url(name);
  }

  /** As the owner of everything: `of` is a connection string or the name of a database. */
  async query(of: string, text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: of.includes("://") ? of : this.url(of) });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Cuts every connection to a database but this one's own. */
  async cut(database: string): Promise<number> {
    const sql = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()";
    return (await this.query(database, `${sql} and pid <> pg_backend_pid()`)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down("immediate");
    rmSync(this.dir, { recursive: true, force: true });
  }
}
