/**
 * Whoever opens what was encrypted to this account: a key in this process, or a signer who may ask a person for each.
 *
 * With the key here, conversation keys are kept for the people one speaks with, inside and nowhere else, and wiped with
 * it. A signer is asked for many at once where he can; otherwise one by one, and given up at the first refusal: a person
 * who said no is not asked five hundred times.
 */
import { fromHex, type PubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { openNip04Content } from "@subrosa/core/nostr/nip04";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import type { Secret } from "@subrosa/core/secret";
import type { SealedText, Signer } from "../signer/signer.ts";

export interface Opener {
  readonly pubkey: PubkeyHex;
  /** May it be used without asking a person? Otherwise only on a deliberate act of the user. */
  readonly isFree: boolean;
  /** In the order of the items; undefined: not to be opened. Undefined as a whole: the signer refused. */
  open(
    items: readonly SealedText[],
    purpose: string,
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[] | undefined>;
  /** NIP-44; undefined: the signer refused. */
  encrypt(peer: PubkeyHex, plaintext: string): Promise<string | undefined>;
}

export interface KeyOpener extends Opener, Disposable {}

const MAX_KEYS = 1_000;

/** The secret stays the caller's; disposing wipes the conversation keys. */
export function keyOpener(secret: Secret, random: RandomSource, curve: Curve): KeyOpener {
  const keys = new Map<PubkeyHex, ConversationKey>();
  const forget = (): void => {
    for (const key of keys.values()) key[Symbol.dispose]();
    keys.clear();
  };
  const keyFor = (peer: PubkeyHex): ConversationKey | undefined => {
    const known = keys.get(peer) ?? ConversationKey.between(secret, fromHex(peer)!, curve);
    if (known === undefined) return undefined;
    // Used last, goes last.
    keys.delete(peer);
    keys.set(peer, known);
    const [oldest] = keys;
    if (keys.size > MAX_KEYS && oldest !== undefined) {
      keys.delete(oldest[0]);
      oldest[1][Symbol.dispose]();
    }
    return known;
  };
  const openOne = ({ form, peer, ciphertext, isOnce = false }: SealedText): string | undefined => {
    if (form === "nip04") return openNip04Content(ciphertext, secret, peer, curve);
    if (isOnce) {
      using key = ConversationKey.between(secret, fromHex(peer)!, curve);
      const opened = key && decrypt(ciphertext, key);
      return opened?.ok ? opened.plaintext : undefined;
    }
    const key = keyFor(peer);
    const opened = key && decrypt(ciphertext, key);
    return opened?.ok ? opened.plaintext : undefined;
  };
  return {
    pubkey: toHex(secret.pubkey) as PubkeyHex,
    isFree: true,
    open: async (items) => items.map(openOne),
    encrypt: async (peer, plaintext) => {
      const key = keyFor(peer);
      return key && encrypt(plaintext, key, random(32));
    },
    [Symbol.dispose]: forget,
  };
}

/** What our extension takes at once. */
const BATCH = 500;
/** Failures with which one begins to doubt. */
const PATIENCE = 3;

/** `isFree`: the user has said that this signer need not be spared; a bunker that answers by itself. */
export function signerOpener(signer: Signer, isFree = false): Opener {
  return {
    pubkey: signer.pubkey,
    isFree,
    async open(items, purpose, signal) {
      if (signer.capabilities.batchDecrypt) {
        const texts: (string | undefined)[] = [];
        for (let at = 0; at < items.length; at += BATCH) {
          signal.throwIfAborted();
          const answer = await signer.batchDecrypt(items.slice(at, at + BATCH), purpose);
          if (!answer.ok) return undefined;
          texts.push(...answer.texts);
        }
        return texts;
      }
      const answers = new Map<number, string | undefined>();
      let isWilling = false;
      const ask = async (at: number): Promise<void> => {
        const item = items[at];
        if (item === undefined || answers.has(at)) return;
        signal.throwIfAborted();
        const answer = await signer.decrypt(item.form, item.peer, item.ciphertext);
        answers.set(at, answer.ok ? answer.text : undefined);
        isWilling ||= answer.ok;
      };
      for (let at = 0; at < items.length; at++) {
        await ask(at);
        // A NIP-07 signer says "no" and "cannot be opened" in one way. Three that a stranger made unreadable must not close
        // the rest, so others are tried before it is taken for a no.
        if (answers.size !== PATIENCE || isWilling) continue;
        for (const part of [0.5, 0.25, 1]) if (!isWilling) await ask(Math.floor(part * (items.length - 1)));
        if (!isWilling) return undefined;
      }
      // Where nothing was opened it may have been a no, and then nothing may count as unreadable for ever.
      return isWilling || items.length === 0 ? items.map((_, at) => answers.get(at)) : undefined;
    },
    async encrypt(peer, plaintext) {
      const answer = await signer.encrypt("nip44", peer, plaintext);
      return answer.ok ? answer.text : undefined;
    },
  };
}
