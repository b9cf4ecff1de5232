/**
 * Several queries of one identity at several relays, followed across openings: from where they stood, live, and once a
 * week whole.
 *
 *     nothing is known ─► everything, page by page ─┐
 *     something is ─► what is new, then the gaps ───┴─► swept: for a week from the cursor on
 *
 * A cursor says up to when all was seen, by outer times; what was dated far back and came while nobody listened stands
 * before it. So once a week, and at a relay that is new, the gaps are filled: by NIP-77 where the relay has it, so that
 * only what is missing is transferred. Cursors are kept by whoever opened this, in his own state.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";
import type { Hearing } from "../relay/hearing.ts";
import type { Item } from "../relay/negentropy.ts";
import type { Followed, Presence } from "../relay/network.ts";

/** Seconds. */
export const SWEEP_EVERY = 7 * 86_400;

export interface PursuitOptions {
  readonly presence: Presence;
  readonly hearing: Hearing;
  readonly relays: readonly RelayUrl[];
  /** By a name that stays the same across openings. */
  readonly filters: Readonly<Record<string, Filter>>;
  /** All that is held of a query, by its name. Absent: all of it is asked for. */
  readonly known?: (name: string) => Promise<readonly Item[]>;
  /** As `cursors` gave them. */
  readonly kept: ReadonlyMap<string, number>;
  readonly clock: Clock;
  /** Resolves when it is durable. */
  readonly onEvent: (event: VerifiedEvent, relay: RelayUrl) => Promise<unknown>;
  /** After a relay has shown all that it holds: what to keep. */
  readonly onCaughtUp?: (cursors: ReadonlyMap<string, number>) => Promise<unknown>;
  /** After a relay has shown everything from the beginning: all that it holds. */
  readonly onSwept?: (swept: Swept) => Promise<unknown>;
}

export interface Swept {
  readonly relay: RelayUrl;
  readonly name: string;
  /** Of what we held when it was asked: whether the relay holds it. */
  readonly isHeld: (id: EventId) => boolean;
}

export class Pursuit implements Disposable {
  readonly #options: PursuitOptions;
  readonly #followed: { readonly name: string; readonly followed: Followed }[] = [];
  readonly #behind = new Set<string>();
  readonly #swept = new Map<string, number>();
  readonly #filling = new Set<string>();
  readonly #abort = new AbortController();

  constructor(options: PursuitOptions) {
    this.#options = options;
    for (const [name, filter] of Object.entries(options.filters)) this.#follow(name, filter);
  }

  #follow(name: string, filter: Filter): void {
    const { presence, relays, kept, clock, known, onEvent, onCaughtUp, onSwept } = this.#options;
    const now = clock.now();
    const isKnown = known !== undefined && [...kept.keys()].some((place) => place.startsWith(`${name} `));
    const cursors = new Map<RelayUrl, number>();
    const sweeping = new Map<RelayUrl, Set<EventId>>();
    const gaps = new Set<RelayUrl>();
    for (const relay of relays) {
      this.#behind.add(nameOf(name, relay));
      const [cursor, swept] = [kept.get(nameOf(name, relay)), kept.get(sweepOf(name, relay))];
      if (cursor !== undefined && swept !== undefined && swept + SWEEP_EVERY >= now) {
        cursors.set(relay, cursor);
        this.#swept.set(sweepOf(name, relay), swept);
      } else if (isKnown) {
        // From what is new on; whatever is older, and lacking, the gaps bring.
        cursors.set(relay, cursor ?? now);
        gaps.add(relay);
      } else sweeping.set(relay, new Set());
    }
    const followed = presence.follow(relays, {
      filter,
      cursors,
      onEvent: (event, relay) => {
        if (onSwept !== undefined) sweeping.get(relay)?.add(event.id);
        return onEvent(event, relay);
      },
      onCaughtUp: ({ relay, complete }) => {
        if (gaps.has(relay)) {
          this.#inHand(this.#fill(name, filter, relay, gaps));
          return;
        }
        this.#behind.delete(nameOf(name, relay));
        // Only what began at the beginning and came to its end was a sweep.
        const ids = complete ? sweeping.get(relay) : undefined;
        if (ids !== undefined) {
          sweeping.delete(relay);
          this.#swept.set(sweepOf(name, relay), now);
          this.#inHand(onSwept?.({ relay, name, isHeld: (id) => ids.has(id) }));
        }
        this.#inHand(onCaughtUp?.(this.cursors()));
      },
    });
    this.#followed.push({ name, followed });
  }

  /** Where the relay gives less than it names, it is tried again with the next connection. */
  async #fill(name: string, filter: Filter, relay: RelayUrl, gaps: Set<RelayUrl>): Promise<void> {
    const { presence, clock, known, onEvent, onCaughtUp, onSwept } = this.#options;
    const place = nameOf(name, relay);
    if (this.#filling.has(place)) return;
    this.#filling.add(place);
    const began = clock.now();
    const { signal } = this.#abort;
    const held = (await known?.(name)) ?? [];
    const [filled] = signal.aborted ? [] : await presence.fill([relay], filter, { known: held, onEvent, signal });
    this.#filling.delete(place);
    if (signal.aborted) return;
    this.#behind.delete(place);
    if (filled?.complete === true) {
      gaps.delete(relay);
      this.#swept.set(sweepOf(name, relay), began);
      const lacks = filled.lacks === undefined ? undefined : new Set(filled.lacks);
      if (lacks !== undefined) this.#inHand(onSwept?.({ relay, name, isHeld: (id) => !lacks.has(id) }));
    }
    this.#inHand(onCaughtUp?.(this.cursors()));
  }

  /** A store that fails has stopped its driver, which has said so. */
  #inHand(work: Promise<unknown> | undefined): void {
    if (work !== undefined) this.#options.hearing.during(work).catch(() => undefined);
  }

  /** Every relay has shown everything that it holds. */
  get isCaughtUp(): boolean {
    return this.#behind.size === 0;
  }

  /** To be kept, and handed to the next opening. */
  cursors(): ReadonlyMap<string, number> {
    const all = new Map(this.#swept);
    for (const { name, followed } of this.#followed) {
      for (const [relay, cursor] of followed.cursors()) {
        if (this.#swept.has(sweepOf(name, relay))) all.set(nameOf(name, relay), cursor);
      }
    }
    return all;
  }

  [Symbol.dispose](): void {
    this.#abort.abort();
    for (const { followed } of this.#followed) followed[Symbol.dispose]();
  }
}

function nameOf(name: string, relay: RelayUrl): string {
  return `${name} ${relay}`;
}

function sweepOf(name: string, relay: RelayUrl): string {
  return `sweep ${name} ${relay}`;
}
