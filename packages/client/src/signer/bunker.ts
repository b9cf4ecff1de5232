/**
 * NIP-46: a signer at the other end of a relay.
 *
 *   bunker://<remote signer>?relay=…&secret=…      kind 24133, NIP-44 between a client key of ours and the remote signer
 *   → {id, method, params: [text…]}                ← {id, result, error}; result "auth_url": a page to open, then it answers
 *
 * It speaks on sockets of its own identity, the client key. What it answers is checked by signer.ts, like any signer's.
 * Whoever is not the remote signer, and whatever was not asked for, is passed over. Every request has an end.
 */
import { fromHex, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError, WireError } from "@subrosa/core/errors";
import { object, parseJson, readShape, text } from "@subrosa/core/json";
import { signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import { relayUrl } from "@subrosa/core/nostr/relay-url";
import type { Secret } from "@subrosa/core/secret";
import type { Clock } from "../ports.ts";
import type { Network, Presence } from "../relay/network.ts";
import type { Nip07Signer } from "./signer.ts";

const NOSTR_CONNECT = 24_133;
const LIMITS = { maxLength: 1 << 20, maxDepth: 8 };
const MAX_WAITING = 100;
const MAX_RELAYS = 10;

export interface BunkerAddress {
  readonly remote: PubkeyHex;
  readonly relays: readonly string[];
  readonly secret: string | undefined;
}

/** Undefined where it is no `bunker://` address with a key and a relay. */
export function readBunkerAddress(given: string): BunkerAddress | undefined {
  const parts = /^bunker:\/\/([0-9a-f]{64})\?(.+)$/.exec(given.trim());
  const remote = pubkeyHex(parts?.[1]);
  if (remote === undefined) return undefined;
  const query = new URLSearchParams(parts?.[2]);
  const relays = [...new Set(query.getAll("relay").flatMap((each) => relayUrl(each) ?? []))].slice(0, MAX_RELAYS);
  return relays.length === 0 ? undefined : { remote, relays, secret: query.get("secret") ?? undefined };
}

export interface BunkerOptions {
  readonly address: BunkerAddress;
  /** Ours for this bunker alone; kept, it need not be introduced again. The caller wipes it. */
  readonly client: Secret;
  readonly network: Network;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
  /** The person has to open this page to allow what was asked. Show it; never open it unasked. */
  readonly onAuthUrl?: (url: string) => void;
  /** Milliseconds. Default: two minutes, for a person has to look at a prompt. */
  readonly timeout?: number;
}

const response = object(
  { id: text({ max: 128 }) },
  { optional: { result: text({ max: LIMITS.maxLength }), error: text({ max: LIMITS.maxLength }) }, unknown: "ignore" },
);

export interface Bunker extends Nip07Signer, Disposable {}

/** Introduces the client key with the address's secret; rejects with BunkerRefused where it is turned away. */
export async function openBunker(options: BunkerOptions): Promise<Bunker> {
  const line = new Line(options);
  const { remote, secret } = options.address;
  try {
    await line.ask("connect", secret === undefined ? [remote] : [remote, secret]);
  } catch (cause) {
    line[Symbol.dispose]();
    throw cause;
  }
  const cipher = (name: "nip04" | "nip44") => ({
    encrypt: (peer: string, plaintext: string) => line.ask(`${name}_encrypt`, [peer, plaintext]),
    decrypt: (peer: string, ciphertext: string) => line.ask(`${name}_decrypt`, [peer, ciphertext]),
  });
  return {
    getPublicKey: () => line.ask("get_public_key", []),
    signEvent: async ({ kind, created_at, tags, content }) => {
      const signed = await line.ask("sign_event", [JSON.stringify({ kind, created_at, tags, content })]);
      return parseJson(signed, "bunker.event", LIMITS);
    },
    nip04: cipher("nip04"),
    nip44: cipher("nip44"),
    [Symbol.dispose]: () => line[Symbol.dispose](),
  };
}

export class BunkerRefused extends Error {
  override readonly name = "BunkerRefused";
  readonly reason: "refused" | "unreachable" | "unanswered" | "closed";

  constructor(reason: BunkerRefused["reason"]) {
    super(`the bunker did not sign: ${reason}`);
    this.reason = reason;
  }
}

interface Waiting {
  readonly resolve: (result: string) => void;
  readonly reject: (cause: BunkerRefused) => void;
}

/** Requests and their answers. */
class Line implements Disposable {
  readonly #options: BunkerOptions;
  readonly #key: ConversationKey;
  readonly #pubkey: PubkeyHex;
  readonly #presence: Presence;
  readonly #following: Disposable;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: BunkerOptions) {
    const { address, client, curve, network, clock } = options;
    const key = ConversationKey.between(client, fromHex(address.remote)!, curve);
    if (key === undefined)
      throw new UsageError("usage/point", "the bunker's key is not on the curve; check its address");
    this.#options = options;
    this.#key = key;
    this.#pubkey = pubkeyHex(toHex(client.pubkey))!;
    const authenticate = async (template: Parameters<typeof signEvent>[0]): Promise<VerifiedEvent> =>
      signEvent(template, client, options.random(32), curve);
    this.#presence = network.as({ pubkey: this.#pubkey, authenticate });
    this.#following = this.#presence.follow(address.relays, {
      filter: {
        kinds: [NOSTR_CONNECT],
        authors: [address.remote],
        "#p": [this.#pubkey],
        since: Math.max(0, clock.now() - 60),
      },
      onEvent: (event) => this.#heard(event),
    });
  }

  async ask(method: string, params: readonly string[]): Promise<string> {
    const { address, client, clock, random, curve, timeout = 120_000 } = this.#options;
    if (this.#waiting.size >= MAX_WAITING) throw new UsageError("usage/state", "too many requests wait for the bunker");
    const id = toHex(random(16));
    const content = encrypt(JSON.stringify({ id, method, params }), this.#key, random(32));
    const template = { kind: NOSTR_CONNECT, created_at: clock.now(), tags: [["p", address.remote]], content };
    const event = signEvent(template, client, random(32), curve);
    let callOff = (): void => undefined;
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      callOff = clock.after(timeout, () => reject(new BunkerRefused("unanswered")));
    });
    // The answer may come before the OK, and it counts even where every OK is lost.
    void this.#presence.publish(address.relays, event).then((results) => {
      const isSomewhere = results.some(({ outcome }) => outcome === "accepted" || outcome === "unanswered");
      if (!isSomewhere) this.#waiting.get(id)?.reject(new BunkerRefused("unreachable"));
    });
    return answer.finally(() => {
      callOff();
      this.#waiting.delete(id);
    });
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
    this.#options.network.leave(this.#pubkey);
    for (const { reject } of [...this.#waiting.values()]) reject(new BunkerRefused("closed"));
    this.#key[Symbol.dispose]();
  }

  #heard({ pubkey, content }: VerifiedEvent): void {
    const opened = pubkey === this.#options.address.remote ? decrypt(content, this.#key) : undefined;
    if (opened?.ok !== true) return;
    let answer: ReturnType<typeof response.read>;
    try {
      answer = readShape(response, opened.plaintext, "bunker", LIMITS);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return;
    }
    const { id, result, error } = answer;
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (result === "auth_url") {
      if (error !== undefined && /^https:\/\//.test(error)) this.#options.onAuthUrl?.(error);
    } else if (result !== undefined && (error === undefined || error === "")) {
      waiting.resolve(result);
    } else {
      waiting.reject(new BunkerRefused("refused"));
    }
  }
}
