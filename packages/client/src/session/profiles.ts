/**
 * Who people say they are (kind 0): read from strangers, shown with care, and our own rewritten without losing what other
 * programs wrote into it.
 *
 * Spec: NIP-01, NIP-24. A profile is its author's word about himself and no proof of anything. Names lose what cannot be
 * seen and what turns the direction of writing; pictures are addresses that the reader's device will ask, so only http(s)
 * ones are read, and whether they are loaded is the screen's to ask.
 */
import type { PubkeyHex } from "@subrosa/core/bytes";
import { UsageError, WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Clock } from "../ports.ts";
import type { Network, Presence } from "../relay/network.ts";
import type { Live } from "./live.ts";
import type { Replaceables, Replaced } from "./replaceable.ts";

export const PROFILE = 0;

export interface Profile {
  readonly name?: string;
  readonly displayName?: string;
  readonly about?: string;
  readonly picture?: string;
  readonly banner?: string;
  readonly website?: string;
  /** A claim; nobody here has asked the domain. */
  readonly nip05?: string;
  readonly lud16?: string;
  readonly updatedAt: number;
}
export type ProfileFields = Omit<Profile, "updatedAt">;

const FIELDS: Readonly<
  Record<keyof ProfileFields, { readonly wire: string; readonly max: number; readonly isUrl?: true }>
> = {
  name: { wire: "name", max: 100 },
  displayName: { wire: "display_name", max: 100 },
  about: { wire: "about", max: 10_000 },
  picture: { wire: "picture", max: 2_048, isUrl: true },
  banner: { wire: "banner", max: 2_048, isUrl: true },
  website: { wire: "website", max: 2_048, isUrl: true },
  nip05: { wire: "nip05", max: 320 },
  lud16: { wire: "lud16", max: 320 },
};
const LIMITS = { maxLength: 1 << 17, maxDepth: 8 };

export interface ProfilesOptions {
  readonly replaceables: Replaceables;
  readonly network: Network;
  /** Absent: others are asked about as nobody, on new sockets, so that no relay learns whom this account looks at. */
  readonly as?: Presence;
  readonly relays: () => readonly string[];
  readonly clock: Clock;
  /** Seconds after which somebody is asked about again. Default: an hour. */
  readonly freshness?: number;
}

export class Profiles {
  readonly #options: ProfilesOptions;
  readonly #asked = new Map<PubkeyHex, number>();
  readonly #wanted = new Set<PubkeyHex>();
  #asking: Promise<void> | undefined;

  constructor(options: ProfilesOptions) {
    this.#options = options;
  }

  of(person: PubkeyHex): Live<Profile | undefined> {
    const events = this.#options.replaceables.live(PROFILE, person);
    return mapped(events, (event) => event && readProfile(event));
  }

