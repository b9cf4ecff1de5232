/**
 * npm start [-- flags]: from a bare clone to something that runs, in one command. Installs what is missing, builds what
 * is stale, opens the relay with the page beside it on one local port, and prints the address.
 *
 * A package that can serve names a module in its package.json, `"subrosa": { "serve": "./dist/serve.js" }`, which
 * exports `serve(wanted): Promise<number>`: it resolves to the port where it listens.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { ensureInstalled, giveUp, takeTurns } from "./install.mjs";
import { isMain, ROOT, workspaces } from "./project.mjs";
import { site } from "./site.mjs";

const HELP = `npm start -- [flags]

  --port N     listen on this port; 0 for any that is free (default 7777)
  --data DIR   keep the relay's events here (default data/relay)
  --network    listen on the local network too, and print a QR code for a phone
  --open       open the page in a browser
  --help       this
`;

/**
 * @param {string} root
 * @returns {string[]} the modules to start, as paths
 */
export function servers(root) {
  return workspaces(root).flatMap(({ folder, manifest }) =>
    manifest["subrosa"]?.serve === undefined ? [] : [join(root, folder, manifest["subrosa"].serve)],
  );
}

/** @param {readonly string[]} args */
export function readFlags(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "7777" },
      data: { type: "string" },
      network: { type: "boolean", default: false },
      open: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error("--port takes a number from 0 to 65535");
  }
  return { ...values, port: Number(values.port) };
}

/** The addresses of this machine that others in its network can reach. */
function networkNames() {
  return Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address),
  );
}

/** @param {ReturnType<typeof readFlags>} flags */
async function up(flags) {
  const start = performance.now();
  ensureInstalled(ROOT);
  // Two starts at once build once.
  const lock = join(ROOT, "node_modules/.subrosa-build.lock");
  takeTurns(lock);
  const problem = await build(ROOT);
  if (problem !== undefined) giveUp(`The build failed:\n${problem}`);
  const folder = await site(ROOT);
  rmSync(lock, { force: true });
  const names = flags.network ? networkNames() : [];
  if (flags.network && flags.port === 0) giveUp("With --network, give a --port of your choice: others must know it.");

  const [first] = servers(ROOT);
  if (first === undefined) giveUp("There is nothing to serve here.");
  const { serve } = await import(pathToFileURL(/** @type {string} */ (first)).href);
  /** @type {number} */
  const port = await serve({
    port: flags.port,
    ...(flags.network ? { host: "0.0.0.0", names } : {}),
    ...(flags.data === undefined ? {} : { data: flags.data }),
    ...(folder === undefined ? {} : { site: folder }),
  }).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== "EADDRINUSE") throw error;
    giveUp(`Port ${flags.port} is taken; is Subrosa running already? Choose another with npm start -- --port N.`);
  });

  const page = `http://127.0.0.1:${port}`;
  console.log(`Ready in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
  console.log(`Subrosa     ${page}`);
  console.log(`Its relay   ws://127.0.0.1:${port}`);
  if (flags.network) await tellNetwork(names, port);
  console.log("Ctrl-C ends it.");
  if (flags.open) openInBrowser(page);
}

/**
 * @param {readonly string[]} names
 * @param {number} port
 */
async function tellNetwork(names, port) {
  const [name] = names;
  if (name === undefined) {
    console.log("This machine has no address in a local network.");
    return;
  }
  const { encodeQR } = await import("qr");
  const address = `http://${name}:${port}`;
  console.log(`On your network   ${address}\n${encodeQR(address, "ascii")}`);
  console.log("Whoever is on this network can reach it, and nothing on the way is encrypted by the connection itself.");
}

/** @param {string} address */
function openInBrowser(address) {
  /** @type {Readonly<Record<string, readonly [string, ...string[]]>>} */
  const programs = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] };
  const [program, ...before] = programs[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...before, address], { stdio: "ignore", detached: true });
  child.on("error", () => console.log("No browser could be opened; open the address above yourself."));
  child.unref();
}

if (isMain(import.meta.url)) {
  /** @type {ReturnType<typeof readFlags> | undefined} */
  let flags;
  try {
    flags = readFlags(process.argv.slice(2));
  } catch (error) {
    giveUp(`${error instanceof Error ? error.message : "These flags are not known."}\n\n${HELP}`);
  }
  if (flags?.help) console.log(HELP);
  else if (flags !== undefined) await up(flags);
}
