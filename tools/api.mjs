/**
 * The public surface of a package as one text: the declarations that the compiler emits for every subpath, without
 * comments, in a stable order. Committed under api/, so that a changed surface is a changed line in review. What is
 * generated (the bytes of the kernel) is left out.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourcesOf, workspaces } from "./project.mjs";
import { codeOf } from "./source.mjs";

/**
 * The packages whose surface is public.
 * @param {string} root
 */
export function published(root) {
  return workspaces(root).filter(({ manifest }) => manifest["private"] !== true && manifest["exports"] !== undefined);
}

/** @param {string} folder */
export function reportPath(folder) {
  return `api/${folder.slice(folder.lastIndexOf("/") + 1)}.txt`;
}

/**
 * @param {string} root
 * @param {{ name: string, folder: string }} of
 * @returns {string} the report, or an empty one where the package has no source
 */
export function report(root, { name, folder }) {
  const written = sourcesOf(root, folder).filter((path) => !path.includes(".generated."));
  const sections = written.map((path) => {
    const subpath = path.slice(`${folder}/src/`.length).replace(/\.tsx?$/, "");
    const declarations = join(root, folder, "dist", `${subpath}.d.ts`);
    if (!existsSync(declarations)) return `## ${name}/${subpath}\n(not built)\n`;
    return `## ${name}/${subpath}\n${surface(readFileSync(declarations, "utf8"))}`;
  });
  return sections.join("\n");
}

/** @param {string} declarations */
function surface(declarations) {
  const lines = codeOf(declarations, { strings: "keep" })
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "" && line !== "export {};");
  return `${lines.join("\n")}\n`;
}
