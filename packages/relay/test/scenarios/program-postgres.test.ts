/** subrosa-relay with its events in PostgreSQL: where the connection string comes from, and moving between stores. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCurve } from "@subrosa/curve/open-curve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Person } from "../../src/check/person.ts";
import { Client } from "../client.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";
import { bundle, Listening } from "../process.ts";

const curve = openCurve();

if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.runIf(postgres !== undefined)("subrosa-relay --store postgres", () => {
  let server: PostgresUnderTest;
  let program: Awaited<ReturnType<typeof bundle>>;
  let dir: string;
  beforeAll(async () => {
    [server, program] = await Promise.all([PostgresUnderTest.start(), bundle("src/cli.ts")]);
    dir = mkdtempSync(join(tmpdir(), "subrosa-program-"));
  }, PATIENCE_MS);
  afterAll(async () => {
    program.remove();
    rmSync(dir, { recursive: true });
    await server[Symbol.asyncDispose]();
  }, PATIENCE_MS);

  async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, input = "") {
    const child = spawn(process.execPath, [program.path, ...args], { env: { ...process.env, ...env } });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data: Buffer) => {
      out += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      err += data.toString();
    });
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, out, err };
  }

  test("events go from PostgreSQL into files and back, by export and import, and are whole everywhere", async () => {
    const [first, second] = [await server.database(), await server.database()];
    const file = join(dir, "connection");
    writeFileSync(file, `${first}\n`, { mode: 0o600 });
    const config = join(dir, "config.json");
    writeFileSync(config, JSON.stringify({ store: "postgres", databaseFile: file, media: "off" }));
    const author = new Person(curve);
    const wrap = author.sign({ kind: 1059, tags: [["p", new Person(curve).pubkey]] });
    const events = [author.sign({ content: "🌹" }), author.sign({ kind: 0 }), wrap];
    const relay = await Listening.start(program.path, ["--port", "0", "--data", dir, "--config", config]);
    const client = await Client.open(relay.url);
    for (const each of events) expect((await client.publish(each)).accepted).toBe(true);
    expect(await relay.end("SIGTERM")).toBe(0);

    const inPostgres = ["--store", "postgres"];
    const inFiles = ["--data", join(dir, "files")];
    const verified = { code: 0, out: "3 events, nothing wrong.\n" };
    const moved = { code: 0, out: "3 stored, 0 known, 0 refused.\n" };
    expect(await run(["verify", ...inPostgres], { SUBROSA_DATABASE: first })).toMatchObject(verified);
    const exported = await run(["export", "--config", config]);
    expect(await run(["import", ...inFiles], {}, exported.out)).toMatchObject(moved);
    expect(await run(["verify", ...inFiles])).toMatchObject(verified);
    const again = await run(["export", ...inFiles]);
    expect(again.out).toBe(exported.out);
    expect(await run(["import", ...inPostgres], { SUBROSA_DATABASE: second }, again.out)).toMatchObject(moved);
    expect(await run(["verify", ...inPostgres], { SUBROSA_DATABASE: second })).toMatchObject(verified);
  });

  test("mistakes are sentences, and show no connection string", async () => {
    const away = { SUBROSA_DATABASE: "postgres://rose:thorn@127.0.0.1:1/none" };
    for (const [args, env, why] of [
      [["verify", "--store", "postgres"], away, /^store\/unavailable: the database cannot be reached\n$/],
      [
        ["verify", "--store", "postgres"],
        { SUBROSA_DATABASE: "postgres://rose:thorn@[" },
        /connection string is not right/,
      ],
      [["verify", "--store", "paper"], {}, /embedded/],
      [["backup", join(dir, "backup"), "--store", "postgres"], away, /pg_dump/],
    ] as const) {
      const { code, out, err } = await run(args, env);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(why);
      expect(err).not.toMatch(/thorn/);
    }
  });
});
