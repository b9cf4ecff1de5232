/**
 * From arguments to an exit code. The parser is commander; this file says which commands there are, loads the one that was
 * asked for, and turns every way of failing into one sentence and one code.
 */
import type { Curve } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { openCurve } from "@subrosa/curve/open-curve";
import { CommanderError, Command as Parser } from "commander";
import type { OpenSession } from "./account/opened.ts";
import type { Command, Entry, Tools } from "./command.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import { BAD_ARGUMENTS, badArguments, DONE, Failure, failureFrom } from "./failure.ts";
import { Given } from "./given.ts";
import type { Host } from "./host.ts";
import { printable } from "./printable.ts";
import { Screen } from "./screen.ts";
import { refuseSecrets } from "./secrets/refuse-arguments.ts";
import { Secrets } from "./secrets/secrets.ts";

export const VERSION = "0.1.0";

/** `shared`: a session that is open already, as in a shell. */
export async function runProgram(args: readonly string[], host: Host, shared?: OpenSession): Promise<number> {
  // Before anything is parsed, so that even a wrong argument is answered in the form that was asked for.
  const screen = new Screen(host, {
    json: args.includes("--json"),
    quiet: args.includes("--quiet") || args.includes("-q"),
    ...(args.includes("--no-color") ? { color: false } : {}),
  });
  return runLine(() => args, host, screen, shared);
}

async function runLine(
  words: () => readonly string[],
  host: Host,
  screen: Screen,
  shared?: OpenSession,
): Promise<number> {
  try {
    const args = words();
    refuseSecrets(args);
    await parser({ host, screen, shared }).parseAsync([...args], { from: "user" });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return DONE;
    if (error instanceof CommanderError && error.code === "commander.help") return BAD_ARGUMENTS;
    return explain(error, host, screen);
  } finally {
    screen.endProgress();
  }
}

/** One sentence for people on standard error, and with --json one object where results are read. */
function explain(error: unknown, host: Host, screen: Screen): number {
  const failure = error instanceof CommanderError ? fromParser(error) : failureFrom(error);
  if (failure === undefined) throw error;
  if (host.signal.aborted && failure.code === "interrupted") return failure.exit;
  if (screen.isJson) {
    screen.result({ type: "error", code: failure.code, message: printable(failure.message), ...failure.details });
  }
  screen.fault(failure.message);
  return failure.exit;
}

/** Commander repeats what it was given; a value may be a secret in the wrong place. */
function fromParser({ message }: CommanderError): Failure {
  const sentence = message.replace(/^error: /, "").replace(/=[^']*'/g, "'");
  return badArguments(/[0-9a-f]{64}/i.test(sentence) ? "This is no argument of the command; see --help." : sentence);
}

interface Stage {
  readonly host: Host;
  readonly screen: Screen;
  readonly shared: OpenSession | undefined;
}

function parser(stage: Stage): Parser {
  const root = new Parser("subrosa")
    .description("Private groups, and anonymous speech as a member of a known group, on Nostr.")
    .version(VERSION, "-V, --version")
    .option("--json", "one JSON object per line, with stable names")
    .option("-q, --quiet", "nothing on standard error but faults")
    .option("--no-color", "no colours (NO_COLOR does the same)")
    .option("--timeout <seconds>", "give up after so long, with exit code 124")
    .helpCommand(true);
  configure(root, stage);
  const groups = new Map<string, Parser>();
  for (const entry of COMMANDS) {
    const words = entry.name.split(" ");
    const parent = words.length === 1 ? root : group(root, words[0]!, groups, stage);
    const leaf = parent.command(words.at(-1)!).summary(entry.about).description(entry.about);
    configure(leaf, stage);
    loadWhenAsked(parent, leaf, entry, stage);
  }
  return root;
}

function group(root: Parser, name: string, known: Map<string, Parser>, stage: Stage): Parser {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = root.command(name).description(GROUPS[name] ?? "");
  configure(made, stage);
  known.set(name, made);
  return made;
}

function configure(parser: Parser, { host, screen }: Stage): void {
  const columns = Number.isFinite(screen.width) ? screen.width : 100;
  parser
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.output.write(text),
      // Help where a command was expected; what was wrong is said by `explain`.
      writeErr: (text) => void (text.startsWith("error:") || host.errors.write(text)),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function loadWhenAsked(parent: Parser, leaf: Parser, entry: Entry, stage: Stage): void {
  parent.hook("preSubcommand", async (_, chosen) => {
    if (chosen !== leaf) return;
    const command = await entry.load();
    if (command.operands !== undefined) leaf.arguments(command.operands);
    for (const { flags, about, many } of command.options ?? []) {
      if (many === true) {
        leaf.option(flags, `${about}; may be repeated`, (value: string, all: string[]) => [...all, value], []);
      } else leaf.option(flags, about);
    }
    leaf.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
    leaf.action(() => perform(command, leaf, stage));
  });
}

async function perform(command: Command, leaf: Parser, { host, screen, shared }: Stage): Promise<void> {
  const given = new Given(leaf.args, leaf.optsWithGlobals());
  const seconds = given.integer("timeout", { min: 1, max: 2_000_000 });
  const over = new AbortController();
  const callOff =
    seconds === undefined ? () => undefined : host.clock.after(seconds * 1_000, () => over.abort(timedOut()));
  const signal = AbortSignal.any([host.signal, over.signal]);
  let curve: Curve | undefined;
  const tools: Tools = {
    host,
    screen,
    secrets: new Secrets(host, screen),
    get curve() {
      curve ??= openCurve();
      return curve;
    },
    signal,
    perform: (words, opened) => runLine(words, { ...host, signal, input: NOTHING }, screen, opened),
    commands: { all: COMMANDS, groups: GROUPS },
    ...(shared === undefined ? {} : { shared }),
  };
  try {
    await command.run(given, tools);
  } catch (error) {
    // Whatever a command was doing when it was called off: why it was says more.
    const reason: unknown = tools.signal.aborted ? tools.signal.reason : undefined;
    throw reason instanceof Failure && !(error instanceof UsageError) ? reason : error;
  } finally {
    callOff();
  }
}

/** A command in a shell does not read the lines of the next ones. */
const NOTHING: Host["input"] = Object.freeze({ [Symbol.asyncIterator]: async function* () {} });

function timedOut(): Failure {
  return new Failure("timeout", "The time is over.");
}
