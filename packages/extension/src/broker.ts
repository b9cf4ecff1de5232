/**
 * Between pages, prompts and keys: decides, asks, performs, in this order and one thing at a time
 * (docs/extension.md, "What happens to a request").
 *
 *     read ─► whose account? ─► decide ─► deny: refuse ─► ask: queue, prompt ─► allow: perform ─► answer
 *
 * Every step of the queue is stored before its effects happen. Keys are taken for one call and wiped after it.
 */
import { type PubkeyHex, toHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { encodeEntity } from "@subrosa/core/nostr/nip19";
import { decodeNcryptsec } from "@subrosa/core/nostr/nip49";
import type { DirectoryAddress } from "@subrosa/core/proof/directory-address";
import type { GroupMemory } from "@subrosa/core/proof/group-memory";
import type { RingName } from "@subrosa/core/ring/ring";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import { Secret } from "@subrosa/core/secret";
import { type Account, accountFor } from "./accounts.ts";
import { record } from "./activity.ts";
import { type Call, kindOf, readCall, writeCall } from "./call.ts";
import { describe } from "./describe.ts";
import { expire, isUnlocked, locked, nextExpiry, unlocked, used } from "./lock.ts";
import { classOf } from "./method.ts";
import { type KeyedCall, needsKey, type Performed, perform, publicKey, refuseAsMember, verify } from "./perform.ts";
import { decide, isRememberable, type PermissionRequest, remember, type Verdict } from "./permission.ts";
import type { Ports } from "./ports.ts";
import { type Answer, type Entry, type QueueEffect, type QueueEvent, step } from "./queue.ts";
import { admit, type Rates } from "./rate.ts";
import type { Refusal } from "./refusal.ts";
import { Shelf } from "./shelf.ts";
import { type View, viewShape } from "./view.ts";
import type { FromPrompt, Upward } from "./wire.ts";

/** The most that a stored key may cost to open: 2^20 rounds are 1 GiB. */
const MAX_LOG_N = 20;

export interface Page {
  readonly origin: string;
  readonly tab: number;
}

export class Broker {
  readonly #ports: Ports;
  readonly #shelf: Shelf;
  readonly #rings: RingShelf;
  #rates: Rates = new Map();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(ports: Ports, shelf: Shelf) {
    this.#ports = ports;
    this.#shelf = shelf;
    this.#rings = new RingShelf(ports.curve);
  }

  /** Goes on where a stopped worker was. */
  static async open(ports: Ports): Promise<Broker> {
    const broker = new Broker(ports, await Shelf.open(ports));
    await broker.#inTurn(async () => {
      await broker.#expire();
      await broker.#step({ kind: "restarted" });
      for (const { id, phase } of broker.#shelf.kept.queue.entries) if (phase === "shown") ports.showPrompt(id);
    });
    return broker;
  }

  get shelf(): Shelf {
    return this.#shelf;
  }

  fromPage(page: Page, message: Upward): Promise<void> {
    return this.#inTurn(() => (message.type === "ask" ? this.#asked(page, message) : this.#resumed(page, message.ids)));
  }

  pageGone(page: Page): Promise<void> {
    return this.#inTurn(async () => {
      await this.#step({ kind: "page-gone", ...page });
    });
  }

  fromPrompt(message: FromPrompt): Promise<void> {
    return this.#inTurn(async () => {
      if (message.type === "show") this.#show(message.id);
      else await this.#decided(message);
    });
  }

  promptClosed(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#entry(id) !== undefined) await this.#deny(id, "prompt-closed");
    });
  }

  /** For the options page: changes what is kept, and draws the consequences for what waits. */
  change(change: (shelf: Shelf) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#shelf.kept.accounts;
      await change(this.#shelf);
      for (const { pubkey } of this.#shelf.kept.lock) if (this.#account(pubkey) === undefined) await this.#lock(pubkey);
      const origins = new Set([
        ...this.#shelf.kept.grants.filter(({ verdict }) => verdict === "allow").map(({ origin }) => origin),
        ...this.#shelf.kept.queue.entries.map(({ origin }) => origin),
      ]);
      for (const origin of origins) await this.#accountMayHaveChanged(origin, accountFor(before, origin));
      await this.#reconsider();
    });
  }

  lockAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { pubkey } of this.#shelf.kept.lock) await this.#lock(pubkey);
    });
  }

  /** The moment that `wakeAt` named. */
  alarm(): Promise<void> {
    return this.#inTurn(() => this.#expire());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #asked(page: Page, message: Upward & { readonly type: "ask" }): Promise<void> {
    const refuse = (code: Refusal) => this.#reply(page, message.id, { ok: false, code });
    const call = callOrUndefined(message.method, message.params);
    if (call === undefined) return refuse("invalid");
    if (call.method === "verifyGroupMemberProof") return this.#reply(page, message.id, verify(call.event, this.#rings));
    if (call.method === "signEventAsGroupMember" && !this.#admits(page.origin)) return refuse("busy");
    const account = accountFor(this.#shelf.kept.accounts, page.origin);
    if (account === undefined) return refuse("refused");
    const verdict = this.#decide(call, page.origin, account.pubkey);
    if (verdict === "deny") {
      this.#workForNothing(call, page.origin);
      await this.#log(call, page.origin, account.pubkey, "refused");
      return refuse("refused");
    }
    if (verdict === "allow" && this.#isReady(call, account.pubkey)) {
      return this.#reply(page, message.id, await this.#perform(call, page.origin, account.pubkey));
    }
    const id = toHex(this.#ports.random(16));
    const needs = verdict === "allow" ? "unlock" : "consent";
    const entry = { id, callId: message.id, ...page, account: account.pubkey, ...writeCall(call), needs } as const;
    const ignored = await this.#step({ kind: "asked", entry });
    if (ignored === "full") return refuse("busy");
  }

  #admits(origin: string): boolean {
    const { rates, admitted } = admit(this.#rates, origin, this.#ports.now());
    this.#rates = rates;
    return admitted;
  }

  #decide(call: Call, origin: string, account: string): Verdict {
    return decide(this.#shelf.kept.grants, requestOf(call, origin, account), this.#ports.now());
  }

  #isReady(call: Call, account: string): boolean {
    return !needsKey(call) || isUnlocked(this.#shelf.kept.lock, account, this.#ports.now());
  }

  #reply(page: Page, callId: string, answer: Answer): void {
    this.#ports.deliver({ callId, ...page, answer });
  }

  /** After the worker or the page slept: what is answered is handed over, what waits goes on, what is unknown is refused. */
  async #resumed(page: Page, ids: readonly string[]): Promise<void> {
    for (const callId of ids) {
      const isIt = (one: { readonly callId: string; readonly origin: string; readonly tab: number }) =>
        one.callId === callId && one.origin === page.origin && one.tab === page.tab;
      const answered = this.#shelf.kept.queue.answered.find(isIt);
      if (answered !== undefined) await this.#deliver(answered);
      else if (!this.#shelf.kept.queue.entries.some(isIt)) this.#reply(page, callId, { ok: false, code: "refused" });
    }
  }

  #show(id: string): void {
    const view = this.#viewOf(id);
    this.#ports.toPrompt(view === undefined ? { type: "gone", id } : { type: "view", id, view: writeView(view) });
  }

  #entry(id: string): Entry | undefined {
    return this.#shelf.kept.queue.entries.find((one) => one.id === id && one.phase === "shown");
  }

  #viewOf(id: string): View | undefined {
    const entry = this.#entry(id);
    const account = entry && this.#account(entry.account);
    if (entry === undefined || account === undefined) return undefined;
    const call = readCall(entry.method, entry.params);
    const { people } = this.#shelf.kept;
    const names = new Map(people.map(({ pubkey, name }) => [pubkey as string, name]));
    const words = describe(call, { nameOf: (key) => names.get(key), memory: this.#memoryOf(account.pubkey) });
    const canAllow = entry.needs === "consent" && isRememberable(call.method, "allow");
    return {
      ...words,
      origin: entry.origin,
      account: { name: account.name, npub: encodeEntity({ type: "npub", pubkey: account.pubkey }) },
      needs: entry.needs,
      isLocked: !this.#isReady(call, account.pubkey),
      remember: { allow: canAllow, everything: canAllow && classOf(call.method) === "ordinary" },
    };
  }

  #account(pubkey: string): Account | undefined {
    return this.#shelf.kept.accounts.accounts.find((one) => one.pubkey === pubkey);
  }

  async #decided(message: FromPrompt & { readonly type: "answer" }): Promise<void> {
    const entry = this.#entry(message.id);
    const account = entry && this.#account(entry.account);
    if (entry === undefined || account === undefined) return this.#ports.toPrompt({ type: "gone", id: message.id });
    const call = readCall(entry.method, entry.params);
    if (message.verdict === "allow" && !this.#isReady(call, account.pubkey)) {
      this.#ports.toPrompt({ type: "working", id: message.id, on: true });
      if (!(await this.#unlock(account, message.passphrase))) {
        return this.#ports.toPrompt({ type: "wrong-passphrase", id: message.id });
      }
    }
    const { verdict, lasts, reach } = message;
    const mayRemember = entry.needs === "consent" && isRememberable(call.method, verdict);
    if (mayRemember) {
      const request = requestOf(call, entry.origin, entry.account);
      const grants = remember(this.#shelf.kept.grants, request, { verdict, lasts, reach }, this.#ports.now());
      await this.#shelf.keep("grants", grants);
    }
    if (verdict === "allow") await this.#step({ kind: "allowed", id: entry.id });
    else await this.#deny(entry.id, "denied");
    await this.#reconsider();
  }

  async #deny(id: string, kind: "denied" | "prompt-closed"): Promise<void> {
    const entry = this.#shelf.kept.queue.entries.find((one) => one.id === id && one.phase !== "running");
    if (entry === undefined) return;
    const call = readCall(entry.method, entry.params);
    this.#workForNothing(call, entry.origin);
    await this.#log(call, entry.origin, entry.account, "refused");
    await this.#step({ kind, id });
  }

  /** A no to a member's signature takes as long as a yes. */
  #workForNothing(call: Call, origin: string): void {
    if (call.method === "signEventAsGroupMember") refuseAsMember(call, origin, this.#ports);
  }

  /** What waits may have been answered by what was just decided, for an account that was just unlocked or locked. */
  async #reconsider(): Promise<void> {
    for (const entry of this.#shelf.kept.queue.entries) {
      if (entry.phase === "running" || !this.#shelf.kept.queue.entries.includes(entry)) continue;
      const call = readCall(entry.method, entry.params);
      const verdict = this.#decide(call, entry.origin, entry.account);
      const isTakenBack = entry.needs === "unlock" && verdict !== "allow";
      if (verdict === "deny" || isTakenBack) await this.#deny(entry.id, "denied");
      else if (verdict === "allow" && this.#isReady(call, entry.account))
        await this.#step({ kind: "allowed", id: entry.id });
    }
  }

  async #accountMayHaveChanged(origin: string, before: Account | undefined): Promise<void> {
    const now = accountFor(this.#shelf.kept.accounts, origin);
    await this.#step({ kind: "account-switched", origin, account: now?.pubkey });
    if (now?.pubkey !== before?.pubkey) this.#ports.accountChanged(origin);
  }

  async #step(event: QueueEvent): Promise<string | undefined> {
    const { state, effects, ignored } = step(this.#shelf.kept.queue, event);
    await this.#shelf.keep("queue", state);
    for (const effect of effects) await this.#carryOut(effect);
    return ignored;
  }

  async #carryOut(effect: QueueEffect): Promise<void> {
    switch (effect.kind) {
      case "show":
        return this.#ports.showPrompt(effect.id);
      case "hide":
        return this.#ports.hidePrompt(effect.id);
      case "deliver":
        return this.#deliver(effect.answered);
      case "run": {
        const { id, method, params, origin, account } = effect.entry;
        const answer = await this.#perform(readCall(method, params), origin, account);
        await this.#step({ kind: "finished", id, answer });
        return;
      }
      default:
        return effect satisfies never;
    }
  }

  async #deliver(answered: Parameters<Ports["deliver"]>[0]): Promise<void> {
    if (!this.#ports.deliver(answered)) return;
    const { callId, origin, tab } = answered;
    await this.#step({ kind: "collected", callId, origin, tab });
  }

  async #perform(call: Call, origin: string, account: string): Promise<Answer> {
    const performed = await this.#withKey(call, origin, account);
    const outcome = performed.answer.ok ? "done" : performed.answer.code === "failed" ? "failed" : "refused";
    if (performed.signedFor !== undefined) await this.#rememberRing(account, performed.signedFor);
    await this.#log(call, origin, account, outcome);
    return performed.answer;
  }

  async #withKey(call: Call, origin: string, account: string): Promise<Performed> {
    if (call.method === "verifyGroupMemberProof") return { answer: verify(call.event, this.#rings) };
    if (!needsKey(call)) return { answer: publicKey(account as PubkeyHex) };
    const bytes = await this.#ports.keys.take(account);
    if (bytes === undefined) {
      await this.#lock(account);
      this.#workForNothing(call, origin);
      return { answer: { ok: false, code: "refused" } };
    }
    using secret = Secret.from(bytes, this.#ports.curve);
    bytes.fill(0);
    await this.#keepAwake(account);
    // Safety: whose key this is was decided when the request came; a key of another account is never used for it.
    if (toHex(secret.pubkey) !== account) return { answer: { ok: false, code: "refused" } };
    return perform(call satisfies KeyedCall, secret, origin, this.#ports);
  }

  async #unlock(account: Account, passphrase: string): Promise<boolean> {
    const opened = decodeNcryptsec(account.ncryptsec, passphrase, this.#ports.curve, { maxLogN: MAX_LOG_N });
    if (!opened.ok) return false;
    using secret = opened.secret;
    if (toHex(secret.pubkey) !== account.pubkey) return false;
    await this.#ports.keys.put(account.pubkey, secret.expose());
    const { lock, idle } = this.#shelf.kept;
    await this.#shelf.keep("lock", unlocked(lock, account.pubkey, this.#ports.now(), idle.minutes));
    this.#ports.wakeAt(nextExpiry(this.#shelf.kept.lock));
    return true;
  }

  async #keepAwake(account: string): Promise<void> {
    const { lock, idle } = this.#shelf.kept;
    await this.#shelf.keep("lock", used(lock, account, this.#ports.now(), idle.minutes));
    this.#ports.wakeAt(nextExpiry(this.#shelf.kept.lock));
  }

  async #lock(account: string): Promise<void> {
    await this.#ports.keys.remove(account);
    await this.#shelf.keep("lock", locked(this.#shelf.kept.lock, account));
    this.#ports.wakeAt(nextExpiry(this.#shelf.kept.lock));
  }

  async #expire(): Promise<void> {
    const open = expire(this.#shelf.kept.lock, this.#ports.now());
    for (const { pubkey } of this.#shelf.kept.lock) {
      if (!open.some((one) => one.pubkey === pubkey)) await this.#lock(pubkey);
    }
  }

  async #log(call: Call, origin: string, account: string, outcome: "done" | "refused" | "failed"): Promise<void> {
    const kind = kindOf(call);
    const act = {
      at: this.#ports.now(),
      origin,
      account,
      method: call.method,
      outcome,
      ...(kind === undefined ? {} : { kind }),
    };
    await this.#shelf.keep("activity", record(this.#shelf.kept.activity, act));
  }

  #memoryOf(account: string): GroupMemory {
    const own = this.#shelf.kept.memory.filter((one) => one.account === account);
    return new Map(own.map(({ address, rings }) => [address as DirectoryAddress, rings as readonly RingName[]]));
  }

  async #rememberRing(account: string, signedFor: NonNullable<Performed["signedFor"]>): Promise<void> {
    const rings = this.#memoryOf(account).get(signedFor.address) ?? [];
    if (rings.includes(signedFor.ring)) return;
    const others = this.#shelf.kept.memory.filter(
      (one) => one.account !== account || one.address !== signedFor.address,
    );
    const made = { account, address: signedFor.address, rings: [...rings, signedFor.ring].slice(-200) };
    await this.#shelf.keep("memory", [...others, made].slice(-500));
  }
}

function requestOf(call: Call, origin: string, account: string): PermissionRequest {
  const kind = kindOf(call);
  return { origin, account, method: call.method, ...(kind === undefined ? {} : { kind }) };
}

function callOrUndefined(method: string, params: string): Call | undefined {
  try {
    return readCall(method, params);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function writeView(view: View): string {
  return JSON.stringify(viewShape.write(view));
}
