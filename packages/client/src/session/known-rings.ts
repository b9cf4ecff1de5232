/**
 * The rings and groups that this user knows: pinned rings, group directories with their versions, and for which rings of
 * a group was signed before.
 *
 * Spec: docs/spec/member-proofs.md PROOF-6, PROOF-7, PROOF-10. What a ring means is the viewer's to say and nobody
 * else's, so all of it is his own record. Versions of a directory are kept: a proof over last year's membership stays
 * checkable after the relays have forgotten it. What others publish enters only for directories that were asked for.
 */
import { pubkeyHex, toHex, utf8 } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { sha256 } from "@subrosa/core/hash";
import { hexText, list, object, oneOf, type Shape, text } from "@subrosa/core/json";
import { plain, readSignedEvent, type SignedEvent, VerifiedEvent } from "@subrosa/core/nostr/event";
import type { Filter } from "@subrosa/core/nostr/filter";
import { tagsNamed } from "@subrosa/core/nostr/tags";
import { DirectoryBook, type DirectoryResolution } from "@subrosa/core/proof/directory";
import {
  addressOf,
  DIRECTORY_KIND,
  type DirectoryAddress,
  directoryAddress,
} from "@subrosa/core/proof/directory-address";
import { earlierRings } from "@subrosa/core/proof/group-memory";
import type { TrustSources } from "@subrosa/core/proof/trust";
import type { RingName } from "@subrosa/core/ring/ring";
import type { Clock } from "../ports.ts";
import type { Presence } from "../relay/network.ts";
import type { Store } from "../store/store.ts";
import type { Live } from "./live.ts";
import { type Kept, openRecords, type Records } from "./records.ts";

export interface KnownRingsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly curve: Curve;
}

export interface KnownDirectory {
  readonly address: DirectoryAddress;
  /** As the user calls it: shown instead of whatever an event says. */
  readonly label: string;
  readonly relays: readonly string[];
  readonly resolution: DirectoryResolution;
}
export interface KnownRingsState {
  readonly pins: ReadonlyMap<RingName, string>;
  readonly directories: ReadonlyMap<DirectoryAddress, KnownDirectory>;
  /** Of each group, the rings that were signed for. */
  readonly signed: ReadonlyMap<DirectoryAddress, readonly RingName[]>;
}

const MAX_LABEL = 200;
const MAX_EVENTS = 5_000;

interface Pin {
  readonly is: "pin";
  readonly ring: string;
  readonly label: string;
}
interface Directory {
  readonly is: "directory";
  readonly address: string;
  readonly label: string;
  readonly relays: readonly string[];
}
interface Version {
  readonly is: "version";
  readonly event: SignedEvent;
}
interface SignedFor {
  readonly is: "signed";
  readonly address: string;
  readonly rings: readonly string[];
}
type Known = Pin | Directory | Version | SignedFor;

const label = text({ max: MAX_LABEL });
const address = text({ max: 2_048 });
const event: Shape<SignedEvent> = { read: (value) => readSignedEvent(value), write: plain };
const shapes = {
  pin: object({ is: oneOf("pin"), ring: hexText(32), label }),
  directory: object({ is: oneOf("directory"), address, label, relays: list(text({ max: 1_024 }), { max: 50 }) }),
  version: object({ is: oneOf("version"), event }),
  signed: object({ is: oneOf("signed"), address, rings: list(hexText(32), { max: 10_000 }) }),
};
const kinds = oneOf("pin", "directory", "version", "signed");
const shape: Shape<Known> = {
  read: (value, path) => {
    const is = typeof value === "object" && value !== null && "is" in value ? value.is : undefined;
    return shapes[kinds.read(is, path)].read(value, path);
  },
  write: (known) => (shapes[known.is] as Shape<Known>).write(known),
};

export async function openKnownRings(options: KnownRingsOptions): Promise<KnownRings> {
  const { store, clock, random } = options;
  return new KnownRings(await openRecords({ store, place: "rings", shape, clock, random }), options.curve);
}

export class KnownRings implements AsyncDisposable {
  readonly #records: Records<Known>;
  readonly #book = new DirectoryBook();
  /** The records that `state` was made from. */
  #from: Kept<Known> | undefined;
  #state: KnownRingsState = { pins: new Map(), directories: new Map(), signed: new Map() };

  /** Only `openKnownRings` makes one. @internal */
  constructor(records: Records<Known>, curve: Curve) {
    this.#records = records;
    for (const known of records.kept.values()) {
      const verdict = known.is === "version" ? VerifiedEvent.check(known.event, curve) : undefined;
      if (verdict?.ok) this.#book.add(verdict.event);
    }
  }

  get current(): Live<KnownRingsState> {
    return this.#records.view((kept) => this.#read(kept));
  }

  pin(ring: RingName, name: string): Promise<void> {
    return this.#records.set(`pin/${ring}`, { is: "pin", ring, label: name.slice(0, MAX_LABEL) });
  }

  unpin(ring: RingName): Promise<void> {
    return this.#records.set(`pin/${ring}`, undefined);
  }

