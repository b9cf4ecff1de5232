/**
 * People with accounts and open sessions in this process, for tests of commands that need one: each line is parsed and
 * run as the shell of an account does it.
 */
import { join } from "node:path";
import { openCurve } from "@subrosa/curve/open-curve";
import type { OpenSession } from "../src/account/opened.ts";
import { openGivenSession } from "../src/account/session.ts";
import type { Tools } from "../src/command.ts";
import { Given } from "../src/given.ts";
import { npubOf } from "../src/names.ts";
import { Screen } from "../src/screen.ts";
import { Secrets } from "../src/secrets/secrets.ts";
import { type Run, run, type StageOptions, stageHost } from "./stage.ts";

export interface Person extends AsyncDisposable {
  readonly name: string;
  readonly npub: string;
  readonly pubkey: string;
  readonly opened: OpenSession;
  /** Whatever its exit code. */
  try(args: readonly string[]): Promise<Run>;
  /** Must go well; answers with its last object. */
  run(...args: readonly string[]): Promise<Record<string, unknown>>;
}

export async function person(
  name: string,
  folder: string,
  relays: readonly string[],
  options: StageOptions = {},
): Promise<Person> {
  const own = { SUBROSA_STORE: join(folder, "store"), SUBROSA_PASSPHRASE: "correct horse battery" };
  const env = { ...options.env, ...own };
  const asked = { ...options, env };
  await run(["account", "new", name, ...relays.flatMap((relay) => ["--relay", relay])], asked);
  const host = stageHost(
    asked,
    () => undefined,
    () => undefined,
  );
  const screen = new Screen(host, { json: true, quiet: true });
  const tools: Tools = {
    ...{ host, screen, secrets: new Secrets(host, screen), curve: openCurve(), signal: host.signal },
    commands: { all: [], groups: {} },
    perform: async () => 0,
  };
  const opened = await openGivenSession(new Given([], { account: name }), tools, "test");
  const attempt = (args: readonly string[]): Promise<Run> => run(["--json", ...args], { ...asked, shared: opened });
  return {
    ...{ name, opened, pubkey: opened.session.me, npub: npubOf(opened.session.me) },
    try: attempt,
    async run(...args) {
      const { code, err, objects } = await attempt(args);
      if (code !== 0) throw new Error(`${name}: ${args.join(" ")} ended with ${code}: ${err}`);
      return objects.at(-1) ?? {};
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
