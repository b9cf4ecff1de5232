/**
 * What is wrapped to a person whose key lies behind a signer: kept as it comes, and opened when he says so.
 *
 * Opening costs the signer one or two answers for each, and may cost the person as many prompts. So nothing is opened by
 * itself: `open` is a deliberate act, newest first, with progress, and it can be called off. What was opened is handed on
 * and leaves; what the signer would not open stays.
 */
import type { EventId } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { integer, object } from "@subrosa/core/json";
import { plain, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import { GIFT_WRAP } from "@subrosa/core/nostr/nip59";
import type { RelayUrl } from "@subrosa/core/nostr/relay-url";
import type { Clock } from "../ports.ts";
import type { Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Live } from "./live.ts";
import { Pursuit } from "./pursuit.ts";
import { openRecords, type Records } from "./records.ts";
import { signedShape } from "./shapes.ts";

export interface LettersOptions {
  readonly me: string;
  readonly store: Store;
  readonly presence: Presence;
  readonly relays: readonly RelayUrl[];
  /** Whoever reads what was opened; the reason where it was for nobody. */
  readonly read: (event: VerifiedEvent) => Promise<{ readonly ok: boolean; readonly reason?: string }>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
}

export interface Opening {
  readonly done: number;
  readonly of: number;
}

/** What a signer that did not answer is told by; everything else was read, and is for nobody here. */
const UNOPENED = "wrap-decrypt";
const MOST = 10_000;
const cursorShape = object({ at: integer() });

export async function openLetters(options: LettersOptions): Promise<Letters> {
  const { store, clock, random } = options;
  const common = { store, clock, random };
  const waiting = await openRecords<SignedEvent>({ ...common, place: "letters", shape: signedShape });
  const cursors = await openRecords<{ readonly at: number }>({
    ...common,
    place: "letters-cursors",
    shape: cursorShape,
  });
  return Letters.start(options, waiting, cursors);
}

export class Letters implements AsyncDisposable {
  readonly #options: LettersOptions;
  readonly #waiting: Records<SignedEvent>;
  readonly #cursors: Records<{ readonly at: number }>;
  readonly #seen = new Set<EventId>();
  #pursuit: Pursuit | undefined;

  private constructor(
    options: LettersOptions,
    waiting: Records<SignedEvent>,
    cursors: Records<{ readonly at: number }>,
  ) {
    this.#options = options;
    this.#waiting = waiting;
    this.#cursors = cursors;
  }

  /** @internal */
  static start(
    options: LettersOptions,
    waiting: Records<SignedEvent>,
    cursors: Records<{ readonly at: number }>,
  ): Letters {
    const letters = new Letters(options, waiting, cursors);
    const { presence, relays, me, clock } = options;
    letters.#pursuit = new Pursuit({
      ...{ presence, relays, clock },
      kept: new Map([...cursors.kept].map(([name, { at }]) => [decodeURIComponent(name), at])),
      filters: { letters: { kinds: [GIFT_WRAP], "#p": [me] } },
      onEvent: (event) => void letters.#keep(event).catch(() => undefined),
      onCaughtUp: (all) => void letters.#keepCursors(all).catch(() => undefined),
    });
    return letters;
  }

  /** How many wait to be opened. */
  get waiting(): Live<number> {
    return this.#waiting.view(({ size }) => size);
  }

  /** Newest first. Resolves with how many were handed on; `signal` calls off what was not begun. */
  async open(signal?: AbortSignal, onProgress?: (progress: Opening) => void): Promise<number> {
    const { curve, read } = this.#options;
    const newest = [...this.#waiting.kept.values()].toSorted((a, b) => b.created_at - a.created_at);
    let [handed, done] = [0, 0];
    for (const event of newest) {
      if (signal?.aborted === true) break;
      const verdict = VerifiedEvent.check(event, curve);
      const outcome = verdict.ok ? await read(verdict.event) : { ok: false, reason: "event-sig" };
      if (outcome.ok) handed++;
      if (outcome.reason !== UNOPENED) await this.#waiting.set(event.id, undefined);
      onProgress?.({ done: ++done, of: newest.length });
    }
    return handed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pursuit?.[Symbol.dispose]();
    await this.#waiting[Symbol.asyncDispose]();
    await this.#cursors[Symbol.asyncDispose]();
  }

  async #keep(event: VerifiedEvent): Promise<void> {
    if (this.#seen.has(event.id) || this.#waiting.kept.size >= MOST) return;
    this.#seen.add(event.id);
    await this.#waiting.set(event.id, plain(event));
  }

  async #keepCursors(all: ReadonlyMap<string, number>): Promise<void> {
    await this.#cursors.change(() => [...all].map(([name, at]) => [encodeURIComponent(name), { at }] as const));
  }
}
