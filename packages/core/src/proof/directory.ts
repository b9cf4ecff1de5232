/**
 * Group directories (docs/spec/member-proofs.md, PROOF-10): an addressable event, kind 30097, whose `p` tags are members
 * and whose `a` tags include other directories. The ring of a group is the sorted union.
 *
 *     named directory: depth 1 … at most 8; a cycle is refused, one directory reached by two paths is none
 *
 * A book keeps versions, because a proof names the ring by its digest and stays checkable after the directory changes:
 * it says whether a ring *is* the directory's membership or *was*.
 */
import { fromHex, isWellFormed, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { EventTemplate, VerifiedEvent } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import { MAX_RING, MIN_RING, type RingName, ringName } from "../ring/ring.ts";
import { addressOf, DIRECTORY_KIND, type DirectoryAddress, directoryAddress } from "./directory-address.ts";

const MAX_DEPTH = 8;
/** Of one address; older ones are forgotten. */
const MAX_VERSIONS = 64;
/** Moments at which a group's ring is looked at, newest first. */
const MAX_MOMENTS = 256;
/** Directories that one group may be made of. */
const MAX_INCLUDED = 256;

export type DirectoryReason =
  | "directory-missing"
  | "directory-key"
  | "directory-depth"
  | "directory-cycle"
  | "directory-size";

export const DIRECTORY_SENTENCES: Readonly<Record<DirectoryReason, string>> = {
  "directory-missing": "A directory that this group is made of has not been found.",
  "directory-key": "A directory of this group names a member or another directory in a wrong form.",
  "directory-depth": "Directories are included in one another more than 8 deep.",
  "directory-cycle": "A directory of this group includes itself.",
  "directory-size": "The group has fewer than 2 members or more than 1,000.",
};

/** The ring of a group, resolved. */
export interface GroupRing {
  readonly address: DirectoryAddress;
  /** Sorted. */
  readonly keys: readonly PubkeyHex[];
  readonly ring: RingName;
}

export type DirectoryResolution =
  | ({ readonly ok: true } & GroupRing)
  | { readonly ok: false; readonly reason: DirectoryReason };

export interface DirectoryContent {
  readonly d: string;
  readonly members: readonly PubkeyHex[];
  readonly includes?: readonly DirectoryAddress[];
  readonly createdAt: number;
  readonly description?: string;
}

export function writeDirectory({
  d,
  members,
  includes = [],
  createdAt,
  description = "",
}: DirectoryContent): EventTemplate {
  if (!isWellFormed(d)) throw new UsageError("usage/ill-formed-text", "give the directory a well-formed name");
  const tags = [["d", d], ...members.map((key) => ["p", key]), ...includes.map((address) => ["a", address])];
  return { kind: DIRECTORY_KIND, created_at: createdAt, tags, content: description };
}

/** Of two versions, the newer; of two of one second, the one with the lower id (NIP-01). */
function newerFirst(a: VerifiedEvent, b: VerifiedEvent): number {
  return b.created_at - a.created_at || (a.id < b.id ? -1 : 1);
}

export class DirectoryBook {
  readonly #versions = new Map<DirectoryAddress, readonly VerifiedEvent[]>();

  /** False where this is no directory. The order in which versions are added makes no difference. */
  add(event: VerifiedEvent): boolean {
    const address = addressOf(event);
    if (address === undefined) return false;
    const known = this.#versions.get(address) ?? [];
    if (known.some((version) => version.id === event.id)) return true;
    this.#versions.set(address, [...known, event].sort(newerFirst).slice(0, MAX_VERSIONS));
    return true;
  }

  /** The group's ring now, or as it was at a moment. */
  resolve(address: DirectoryAddress, at: number = Number.POSITIVE_INFINITY): DirectoryResolution {
    const keys = new Set<PubkeyHex>();
    const height = this.#height(address, { at, keys, open: new Set(), heights: new Map() });
    if (typeof height === "string") return { ok: false, reason: height };
    if (height > MAX_DEPTH) return { ok: false, reason: "directory-depth" };
    if (keys.size < MIN_RING || keys.size > MAX_RING) return { ok: false, reason: "directory-size" };
    const sorted = [...keys].sort();
    return { ok: true, address, keys: sorted, ring: ringName(sorted.map((key) => fromHex(key)!)) };
  }

  /**
   * Is a ring the group's membership, was it, or is it unknown here? "Was" needs the versions of that time, of the
   * included directories too.
   */
  standing(address: DirectoryAddress, ring: RingName): "is" | "was" | "unknown" {
    const now = this.resolve(address);
    if (now.ok && now.ring === ring) return "is";
    const isIt = (moment: number): boolean => {
      const then = this.resolve(address, moment);
      return then.ok && then.ring === ring;
    };
    return this.#moments(address).some(isIt) ? "was" : "unknown";
  }

  #versionAt(address: DirectoryAddress, at: number): VerifiedEvent | undefined {
    return this.#versions.get(address)?.find((version) => version.created_at <= at);
  }

  /**
   * Collects the members of this directory and of those it includes; answers how deep they go below it, itself counted.
   * Each directory is read once, however many paths lead to it.
   */
  #height(address: DirectoryAddress, walk: Walk): number | DirectoryReason {
    const known = walk.heights.get(address);
    if (known !== undefined) return known;
    if (walk.open.has(address)) return "directory-cycle";
    if (walk.open.size + walk.heights.size >= MAX_INCLUDED) return "directory-size";
    const version = this.#versionAt(address, walk.at);
    if (version === undefined) return "directory-missing";
    for (const [, key] of tagsNamed(version.tags, "p")) {
      const member = pubkeyHex(key);
      if (member === undefined) return "directory-key";
      walk.keys.add(member);
      if (walk.keys.size > MAX_RING) return "directory-size";
    }
    walk.open.add(address);
    let below = 0;
    for (const [, text] of tagsNamed(version.tags, "a")) {
      const included = directoryAddress(text ?? "");
      const height = included === undefined ? "directory-key" : this.#height(included, walk);
      if (typeof height === "string") return height;
      below = Math.max(below, height);
    }
    walk.open.delete(address);
    walk.heights.set(address, 1 + below);
    return 1 + below;
  }

  /** When any directory that this one ever included changed, newest first. */
  #moments(address: DirectoryAddress): readonly number[] {
    const reached = new Set([address]);
    const times = new Set<number>();
    for (const at of reached) {
      if (reached.size > MAX_INCLUDED) break;
      for (const version of this.#versions.get(at) ?? []) {
        times.add(version.created_at);
        for (const [, text] of tagsNamed(version.tags, "a")) {
          const included = directoryAddress(text ?? "");
          if (included !== undefined) reached.add(included);
        }
      }
    }
    return [...times].sort((a, b) => b - a).slice(0, MAX_MOMENTS);
  }
}

interface Walk {
  readonly at: number;
  readonly keys: Set<PubkeyHex>;
  /** On the path from the named directory to here. */
  readonly open: Set<DirectoryAddress>;
  readonly heights: Map<DirectoryAddress, number>;
}
