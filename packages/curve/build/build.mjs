/**
 * Builds the kernel: writes the generated AssemblyScript, compiles it, and embeds the bytes with their SHA-256 in
 * src/kernel.generated.ts. The same sources give the same bytes; a test holds the committed file to that.
 *
 * `node build.mjs [directory]`: everything generated goes to that copy of the package instead of this one.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { generateConstants } from "./generate-constants.mjs";
import { generateField } from "./generate-field.mjs";
import { generatePair } from "./generate-pair.mjs";
import { generateWords } from "./generate-words.mjs";

const own = join(dirname(fileURLToPath(import.meta.url)), "..");

const OPTIONS = ["-O3", "--converge", "--enable", "simd", "--runtime", "stub", "--noAssert"];

export async function buildKernel(directory = own) {
  writeSources(directory);
  const wasm = await compile(directory, "assembly/kernel.ts");
  mkdirSync(join(directory, "src"), { recursive: true });
  writeFileSync(join(directory, "src/kernel.generated.ts"), embed(wasm));
  return wasm;
}

/** All AssemblyScript, written and generated, in `directory`. */
export function writeSources(directory) {
  if (directory !== own) cpSync(join(own, "assembly"), join(directory, "assembly"), { recursive: true });
  writeFileSync(join(directory, "assembly/field.generated.ts"), generateField());
  writeFileSync(join(directory, "assembly/pair.generated.ts"), generatePair());
  writeFileSync(join(directory, "assembly/constants.generated.ts"), generateConstants());
  writeFileSync(join(directory, "assembly/words.generated.ts"), generateWords());
}

/** Compiles one AssemblyScript entry of the package to bytes. */
export async function compile(directory, entry) {
  let wasm;
  const { error, stderr } = await asc.main([entry, "--outFile", "kernel.wasm", "--baseDir", directory, ...OPTIONS], {
    writeFile: (_name, contents) => {
      wasm = contents;
    },
  });
  if (error !== null) throw new Error(`${error.message}\n${stderr.toString()}`);
  return wasm;
}

function embed(wasm) {
  const digest = createHash("sha256").update(wasm).digest("hex");
  return [
    "/** Written by build/build.mjs from assembly/: the kernel as WebAssembly. */",
    `export const KERNEL_SHA256 = "${digest}";`,
    `export const KERNEL_BASE64 =\n  "${Buffer.from(wasm).toString("base64")}";`,
    "",
  ].join("\n");
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  const wasm = await buildKernel(process.argv[2]);
  process.stdout.write(`curve: kernel of ${wasm.length} bytes\n`);
}