  /**
   * Asks for those that are not known or were not asked for lately, many in one question. Never rejects. Our own is
   * followed on our own sockets: asked for beside others, it would tell who asks.
   */
  want(people: Iterable<PubkeyHex>): Promise<void> {
    const { clock, replaceables, freshness = 3_600 } = this.#options;
    for (const person of people) {
      if (person === replaceables.me) continue;
      if ((this.#asked.get(person) ?? Number.NEGATIVE_INFINITY) + freshness > clock.now()) continue;
      this.#asked.set(person, clock.now());
      this.#wanted.add(person);
    }
    if (this.#asked.size > 20_000) this.#asked.clear();
    if (this.#wanted.size > 0) this.#asking ??= Promise.resolve().then(() => this.#ask());
    return this.#asking ?? Promise.resolve();
  }

  /** Changes these fields of our own; `undefined` takes one out. What else stands there stays. */
  edit(
    change: { readonly [F in keyof ProfileFields]?: string | undefined },
    { despiteSilence = false }: { readonly despiteSilence?: boolean } = {},
  ): Promise<Replaced> {
    const fields = Object.entries(change) as [keyof ProfileFields, string | undefined][];
    for (const [field, value] of fields) {
      const { max, isUrl } = FIELDS[field];
      if (value === undefined) continue;
      if (value.length > max) throw new UsageError("usage/too-long", `${field} has at most ${max} characters`);
      if (isUrl && !isWebUrl(value)) throw new UsageError("usage/template", `${field} is an http:// or https:// URL`);
    }
    const rewrite = async (newest: SignedEvent | undefined) => {
      const before = newest === undefined ? {} : fieldsIn(newest);
      const after = new Map<string, unknown>(Object.entries(before));
      for (const [field, value] of fields) {
        if (value === undefined) after.delete(FIELDS[field].wire);
        else after.set(FIELDS[field].wire, value);
      }
      const content = JSON.stringify(Object.fromEntries(after));
      return content === JSON.stringify(before) && newest !== undefined
        ? undefined
        : { content, tags: newest?.tags ?? [] };
    };
    return this.#options.replaceables.replace(PROFILE, undefined, rewrite, despiteSilence);
  }

  async #ask(): Promise<void> {
    while (this.#wanted.size > 0) {
      const authors = [...this.#wanted].slice(0, 200);
      for (const person of authors) this.#wanted.delete(person);
      const { replaceables, network, as, relays } = this.#options;
      const presence = as ?? network.anonymously();
      const filter = { kinds: [PROFILE], authors };
      const asked = await replaceables.fetch(presence, relays(), filter).catch(() => undefined);
      if (as === undefined) presence[Symbol.dispose]();
      const answered = [...(asked?.relays.values() ?? [])].some((how) => how === "fully" || how === "partly");
      // Nobody answered, so it may be asked again at once.
      if (!answered) for (const person of authors) this.#asked.delete(person);
    }
    this.#asking = undefined;
  }
}

/** Whatever the content is, this is a profile, if an empty one. */
export function readProfile(event: SignedEvent): Profile {
  const given = fieldsIn(event);
  const profile = new Map<keyof ProfileFields, string>();
  for (const [field, { wire, max, isUrl }] of Object.entries(FIELDS) as [
    keyof ProfileFields,
    (typeof FIELDS)["name"],
  ][]) {
    const value = Object.hasOwn(given, wire) ? given[wire] : undefined;
    if (typeof value !== "string" || value.length > 4 * max) continue;
    const shown = field === "about" ? value.slice(0, max) : visible(value).slice(0, max);
    if (shown !== "" && (!isUrl || isWebUrl(shown))) profile.set(field, shown);
  }
  return { ...(Object.fromEntries(profile) as ProfileFields), updatedAt: event.created_at };
}

/** What to call somebody who said how; undefined: show the key. */
export function shownName({ displayName, name }: Profile): string | undefined {
  return displayName ?? name;
}

/** In one line, without what cannot be seen; joiners stay, emoji and several scripts need them. */
function visible(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (each) =>
    /^(?:\u200c|\u200d)$/.test(each) ? each : "",
  );
  return shown.replace(/\s+/gu, " ").trim();
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\/[^\s/$.?#][^\s]*$/i.test(text);
}

function fieldsIn({ content }: SignedEvent): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(content, "profile", LIMITS);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch (error) {
    if (error instanceof WireError) return {};
    throw error;
  }
}

/** The same value as long as what it comes from is the same. */
export function mapped<T, U>(source: Live<T>, map: (value: T) => U): Live<U> {
  let [from, to]: [T | undefined, U | undefined] = [undefined, undefined];
  let isKnown = false;
  const read = (value: T): U => {
    if (!isKnown || !Object.is(from, value)) [from, to, isKnown] = [value, map(value), true];
    return to as U;
  };
  const values = (signal?: AbortSignal): AsyncIterable<U> => ({
    async *[Symbol.asyncIterator]() {
      for await (const value of signal === undefined ? source : source.values(signal)) yield read(value);
    },
  });
  return {
    get current() {
      return read(source.current);
    },
    subscribe: (watcher) => source.subscribe((value) => watcher(read(value))),
    values,
    [Symbol.asyncIterator]: () => values()[Symbol.asyncIterator](),
  };
}
