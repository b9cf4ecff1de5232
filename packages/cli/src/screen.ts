/**
 * What a command says. Results go to standard output: sentences for people, or with --json one object per line. What
 * happens meanwhile goes to standard error. A line is made harmless whole (printable.ts) and coloured whole, so no colour
 * of ours can stand in what a stranger wrote, and none of his beside it.
 */
import type { Host, Output } from "./host.ts";
import { clipped, printable, printableJson } from "./printable.ts";

export type Style = "plain" | "good" | "bad" | "quiet" | "strong";
const SGR: Readonly<Record<Exclude<Style, "plain">, string>> = { good: "32", bad: "31", quiet: "2", strong: "1" };

export interface ScreenOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Undefined: where a terminal shows it and NO_COLOR is not set. */
  readonly color?: boolean;
}

/** An object for programs; its `type` says what it is. */
export type Result = Readonly<Record<string, unknown>> & { readonly type: string };

export class Screen {
  readonly isJson: boolean;
  readonly #output: Output;
  readonly #errors: Output;
  readonly #isQuiet: boolean;
  readonly #isColored: (output: Output) => boolean;
  readonly #env: Host["env"];
  #progress = 0;

  constructor({ output, errors, env }: Pick<Host, "output" | "errors" | "env">, options: ScreenOptions) {
    this.isJson = options.json;
    this.#output = output;
    this.#errors = errors;
    this.#isQuiet = options.quiet;
    this.#env = env;
    const isPlain = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
    this.#isColored = (to) => options.color ?? (to.isTTY === true && !isPlain);
  }

  /** Columns that a line may take; no bound where nobody looks. */
  get width(): number {
    const set = Number(this.#env["COLUMNS"]);
    if (Number.isInteger(set) && set > 0) return set;
    return this.#output.isTTY === true ? (this.#output.columns ?? 80) : Number.POSITIVE_INFINITY;
  }

  /** One result in its two forms. */
  result(object: Result, ...lines: readonly (string | readonly [string, Style])[]): void {
    if (this.isJson) {
      this.#write(this.#output, `${printableJson(object)}\n`);
      return;
    }
    for (const line of lines) {
      const [text, style] = typeof line === "string" ? ([line, "plain"] as const) : line;
      this.#write(this.#output, this.#styled(this.#output, text, style));
    }
  }

  /** Text that is a result as it is: a script, a file that is written to standard output. */
  raw(text: string): void {
    this.#write(this.#output, text);
  }

  /** Rows under one another; the last column is cut to the width of the terminal. */
  table(rows: readonly (readonly string[])[]): string[] {
    const widths: number[] = [];
    for (const row of rows) {
      for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
    }
    return rows.map((row) => {
      const padded = row.map((cell, i) =>
        i === row.length - 1 ? cell : cell + " ".repeat(widths[i]! - [...cell].length),
      );
      return clipped(padded.join("  ").trimEnd(), this.width);
    });
  }

  /** For people, while it happens. */
  note(sentence: string, style: Style = "quiet"): void {
    if (this.#isQuiet) return;
    this.endProgress();
    this.#write(this.#errors, this.#styled(this.#errors, sentence, style));
  }

  /** What went wrong; not even --quiet hides it. */
  fault(sentence: string): void {
    this.endProgress();
    this.#write(this.#errors, this.#styled(this.#errors, `subrosa: ${sentence}`, "bad"));
  }

  /** One line that is written over; only where somebody looks. */
  progress(sentence: string): void {
    if (this.#isQuiet || this.#errors.isTTY !== true) return;
    const line = clipped(printable(sentence), (this.#errors.columns ?? 80) - 1);
    this.#write(this.#errors, `\r${line}${" ".repeat(Math.max(0, this.#progress - line.length))}`);
    this.#progress = line.length;
  }

  endProgress(): void {
    if (this.#progress === 0) return;
    this.#write(this.#errors, `\r${" ".repeat(this.#progress)}\r`);
    this.#progress = 0;
  }

  /** Clears what a view drew, where somebody looks; elsewhere views are written under one another. */
  clear(): void {
    if (this.#output.isTTY === true && !this.isJson) this.#write(this.#output, "\u001b[H\u001b[2J");
  }

  #styled(to: Output, text: string, style: Style): string {
    const safe = printable(text);
    return style === "plain" || !this.#isColored(to) ? `${safe}\n` : `\u001b[${SGR[style]}m${safe}\u001b[0m\n`;
  }

  #write(to: Output, text: string): void {
    to.write(text);
  }
}
