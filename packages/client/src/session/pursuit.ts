/**
 * Several queries of one identity at several relays, followed across openings: from where they stood, live, and once a
 * week from the beginning.
 *
 * A cursor says up to when all was seen, by outer times; what was dated far back and came while nobody listened stands
 * before it. So once a week everything is asked for again. Cursors are kept by whoever opened this, in his own state.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";
import type { Hearing } from "../relay/hearing.ts";
import type { Followed, Presence } from "../relay/network.ts";

/** Seconds. */
export const SWEEP_EVERY = 7 * 86_400;

export interface PursuitOptions {
  readonly presence: Presence;
  readonly hearing: Hearing;
  readonly relays: readonly RelayUrl[];
  /** By a name that stays the same across openings. */
  readonly filters: Readonly<Record<string, Filter>>;
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
  readonly ids: ReadonlySet<EventId>;
}

export class Pursuit implements Disposable {
  readonly #followed: { readonly name: string; readonly followed: Followed }[] = [];
  readonly #behind = new Set<string>();
  readonly #swept = new Map<string, number>();

  constructor({ presence, hearing, relays, filters, kept, clock, onEvent, onCaughtUp, onSwept }: PursuitOptions) {
    const now = clock.now();
    // A store that fails has stopped its driver, which has said so.
    const inHand = (work: Promise<unknown> | undefined): void => {
      if (work !== undefined) hearing.during(work).catch(() => undefined);
    };
    for (const [name, filter] of Object.entries(filters)) {
      const cursors = new Map<RelayUrl, number>();
      const sweeping = new Map<RelayUrl, Set<EventId>>(relays.map((relay) => [relay, new Set()]));
      for (const relay of relays) {
        this.#behind.add(nameOf(name, relay));
        const [cursor, swept] = [kept.get(nameOf(name, relay)), kept.get(sweepOf(name, relay))];
        if (cursor === undefined || swept === undefined || swept + SWEEP_EVERY < now) continue;
        cursors.set(relay, cursor);
        this.#swept.set(sweepOf(name, relay), swept);
        sweeping.delete(relay);
      }
      const followed = presence.follow(relays, {
        filter,
        cursors,
        onEvent: (event, relay) => {
          if (onSwept !== undefined) sweeping.get(relay)?.add(event.id);
          return onEvent(event, relay);
        },
        onCaughtUp: ({ relay, complete }) => {
          this.#behind.delete(nameOf(name, relay));
          // Only what began at the beginning and came to its end was a sweep.
          const ids = complete ? sweeping.get(relay) : undefined;
          if (ids !== undefined) {
            sweeping.delete(relay);
            this.#swept.set(sweepOf(name, relay), now);
            inHand(onSwept?.({ relay, name, ids }));
          }
          inHand(onCaughtUp?.(this.cursors()));
        },
      });
      this.#followed.push({ name, followed });
    }
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
    for (const { followed } of this.#followed) followed[Symbol.dispose]();
  }
}

function nameOf(name: string, relay: RelayUrl): string {
  return `${name} ${relay}`;
}

function sweepOf(name: string, relay: RelayUrl): string {
  return `sweep ${name} ${relay}`;
}