  /** The user trusts this directory for what it says of its members, under a name that he gives it. */
  know(at: DirectoryAddress, name: string, relays: readonly string[]): Promise<void> {
    const known: Directory = { is: "directory", address: at, label: name.slice(0, MAX_LABEL), relays };
    return this.#records.set(`dir/${nameOf(at)}`, known);
  }

  forget(at: DirectoryAddress): Promise<void> {
    return this.#records.set(`dir/${nameOf(at)}`, undefined);
  }

  /** A version of a known directory, or of one that a known one includes; whatever else comes is not kept. */
  async ingest(version: VerifiedEvent): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    const at = addressOf(version);
    if (at === undefined) return { ok: false, reason: "no-directory" };
    if (!this.#reached().has(at)) return { ok: false, reason: "not-asked-for" };
    const name = `ver/${version.id}`;
    if (this.#records.kept.has(name)) return { ok: false, reason: "known" };
    if (this.#records.kept.size >= MAX_EVENTS) return { ok: false, reason: "too-many" };
    this.#book.add(version);
    await this.#records.set(name, { is: "version", event: plain(version) });
    return { ok: true };
  }

  /** Keeps the known directories up to date, those they include too, until the answer is disposed of. */
  follow(presence: Presence): Disposable {
    const open = new Map<DirectoryAddress, Disposable>();
    const begin = (): void => {
      const directories = [...this.#read(this.#records.kept).directories.values()];
      const relays = [...new Set(directories.flatMap((each) => each.relays))].slice(0, 20);
      for (const at of relays.length === 0 ? [] : this.#reached()) {
        if (open.has(at)) continue;
        const onEvent = (version: VerifiedEvent): Promise<unknown> => this.ingest(version);
        open.set(at, presence.follow(relays, { filter: filterOf(at), onEvent }));
      }
    };
    // What is ingested may include further directories.
    const stop = this.#records.live.subscribe(begin);
    return {
      [Symbol.dispose]: () => {
        stop();
        for (const following of open.values()) following[Symbol.dispose]();
      },
    };
  }

  /** The group's ring, now or as it was. */
  resolve(at: DirectoryAddress, moment?: number): DirectoryResolution {
    return this.#book.resolve(at, moment);
  }

  /** For `recognise`: what this user trusts. */
  sources(): TrustSources {
    const { pins, directories } = this.#read(this.#records.kept);
    const trusted = new Map([...directories.values()].map((each) => [each.address, each.label]));
    return { pins, directories: { book: this.#book, trusted } };
  }

  /** PROOF-7: rings of this group, other than this one, that were signed for: whoever holds both knows the author is in both. */
  earlier(at: DirectoryAddress, ring: RingName): readonly RingName[] {
    return earlierRings(this.#read(this.#records.kept).signed, at, ring);
  }

  remember(at: DirectoryAddress, ring: RingName): Promise<void> {
    const name = `sig/${nameOf(at)}`;
    return this.#records.change((kept) => {
      const known = kept.get(name);
      const rings = known?.is === "signed" ? known.rings : [];
      return rings.includes(ring) ? [] : [[name, { is: "signed", address: at, rings: [...rings, ring] }]];
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#records[Symbol.asyncDispose]();
  }

  #read(kept: Kept<Known>): KnownRingsState {
    if (kept === this.#from) return this.#state;
    const pins = new Map<RingName, string>();
    const directories = new Map<DirectoryAddress, KnownDirectory>();
    const signed = new Map<DirectoryAddress, readonly RingName[]>();
    for (const known of kept.values()) {
      if (known.is === "pin") pins.set(known.ring as RingName, known.label);
      const at = "address" in known ? directoryAddress(known.address) : undefined;
      if (at === undefined) continue;
      if (known.is === "signed") signed.set(at, known.rings as readonly RingName[]);
      if (known.is === "directory") directories.set(at, { ...known, address: at, resolution: this.#book.resolve(at) });
    }
    this.#from = kept;
    this.#state = { pins, directories, signed };
    return this.#state;
  }

  /** The known directories and all that any version of them includes, bounded. */
  #reached(): ReadonlySet<DirectoryAddress> {
    const { directories } = this.#read(this.#records.kept);
    const included = new Map<DirectoryAddress, DirectoryAddress[]>();
    for (const known of this.#records.kept.values()) {
      const at = known.is === "version" ? addressOf(known.event) : undefined;
      if (known.is !== "version" || at === undefined) continue;
      const more = tagsNamed(known.event.tags, "a").flatMap(([, value = ""]) => directoryAddress(value) ?? []);
      included.set(at, [...(included.get(at) ?? []), ...more]);
    }
    const reached = new Set(directories.keys());
    for (const at of reached) {
      for (const more of included.get(at) ?? []) if (reached.size < 256) reached.add(more);
    }
    return reached;
  }
}

function nameOf(at: DirectoryAddress): string {
  return toHex(sha256(utf8(at)));
}

function filterOf(at: DirectoryAddress): Filter {
  // Safety: an address was read as one, so its author stands there in hex.
  const [, author, ...d] = at.split(":");
  return { kinds: [DIRECTORY_KIND], authors: [pubkeyHex(author)!], "#d": [d.join(":")] };
}
