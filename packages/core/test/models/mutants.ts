/** A mutant is a patch of one file of core; whoever wants to see it dead bundles it and asks whether anything is noticed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type PluginBuild } from "esbuild";

export interface Mutant {
  readonly why: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Bundles `entry` with one file of a folder of core patched; without a mutant, as it is. */
export class MutantMaker<M> implements Disposable {
  readonly #entry: string;
  readonly #part: RegExp;
  readonly #folder = mkdtempSync(join(tmpdir(), "mutants-"));
  #made = 0;

  constructor(entry: string, part: "group" | "channel") {
    this.#entry = entry;
    this.#part = new RegExp(`src[\\\\/]${part}[\\\\/].*\\.ts$`);
  }

  async make(mutant?: Mutant): Promise<M> {
    const plugin = {
      name: "mutate",
      setup: (b: PluginBuild) => {
        b.onLoad({ filter: this.#part }, ({ path }) => ({ contents: patched(path, mutant), loader: "ts" as const }));
      },
    };
    const { outputFiles } = await build({
      entryPoints: [this.#entry],
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: ["subrosa-source"],
      plugins: [plugin],
      logLevel: "silent",
    });
    const file = join(this.#folder, `${this.#made++}.mjs`);
    writeFileSync(file, outputFiles[0]!.text);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as M;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function patched(path: string, mutant: Mutant | undefined): string {
  const text = readFileSync(path, "utf8");
  if (mutant === undefined || basename(path) !== mutant.file) return text;
  if (text.split(mutant.from).length !== 2) throw new Error(`the patch does not fit ${mutant.file}: ${mutant.from}`);
  return text.replace(mutant.from, () => mutant.to);
}
