/** What was given to a command, read as what it has to be; a sentence where it is something else. */
import { type EventId, eventId, type PubkeyHex } from "@subrosa/core/bytes";
import type { Curve } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import { readPublicKey } from "@subrosa/core/nostr/keys";
import { decodeEntity } from "@subrosa/core/nostr/nip19";
import { type RelayUrl, relayUrl } from "@subrosa/core/nostr/relay-url";
import { badArguments } from "./failure.ts";

export class Given {
  readonly operands: readonly string[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(operands: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.operands = operands;
    this.#options = options;
  }

  operand(at: number): string {
    const found = this.operands[at];
    if (found === undefined) throw badArguments("Something is missing; see --help.");
    return found;
  }

  text(option: string): string | undefined {
    const value = this.#options[option];
    return typeof value === "string" ? value : undefined;
  }

  required(option: string): string {
    const value = this.text(option);
    if (value === undefined) throw badArguments(`Give --${dashed(option)}; see --help.`);
    return value;
  }

  many(option: string): readonly string[] {
    const value = this.#options[option];
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  }

  has(option: string): boolean {
    return this.#options[option] === true;
  }

  /** Of an option `--no-…`. */
  isOff(option: string): boolean {
    return this.#options[option] === false;
  }

  integer(
    option: string,
    { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
  ): number | undefined {
    const value = this.text(option);
    if (value === undefined) return undefined;
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number) || number < min || number > max) {
      throw badArguments(`--${dashed(option)} is a whole number from ${min} to ${max}.`);
    }
    return number;
  }

  relays(option = "relay"): readonly RelayUrl[] {
    const urls = this.many(option).map(readRelayUrl);
    return [...new Set(urls)];
  }
}

function dashed(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function readRelayUrl(text: string): RelayUrl {
  const url = relayUrl(text);
  if (url === undefined) throw badArguments("Give a relay as its ws:// or wss:// address.");
  return url;
}

const KEY_SENTENCES = {
  "key-shape": "Give a public key as npub1…, nprofile1… or 64 hex digits.",
  "key-not-on-curve": "This is no public key: there is no point for it on the curve.",
  "key-is-secret": "This is a secret key, where a public one belongs. It has been seen: use it no more.",
} as const;

export function readPerson(text: string, curve: Curve): PubkeyHex {
  const read = readPublicKey(text, curve);
  if (!read.ok) throw badArguments(KEY_SENTENCES[read.reason]);
  return read.pubkey;
}

export function readEventId(text: string): EventId {
  const id = eventId(text) ?? idOfEntity(text.replace(/^nostr:/, ""));
  if (id === undefined) throw badArguments("Give an event as note1…, nevent1… or 64 hex digits.");
  return id;
}

function idOfEntity(text: string): EventId | undefined {
  try {
    const entity = decodeEntity(text);
    return entity.type === "note" || entity.type === "nevent" ? entity.id : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
