/**
 * One command: what it takes, examples that a test runs, and what it does. Its name and what it is for stand in
 * commands.ts, so that the overview is shown without loading any.
 */

import type { Curve } from "@subrosa/core/curve/curve";
import type { OpenSession } from "./account/opened.ts";
import type { Given } from "./given.ts";
import type { Host } from "./host.ts";
import type { Option } from "./option.ts";
import type { Screen } from "./screen.ts";
import type { Secrets } from "./secrets/secrets.ts";

export interface Command {
  /** As commander reads them: `<event> [more...]`. */
  readonly operands?: string;
  readonly options?: readonly Option[];
  readonly examples: readonly string[];
  run(given: Given, tools: Tools): Promise<void>;
}

export interface Tools {
  readonly host: Host;
  readonly screen: Screen;
  readonly secrets: Secrets;
  readonly curve: Curve;
  /** Aborted by Ctrl-C, when nobody reads any more, and when --timeout is over. */
  readonly signal: AbortSignal;
  /** For those that speak of the others. */
  readonly commands: { readonly all: readonly Entry[]; readonly groups: Readonly<Record<string, string>> };
  /** Of the shell that this command runs in. */
  readonly shared?: OpenSession;
  /** Runs another command in this session; answers with its exit code. */
  readonly perform: (words: () => readonly string[], opened: OpenSession) => Promise<number>;
}

/** One line of the overview, and where the command is. It is loaded when it is asked for. */
export interface Entry {
  readonly name: string;
  readonly about: string;
  readonly load: () => Promise<Command>;
}
