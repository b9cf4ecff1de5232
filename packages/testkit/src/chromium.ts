/**
 * A Chromium to drive, where there is one: CHROMIUM, or the names that systems give it. Without one, tests in a browser
 * are skipped, with one line that says how to get it.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser"];
export const NO_CHROMIUM = "No Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path.";

/** The program's path, or undefined. */
export function findChromium(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { CHROMIUM, PATH = "" } = environment;
  if (CHROMIUM !== undefined) return isProgram(CHROMIUM) ? CHROMIUM : undefined;
  return PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isProgram);
}

/** What a browser for tests is started with: no window, no network of its own, nothing it asks about at first. */
export const CHROMIUM_ARGS: readonly string[] = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
