/**
 * Two real clients sign in with the provider, publish, encrypt and read: NDK's and applesauce's signers for NIP-07, each
 * unchanged from npm, in a page of a real Chromium. A relay on the page's side of the wire takes what they publish.
 */
import { join } from "node:path";
import { toHex, utf8 } from "@subrosa/core/bytes";
import { sha256 } from "@subrosa/core/hash";
import { VerifiedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { findChromium, NO_CHROMIUM } from "@subrosa/testkit/chromium";
import { fastCurve } from "@subrosa/testkit/curves";
import type { Page } from "playwright-core";
import { build, type Rollup } from "vite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Lab, PATIENCE, SLOW_MACHINE } from "./lab.ts";

vi.setConfig(SLOW_MACHINE);
const program = findChromium(process.env);
if (program === undefined) process.stdout.write(`${NO_CHROMIUM}\n`);

const RELAY = "wss://relay.example";
const SECRET = sha256(utf8("a person who signs in"));
const PUBKEY = toHex(Secret.from(SECRET.slice(), fastCurve).pubkey);
const FRIEND = toHex(Secret.from(sha256(utf8("a friend")), fastCurve).pubkey);

/** Both clients in one script. NDK names the noble packages' parts as they were called in an older version of them. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    resolve: {
      alias: [
        { find: "@noble/hashes/sha256", replacement: "@noble/hashes/sha2.js" },
        { find: /^(@noble\/[a-z]+\/[a-z0-9]+)$/, replacement: "$1.js" },
      ],
    },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, "client-page.ts"), formats: ["iife"], name: "clients" },
    },
  });
  const [{ output }] = built as [Rollup.RollupOutput];
  return output[0].code;
}

describe.skipIf(program === undefined)("real clients", () => {
  let lab: Lab;
  let page: Page;
  const published: unknown[] = [];
  const run = (code: string): Promise<unknown> => page.evaluate(code);

  beforeAll(async () => {
    const [script] = await Promise.all([bundle(), Lab.open(program ?? "").then((opened) => (lab = opened))]);
    lab.serve("/clients.js", script);
    lab.serve("/clients", '<!doctype html><title>A client</title><script src="/clients.js"></script>');
    await lab.importAccount("Ann", toHex(SECRET));
    await lab.context.routeWebSocket(`${RELAY}/**`, (socket) => {
      socket.onMessage((message) => {
        const [type, event] = JSON.parse(String(message)) as [string, { id: string }];
        if (type !== "EVENT") return;
        published.push(event);
        socket.send(JSON.stringify(["OK", event.id, true, ""]));
      });
    });
    page = await lab.visit("/clients");
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  /** Taken by the relay, in the account's name, with a signature that holds. */
  async function wasPublished(content: string): Promise<void> {
    await expect.poll(() => published.length, { timeout: PATIENCE }).toBe(1);
    const verdict = VerifiedEvent.check(published.pop(), fastCurve);
    expect(verdict.ok && [verdict.event.pubkey, verdict.event.content]).toEqual([PUBKEY, content]);
  }

  test("NDK signs in, publishes an event that verifies, encrypts and reads", async () => {
    const signingIn = run(`(async () => {
      window.signer = new NDKNip07Signer();
      window.ndk = new NDK({ explicitRelayUrls: ["${RELAY}"], signer });
      return (await signer.user()).pubkey;
    })()`);
    await lab.answer("allow");
    expect(await signingIn).toBe(PUBKEY);
    const publishing = run(`(async () => {
      await ndk.connect(5000);
      const event = new NDKEvent(ndk, { kind: 1, content: "from NDK" });
      return [...await event.publish()].map(({ url }) => url);
    })()`);
    await lab.answer("allow", { lasts: "always" });
    expect(await publishing).toEqual([`${RELAY}/`]);
    await wasPublished("from NDK");
    const sealing = run(`signer.encrypt(new NDKUser({ pubkey: "${FRIEND}" }), "for a friend", "nip44")`);
    await lab.answer("allow");
    const sealed = await sealing;
    const opening = run(`signer.decrypt(new NDKUser({ pubkey: "${FRIEND}" }), ${JSON.stringify(sealed)}, "nip44")`);
    await lab.answer("allow");
    expect(await opening).toBe("for a friend");
  });

  test("applesauce signs in, publishes an event that verifies, encrypts and reads", async () => {
    const signingIn = run(`(window.signer = new ExtensionSigner()).getPublicKey()`);
    await lab.answer("allow");
    expect(await signingIn).toBe(PUBKEY);
    // What was allowed for the site above holds for whatever code the site runs.
    const ok = await run(`(async () => {
      const event = await signer.signEvent({ kind: 1, created_at: 1700000000, tags: [], content: "from applesauce" });
      return (await new Relay("${RELAY}").publish(event)).ok;
    })()`);
    expect(ok).toBe(true);
    await wasPublished("from applesauce");
    const sealing = run(`signer.nip44.encrypt("${FRIEND}", "for a friend")`);
    await lab.answer("allow");
    const sealed = await sealing;
    const opening = run(`signer.nip44.decrypt("${FRIEND}", ${JSON.stringify(sealed)})`);
    await lab.answer("allow");
    expect(await opening).toBe("for a friend");
  });

  test("a client hears a refusal as an error, and stays signed out", async () => {
    for (const code of ["new NDKNip07Signer().user()", "new ExtensionSigner().getPublicKey()"]) {
      const signingIn = run(`${code}.then(() => "signed in", (error) => error.code)`);
      await lab.answer("deny");
      expect(await signingIn).toBe("refused");
    }
  });
});
