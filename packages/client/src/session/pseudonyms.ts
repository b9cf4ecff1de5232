/**
 * Lasting pseudonyms: keys of this account that a ring vouched for once, so that their later posts are "by 1 of n".
 *
 *     announce (kind 2001, ring-signed) ─► say, say … ─► announce anew (another ring) ─► end: for ever
 *
 * Spec: docs/spec/member-proofs.md NIP97-3. Posts of one pseudonym are linkable, by design. Its key lives in the store,
 * which is sealed; everything goes out as nobody, so that no socket joins it to the account. How others see it, with its
 * history and the weakest link of its ring, is the feed's to show: `feed.followKey`.
 */
import { type EventId, fromHex, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { hexText, integer, list, object, type Shape, text } from "@subrosa/core/json";
import { announce, revoke } from "@subrosa/core/nip97/sign";
import { type EventTemplate, signEvent, type Tag } from "@subrosa/core/nostr/event";
import { openSigningRing } from "@subrosa/core/proof/sign";
import { Secret } from "@subrosa/core/secret";
import type { Clock } from "../ports.ts";
import type { Store } from "../store/store.ts";
import type { Live } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import { roundedTime } from "./post-checklist.ts";
import { type Kept, openRecords, type Records } from "./records.ts";

export const NO_PSEUDONYM = Object.freeze({
  "unknown-pseudonym": "This is no pseudonym of yours.",
  "pseudonym-ended": "You ended this pseudonym; nothing it says counts as a member's any more.",
  "not-sent": "There is too much waiting to go out already, or no relay to send it to.",
});
export type NoPseudonym = keyof typeof NO_PSEUDONYM;
export type Spoken = { readonly ok: true; readonly id: EventId } | { readonly ok: false; readonly reason: NoPseudonym };

export interface OwnPseudonym {
  readonly pubkey: PubkeyHex;
  /** For this user alone. */
  readonly label: string;
  readonly members: readonly PubkeyHex[];
  readonly relays: readonly string[];
  readonly announcement: EventId;
  readonly createdAt: number;
  readonly endedAt?: number;
}

export interface PseudonymsOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  /** The member's own key. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
}

const key = hexText(32) as Shape<PubkeyHex>;
const shape = object(
  {
    secret: hexText(32),
    label: text({ max: 200 }),
    members: list(key, { max: 1_000 }),
    relays: list(text({ max: 1_024 }), { max: 50 }),
    announcement: hexText(32) as Shape<EventId>,
    createdAt: integer(),
    spokenAt: integer(),
  },
  { optional: { endedAt: integer() } },
);
type Pen = ReturnType<typeof shape.read>;

export async function openPseudonyms(options: PseudonymsOptions): Promise<Pseudonyms> {
  const { store, clock, random } = options;
  return new Pseudonyms(options, await openRecords<Pen>({ store, place: "pseudonyms", shape, clock, random }));
}

export class Pseudonyms implements AsyncDisposable {
  readonly #options: PseudonymsOptions;
  readonly #records: Records<Pen>;
  #from: Kept<Pen> | undefined;
  #own: ReadonlyMap<PubkeyHex, OwnPseudonym> = new Map();

  /** Only `openPseudonyms` makes one. @internal */
  constructor(options: PseudonymsOptions, records: Records<Pen>) {
    this.#options = options;
    this.#records = records;
  }

  get own(): Live<ReadonlyMap<PubkeyHex, OwnPseudonym>> {
    return this.#records.view((kept) => this.#read(kept));
  }

  /** Throws UsageError for a ring that cannot be signed for. Its key is durable before anything goes out. */
  async create(asked: {
    readonly label: string;
    readonly text: string;
    readonly keys: readonly string[];
    readonly relays: readonly string[];
  }): Promise<Spoken & { readonly pubkey?: PubkeyHex }> {
    const bytes = this.#options.random(32);
    using pen = Secret.from(bytes, this.#options.curve);
    const pubkey = toHex(pen.pubkey) as PubkeyHex;
    const secret = toHex(pen.expose());
    bytes.fill(0);
    const said = await this.#announce(pen, asked, { secret, label: asked.label, relays: asked.relays, spokenAt: 0 });
    return said.ok ? { ...said, pubkey } : said;
  }

  /** The same key for another ring: announcements add up. */
  async announceAgain(
    pubkey: PubkeyHex,
    ring: { readonly text: string; readonly keys: readonly string[] },
  ): Promise<Spoken> {
    const known = this.#records.kept.get(pubkey);
    if (known === undefined || known.endedAt !== undefined) return refused(known);
    using pen = this.#secretOf(known);
    return this.#announce(pen, ring, known);
  }

  async say(
    pubkey: PubkeyHex,
    post: { readonly content: string; readonly kind?: number; readonly tags?: readonly Tag[] },
  ): Promise<Spoken> {
    const known = this.#records.kept.get(pubkey);
    if (known === undefined || known.endedAt !== undefined) return refused(known);
    const { content, kind = 1, tags = [] } = post;
    // Never before its announcement, and never in an order that was not meant.
    const created_at = Math.max(roundedTime(this.#options.clock.now()), known.spokenAt + 1);
    using pen = this.#secretOf(known);
    return this.#send({ kind, content, tags, created_at }, pen, known, { spokenAt: created_at });
  }

  /** For ever: whoever holds the key later, a thief too, is no member any more. */
  async end(pubkey: PubkeyHex): Promise<Spoken> {
    const known = this.#records.kept.get(pubkey);
    if (known === undefined || known.endedAt !== undefined) return refused(known);
    const now = Math.max(this.#options.clock.now(), known.spokenAt + 1);
    using pen = this.#secretOf(known);
    return this.#send(revoke(known.announcement, now), pen, known, { endedAt: now, spokenAt: now });
  }

  /** Its key is gone afterwards; what was said stays where it is. */
  forget(pubkey: PubkeyHex): Promise<void> {
    return this.#records.set(pubkey, undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#records[Symbol.asyncDispose]();
  }

  async #announce(
    pen: Secret,
    { text: words, keys }: { readonly text: string; readonly keys: readonly string[] },
    before: Pick<Pen, "secret" | "label" | "relays" | "spokenAt"> & Partial<Pen>,
  ): Promise<Spoken> {
    const { secret, clock, random, curve } = this.#options;
    const opening = openSigningRing(keys, curve);
    if (!opening.ok) throw new UsageError("usage/ring", `the ring is refused (${opening.reason}); correct its keys`);
    const createdAt = Math.max(roundedTime(clock.now()), before.spokenAt + 1);
    const pubkey = toHex(pen.pubkey) as PubkeyHex;
    const { ring } = opening;
    const template = announce({ text: words, createdAt, pubkey, ring, secret, fresh: random(32) });
    const members = ring.keys().map((each) => toHex(each) as PubkeyHex);
    return this.#send(template, pen, before, {
      members,
      createdAt: before.createdAt ?? createdAt,
      spokenAt: createdAt,
    });
  }

  async #send(
    template: EventTemplate,
    pen: Secret,
    before: Pick<Pen, "secret" | "label" | "relays"> & Partial<Pen>,
    change: Partial<Pen>,
  ): Promise<Spoken> {
    const { outbox, random, curve } = this.#options;
    const event = signEvent(template, pen, random(32), curve);
    const isAnnouncement = "members" in change;
    const after = { ...before, ...change, ...(isAnnouncement ? { announcement: event.id } : {}) } as Pen;
    await this.#records.set(event.pubkey, after);
    const ignored = await outbox.send(event, "nobody", before.relays);
    return ignored === undefined ? { ok: true, id: event.id } : { ok: false, reason: "not-sent" };
  }

  #secretOf({ secret }: Pen): Secret {
    // Safety: written from 32 bytes.
    const bytes = fromHex(secret, 32)!;
    const pen = Secret.from(bytes, this.#options.curve);
    bytes.fill(0);
    return pen;
  }

  #read(kept: Kept<Pen>): ReadonlyMap<PubkeyHex, OwnPseudonym> {
    if (kept !== this.#from) {
      this.#from = kept;
      this.#own = new Map(
        [...kept].flatMap(([name, { secret: _secret, spokenAt: _spokenAt, ...shown }]) => {
          const pubkey = pubkeyHex(name);
          return pubkey === undefined ? [] : [[pubkey, { pubkey, ...shown }] as const];
        }),
      );
    }
    return this.#own;
  }
}

function refused(known: Pen | undefined): Spoken {
  return { ok: false, reason: known === undefined ? "unknown-pseudonym" : "pseudonym-ended" };
}
