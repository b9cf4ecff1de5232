/** A relay for one test: a free port on loopback, a temporary folder, everything released at the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Curve } from "@subrosa/core/curve/curve";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { Admission } from "../src/admission/admission.ts";
import { type Config, DEFAULT_CONFIG } from "../src/config.ts";
import type { SignatureVerifier } from "../src/ingest.ts";
import { Rulebook } from "../src/management/rulebook.ts";
import { BlobStore } from "../src/media/blob-store.ts";
import type { Policy } from "../src/policy/policy.ts";
import type { PolicyScript } from "../src/policy/script.ts";
import { type ProofJudge, stepwiseJudge } from "../src/proofs/proof-judge.ts";
import type { RelayKey } from "../src/proofs/relay-key.ts";
import { type Log, openRelay, type Relay } from "../src/relay.ts";
import { openLmdbStore } from "../src/store/lmdb-store.ts";
import type { Store } from "../src/store/store.ts";
import { Client } from "./client.ts";
import { NOW } from "./events.ts";

const SILENT: Log = { info() {}, warn() {}, error() {} };

/** Believes every signature but those that begin with `bad0`; see events.ts. */
export const trusting: SignatureVerifier = {
  verify: async (items) => items.map(({ signature }) => !(signature[0] === 0xba && signature[1] === 0xd0)),
};

export interface Setup {
  /** Instead of an embedded one in a folder of its own; closed with the relay. */
  readonly store?: Store;
  readonly config?: Partial<Config>;
  readonly verifier?: SignatureVerifier;
  readonly policy?: Policy;
  readonly script?: PolicyScript;
  readonly clock?: () => number;
  readonly log?: Log;
  readonly proofs?: { readonly key: RelayKey; readonly curve: Curve };
  /** Anonymous AUTH over the configured ring, with this curve. */
  readonly anonymous?: Curve;
  /** Judges in place of the one of this thread. */
  readonly judge?: ProofJudge;
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
    script,
    clock = () => NOW,
    log = SILENT,
    proofs,
    anonymous,
    judge,
    managed,
    media,
    store: given,
  }: Setup = {}): Promise<RelayUnderTest> {
    const unplaced = { ...DEFAULT_CONFIG, port: 0, ...config };
    const admission = anonymous && Admission.configured(unplaced, anonymous);
    const dir = mkdtempSync(join(tmpdir(), "subrosa-relay-"));
    const merged = { ...unplaced, data: config?.data ?? dir };
    const recipientDeletesWraps = config?.recipientDeletesWraps ?? false;
    const store = given ?? (await openLmdbStore({ dir, recipientDeletesWraps }));
    const management = managed && { curve: managed, rulebook: await Rulebook.open(store) };
    const judging = proofs?.curve ?? anonymous;
    const judges = judge ?? (judging && stepwiseJudge(new RingShelf(judging)));
    const relay = await openRelay({
      config: merged,
      store,
      verifier,
      log,
      clock,
      ...(policy && { policy }),
      ...(script && { script }),
      ...(proofs && judges && { proofs: { key: proofs.key, judge: judges } }),
      ...(admission && judges && { anonymous: { admission, judge: judges } }),
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
