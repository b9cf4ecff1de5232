/**
 * The clients that people use, from npm, each against this relay on both stores: publishes, subscribes, authenticates, and those that
 * can reconcile do. NDK is not among them: it needs noble 1 by paths that noble 2 no longer has, and the tree has one
 * version of each noble package.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Relay as ApplesauceRelay } from "applesauce-relay";
import { finalizeEvent, generateSecretKey, getPublicKey, type NostrEvent } from "nostr-tools/pure";
import { Relay as ToolsRelay, useWebSocketImplementation } from "nostr-tools/relay";
import { firstValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openPostgresStore } from "../../src/store/postgres/postgres-store.ts";
import type { Store } from "../../src/store/store.ts";
import { verifierOf } from "../../src/verify/verifier.ts";
import { curve } from "../member.ts";
import { PATIENCE_MS, PostgresUnderTest, postgres, WITHOUT_POSTGRES } from "../postgres.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const now = (): number => Math.floor(Date.now() / 1_000);
const me = generateSecretKey();
const friend = generateSecretKey();
useWebSocketImplementation(WebSocket);

const note = (content: string, secret = me): NostrEvent =>
  finalizeEvent({ kind: 1, created_at: now(), tags: [["t", "clients"]], content }, secret);
/** From nobody, for me. */
const wrap = (content: string): NostrEvent =>
  finalizeEvent({ kind: 1059, created_at: now(), tags: [["p", getPublicKey(me)]], content }, generateSecretKey());

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
}

interface RustReport {
  readonly id: string;
  readonly accepted: number;
  readonly found: readonly string[];
  readonly wraps: readonly string[];
  readonly synced: readonly string[];
}

function runRust(...args: readonly string[]): Promise<RustReport> {
  const program = fileURLToPath(new URL("../programs/rust-client.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output) as RustReport);
      else reject(new Error(`rust-nostr ended with ${code}: ${output}`));
    });
  });
}

/** A store of its own, and what to release after the relay that closes it; undefined is the embedded one. */
type OpenStore = (() => Promise<{ readonly store: Store; readonly server: PostgresUnderTest }>) | undefined;

const onPostgres: OpenStore = async () => {
  const server = await PostgresUnderTest.start();
  return { server, store: await openPostgresStore({ connectionString: await server.database() }) };
};
const STORES: readonly (readonly [name: string, open: OpenStore])[] = [
  ["the embedded store", undefined],
  ...(postgres === undefined ? [] : [["PostgreSQL", onPostgres] as const]),
];
if (postgres === undefined) test.skip(WITHOUT_POSTGRES);

describe.each(STORES)("on %s", (_name, open) => {
  let it: RelayUnderTest;
  let server: PostgresUnderTest | undefined;
  beforeAll(async () => {
    const opened = await open?.();
    server = opened?.server;
    it = await RelayUnderTest.open({
      verifier: verifierOf(curve),
      clock: now,
      ...(opened && { store: opened.store }),
    });
  }, PATIENCE_MS);
  afterAll(async () => {
    await it[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  }, PATIENCE_MS);

  describe("CLIENT nostr-tools", () => {
    test("publishes, subscribes, counts, authenticates", async () => {
      const relay = await ToolsRelay.connect(it.relay.url);
      const mine = note("by nostr-tools");
      const heard: string[] = [];
      let isLive = false;
      relay.subscribe([{ authors: [getPublicKey(friend)], since: now() - 60 }], {
        onevent: (event) => heard.push(event.id),
        oneose: () => {
          isLive = true;
        },
      });
      await until(() => isLive);
      expect(await relay.publish(mine)).toBe("");
      expect(await relay.count([{ ids: [mine.id] }], {})).toBe(1);
      const other = await ToolsRelay.connect(it.relay.url);
      const live = note("live", friend);
      await other.publish(live);
      await until(() => heard.includes(live.id));

      const hidden = wrap("for me");
      await other.publish(hidden);
      await until(() => relay.connected);
      await relay.auth(async (template) => finalizeEvent(template, me));
      const found: string[] = [];
      let isDone = false;
      relay.subscribe([{ kinds: [1059], "#p": [getPublicKey(me)] }], {
        onevent: (event) => found.push(event.id),
        oneose: () => {
          isDone = true;
        },
      });
      await until(() => isDone);
      expect(found).toContain(hidden.id);
      relay.close();
      other.close();
    });
  });

  describe("CLIENT applesauce", () => {
    test("publishes, subscribes, authenticates, reconciles", async () => {
      const relay = new ApplesauceRelay(it.relay.url, { WebSocket: WebSocket as never });
      const mine = note("by applesauce");
      expect(await relay.publish(mine)).toMatchObject({ ok: true });
      const stored = await firstValueFrom(relay.request([{ ids: [mine.id] }]).pipe(toArray()));
      expect(stored.map(({ id }) => id)).toEqual([mine.id]);

      const heard: string[] = [];
      const subscription = relay.subscription([{ "#t": ["clients"], limit: 0 }]).subscribe((message) => {
        heard.push(typeof message === "string" ? message : message.id);
      });
      await until(() => heard.includes("EOSE"));
      const live = note("live for applesauce");
      await relay.publish(live);
      await until(() => heard.includes(live.id));
      subscription.unsubscribe();

      const hidden = wrap("for applesauce");
      await relay.publish(hidden);
      const signer = { signEvent: (template: Parameters<typeof finalizeEvent>[0]) => finalizeEvent(template, me) };
      expect(await relay.authenticate(signer)).toMatchObject({ ok: true });
      const opened = await firstValueFrom(relay.request([{ ids: [hidden.id], kinds: [1059] }]).pipe(toArray()));
      expect(opened.map(({ id }) => id)).toEqual([hidden.id]);

      // What we have and the relay has not, and the other way round.
      const onlyHere = note("only here");
      const have: string[] = [];
      const need: string[] = [];
      const done = await relay.negentropy([mine, onlyHere], { "#t": ["clients"] }, async (ours, theirs) => {
        have.push(...ours);
        need.push(...theirs);
      });
      expect(done).toBe(true);
      expect(have).toEqual([onlyHere.id]);
      expect(need).toContain(live.id);
      expect(need).not.toContain(mine.id);
      relay.close();
    });
  });

  describe("CLIENT rust-nostr, as WebAssembly", () => {
    test("publishes, subscribes, authenticates, reconciles", async () => {
      const hidden = wrap("for rust-nostr");
      const other = await ToolsRelay.connect(it.relay.url);
      await other.publish(hidden);
      other.close();
      const report = await runRust(it.relay.url, Buffer.from(me).toString("hex"));
      expect(report.accepted).toBe(1);
      expect(report.found).toEqual([report.id]);
      expect(report.wraps).toContain(hidden.id);
      expect(report.synced).toContain(report.id);
    });
  });
});
