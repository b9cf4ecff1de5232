/** A relay for one test: a free port on loopback, a temporary folder, everything released at the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Curve } from "@subrosa/core/curve/curve";
import { type Config, DEFAULT_CONFIG } from "../src/config.ts";
import type { SignatureVerifier } from "../src/ingest.ts";
import { Rulebook } from "../src/management/rulebook.ts";
import { BlobStore } from "../src/media/blob-store.ts";
import type { Policy } from "../src/policy/policy.ts";
import { type Log, openRelay, type Relay, type RelayOptions } from "../src/relay.ts";
import { openLmdbStore } from "../src/store/lmdb-store.ts";
import { Client } from "./client.ts";
import { NOW } from "./events.ts";

const SILENT: Log = { info() {}, warn() {}, error() {} };

/** Believes every signature but those that begin with `bad0`; see events.ts. */
export const trusting: SignatureVerifier = {
  verify: async (items) => items.map(({ signature }) => !(signature[0] === 0xba && signature[1] === 0xd0)),
};

export interface Setup {
  readonly config?: Partial<Config>;
  readonly verifier?: SignatureVerifier;
  readonly policy?: Policy;
  readonly clock?: () => number;
  readonly log?: Log;
  readonly proofs?: RelayOptions["proofs"];
  /** Blossom, with this curve. */
  readonly media?: Curve;
  /** NIP-86, with this curve. */
  readonly managed?: Curve;
}

export class RelayUnderTest implements AsyncDisposable {
  readonly relay: Relay;
  readonly dir: string;
  readonly #clients: Client[] = [];

  private constructor(relay: Relay, dir: string) {
    this.relay = relay;
    this.dir = dir;
  }

  static async open({
    config,
    verifier = trusting,
    policy,
    clock = () => NOW,
    log = SILENT,
    proofs,
    managed,
    media,
  }: Setup = {}): Promise<RelayUnderTest> {
    const dir = mkdtempSync(join(tmpdir(), "subrosa-relay-"));
    const store = await openLmdbStore({
      dir,
      recipientDeletesWraps: config?.recipientDeletesWraps ?? false,
    });
    const merged = { ...DEFAULT_CONFIG, port: 0, data: dir, ...config };
    const management = managed && { curve: managed, rulebook: await Rulebook.open(store) };
    const relay = await openRelay({
      config: merged,
      store,
      verifier,
      log,
      clock,
      ...(policy && { policy }),
      ...(proofs && { proofs }),
      ...(management && { management }),
      ...(media && { media: { curve: media, blobs: BlobStore.open(join(dir, "media")) } }),
    });
    return new RelayUnderTest(relay, dir);
  }

  async client(): Promise<Client> {
    const client = await Client.open(this.relay.url);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    await this.relay.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
