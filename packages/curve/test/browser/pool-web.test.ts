/**
 * The pool's worker in a real Chromium, under a content security policy that allows WebAssembly and nothing else beyond
 * the site's own scripts, and under one that forbids it.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { CHROMIUM_ARGS, findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { seededRandom } from "@subrosa/testkit/random";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKernel } from "../../src/kernel.ts";

const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

const COUNT = 24;
const BAD = 5;

const WORKER = `
  import { SCHNORR_JOBS } from "./pool-serve.ts";
  import { serveWeb } from "./pool-web.ts";
  serveWeb({ ...SCHNORR_JOBS, whoami: (curve, jobs) => jobs.map(() => ({ name: curve.name, fallback: curve.fallback })) });`;

/** `items` are placed before it. In the page the two ways in: many at once through the worker, and one in place. */
const PAGE = `
  import { openCurve } from "./open-curve.ts";
  import { WorkerPool } from "./pool.ts";
  import { webWorker } from "./pool-web.ts";
  import { VerifierPool } from "./verifier-pool.ts";
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const list = items.map((item) => Object.fromEntries(Object.entries(item).map(([name, hex]) => [name, bytes(hex)])));
  const options = {
    workers: 1,
    openWorker: () => webWorker(new Worker("worker.js", { type: "module" })),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  };
  globalThis.run = async () => {
    const curve = openCurve({ keys: 64, tables: 4 });
    const pool = new VerifierPool({ curve, ...options });
    const kinds = new WorkerPool(options);
    const results = {
      page: { name: curve.name, fallback: curve.fallback },
      worker: await kinds.run("whoami", 0),
      many: await pool.verify(list),
      single: await pool.verify(list.slice(0, 1)),
    };
    pool[Symbol.dispose]();
    kinds[Symbol.dispose]();
    return results;
  };`;

interface Results {
  readonly page: { readonly name: string; readonly fallback?: string };
  readonly worker: { readonly name: string; readonly fallback?: string };
  readonly many: readonly boolean[];
  readonly single: readonly boolean[];
}

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("../../src/", import.meta.url)), loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["subrosa-source"],
    write: false,
  });
  return outputFiles[0]!.text;
}

/** Signed in Node; one of them is spoiled. */
function signatures(): Readonly<Record<string, string>>[] {
  const kernel = createKernel({ tables: 0 });
  const random = seededRandom("pool in a browser");
  const hex = (value: Uint8Array): string => Buffer.from(value).toString("hex");
  return Array.from({ length: COUNT }, (_, i) => {
    const secret = kernel.scalarReduce(random(40));
    const message = random(32);
    const signature = kernel.signSchnorr(message, secret, random(32));
    if (i === BAD) signature[40]! ^= 1;
    return {
      signature: hex(signature),
      message: hex(message),
      pubkey: hex(kernel.baseMultiply(secret).slice(1)),
    };
  });
}

const POLICIES = {
  allowed: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  forbidden: "default-src 'none'; script-src 'self'; worker-src 'self'",
} as const;

/** Each policy is a folder; pages and the worker's script carry it. */
async function openSite(): Promise<Server> {
  const scripts: Readonly<Record<string, string>> = {
    "page.js": await bundle(`const items = ${JSON.stringify(signatures())};\n${PAGE}`),
    "worker.js": await bundle(WORKER),
  };
  const server = createServer((request, response) => {
    const [, folder = "", file = ""] = (request.url ?? "").split("/");
    if (!Object.hasOwn(POLICIES, folder)) {
      response.writeHead(404).end();
      return;
    }
    const script = scripts[file];
    response
      .writeHead(200, {
        "content-security-policy": POLICIES[folder as keyof typeof POLICIES],
        "content-type": script === undefined ? "text/html" : "text/javascript",
      })
      .end(script ?? '<!doctype html><title>A page</title><script type="module" src="page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return server;
}

describe.skipIf(program === undefined)("the pool in Chromium", () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    server = await openSite();
    browser = await chromium.launch({ executablePath: program!, args: [...CHROMIUM_ARGS] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function run(policy: keyof typeof POLICIES): Promise<Results> {
    const page = await browser.newPage();
    // It waits for the page's module too, which is run before a page counts as loaded.
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${policy}/`);
    const results = await page.evaluate("globalThis.run()");
    await page.close();
    return results as Results;
  }
  const verdicts = Array.from({ length: COUNT }, (_, i) => i !== BAD);

  test("with wasm-unsafe-eval alone the kernel verifies, in the page and in a worker", {
    timeout: 120_000,
  }, async () => {
    const { page, worker, many, single } = await run("allowed");
    expect([page, worker]).toEqual([{ name: "kernel" }, { name: "kernel" }]);
    expect(many).toEqual(verdicts);
    expect(single).toEqual([true]);
  });

  test("where WebAssembly is forbidden noble verifies, and both sides say why", { timeout: 120_000 }, async () => {
    const { page, worker, many, single } = await run("forbidden");
    for (const side of [page, worker]) {
      expect(side.name).toBe("noble");
      expect(side.fallback).toMatch(/Content Security Policy/i);
    }
    expect(many).toEqual(verdicts);
    expect(single).toEqual([true]);
  });
});
