/**
 * A world for the broker: stores that survive it, a clock that is set, prompts and pages that are lists. Stopping the
 * worker is forgetting the broker and opening another one on the same stores.
 */

import type { PubkeyHex } from "@subrosa/core/bytes";
import { toHex, utf8 } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { sha256 } from "@subrosa/core/hash";
import { encodeNcryptsec } from "@subrosa/core/nostr/nip49";
import { Secret } from "@subrosa/core/secret";
import { fastCurve } from "@subrosa/testkit/curves";
import { type Account, addAccount, chooseForSite } from "../src/accounts.ts";
import { Broker, type Page } from "../src/broker.ts";
import type { Method } from "../src/method.ts";
import type { Grant } from "../src/permission.ts";
import type { Ports, TextStore } from "../src/ports.ts";
import type { Answered } from "../src/queue.ts";
import type { FromPrompt, ToPrompt } from "../src/wire.ts";

export const PASSPHRASE = "a passphrase for tests";

export interface Person {
  readonly secret: Uint8Array;
  readonly pubkey: PubkeyHex;
  readonly account: Account;
}

export function person(name: string): Person {
  const secret = sha256(utf8(`test person ${name}`));
  const opened = Secret.from(secret, fastCurve);
  const pubkey = toHex(opened.pubkey) as PubkeyHex;
  const inputs = { logN: 2, security: "secure", salt: secret.slice(0, 16), nonce: new Uint8Array(24) } as const;
  const ncryptsec = encodeNcryptsec(opened, PASSPHRASE, inputs);
  return { secret: opened.expose(), pubkey, account: { pubkey, name, ncryptsec, addedAt: 1, hasBackup: true } };
}

class Memory implements TextStore {
  readonly texts = new Map<string, string>();
  async read(name: string): Promise<string | undefined> {
    return this.texts.get(name);
  }
  async write(name: string, text: string): Promise<void> {
    this.texts.set(name, text);
  }
}

export class World {
  readonly local = new Memory();
  readonly session = new Memory();
  readonly cache = new Map<string, Uint8Array>();
  readonly prompts: string[] = [];
  readonly hidden: string[] = [];
  readonly told: ToPrompt[] = [];
  readonly delivered: Answered[] = [];
  readonly changed: string[] = [];
  now = 1_700_000_000_000;
  isPageListening = true;
  signatures = 0;
  /** Random bytes that were asked for. */
  drawn = 0;
  #counter = 0;
  broker!: Broker;

  static async open(): Promise<World> {
    const world = new World();
    await world.restart();
    return world;
  }

  /** The worker is stopped, wherever it was, and another one starts. */
  async restart(): Promise<void> {
    this.broker = await Broker.open(this.#ports());
  }

  #ports(): Ports {
    const curve: Curve = {
      ...fastCurve,
      signSchnorr: (message, secret, aux) => {
        this.signatures++;
        return fastCurve.signSchnorr(message, secret, aux);
      },
    };
    return {
      local: this.local,
      session: this.session,
      keys: {
        put: async (pubkey, bytes) => void this.cache.set(pubkey, bytes.slice()),
        take: async (pubkey) => this.cache.get(pubkey)?.slice(),
        remove: async (pubkey) => void this.cache.delete(pubkey),
      },
      curve,
      random: (length) => {
        this.drawn += length;
        const blocks = Array.from({ length: Math.ceil(length / 32) }, () => sha256(utf8(`random ${this.#counter++}`)));
        return Uint8Array.from(blocks.flatMap((block) => [...block])).slice(0, length);
      },
      now: () => this.now,
      showPrompt: (id) => this.prompts.push(id),
      hidePrompt: (id) => this.hidden.push(id),
      toPrompt: (message) => this.told.push(message),
      deliver: (answered) => {
        if (this.isPageListening) this.delivered.push(answered);
        return this.isPageListening;
      },
      accountChanged: (origin) => this.changed.push(origin),
      wakeAt: () => undefined,
    };
  }

  async add(one: Person): Promise<void> {
    await this.broker.change(async (shelf) => {
      const more = addAccount(shelf.kept.accounts, one.account);
      if (more !== undefined) await shelf.keep("accounts", more);
    });
  }

  async choose(origin: string, one: Person): Promise<void> {
    await this.broker.change((shelf) => shelf.keep("accounts", chooseForSite(shelf.kept.accounts, origin, one.pubkey)));
  }

  async grant(...grants: readonly Grant[]): Promise<void> {
    await this.broker.change((shelf) => shelf.keep("grants", grants));
  }

  async unlock(one: Person): Promise<void> {
    this.cache.set(one.pubkey, one.secret.slice());
    const open = { pubkey: one.pubkey, since: this.now, until: this.now + 3_600_000 };
    await this.broker.change((shelf) => shelf.keep("lock", [...shelf.kept.lock, open]));
  }

  /** A page calls; answers the id of its call. */
  async ask(page: Page, method: Method, params: unknown): Promise<string> {
    const id = (this.#counter++).toString(16).padStart(32, "0");
    await this.broker.fromPage(page, { type: "ask", id, method, params: JSON.stringify(params) });
    return id;
  }

  answer(id: string): Answered["answer"] | undefined {
    return this.delivered.find(({ callId }) => callId === id)?.answer;
  }

  /** The prompt that is shown now. */
  get shown(): string | undefined {
    return this.broker.shelf.kept.queue.entries.find(({ phase }) => phase === "shown")?.id;
  }

  async decide(verdict: "allow" | "deny", more: Partial<FromPrompt & { type: "answer" }> = {}): Promise<void> {
    const id = this.shown ?? "none";
    const plain = { type: "answer", id, verdict, lasts: "once", reach: "this", passphrase: PASSPHRASE } as const;
    await this.broker.fromPrompt({ ...plain, ...more });
  }
}

export const SITE: Page = { origin: "https://site.example", tab: 1 };
