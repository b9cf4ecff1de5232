/**
 * What a ring means to a viewer (docs/spec/member-proofs.md, PROOF-6; review finding P-02).
 *
 * Anyone can make five fresh keys, sign with one and write any name into `g`. So a group's name is never read from the
 * event: a ring is recognised by what the viewer himself trusts, and otherwise it is "1 of these n keys".
 */
import type { PubkeyHex } from "../bytes.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import { tagsNamed } from "../nostr/tags.ts";
import type { RingName } from "../ring/ring.ts";
import type { DirectoryBook } from "./directory.ts";
import type { DirectoryAddress } from "./directory-address.ts";
import { type NamedRing, ringOf } from "./ring-of.ts";

export interface TrustedList {
  /** As the viewer calls it. */
  readonly label: string;
  readonly keys: ReadonlySet<string>;
}

export interface TrustSources {
  /** Rings that the viewer pinned, and what he calls them. */
  readonly pins?: ReadonlyMap<RingName, string>;
  /** NIP-51 lists and follow lists that he trusts for this. */
  readonly lists?: readonly TrustedList[];
  /** Directories that he trusts, and what he calls them. */
  readonly directories?: {
    readonly book: DirectoryBook;
    readonly trusted: ReadonlyMap<DirectoryAddress, string>;
  };
  /** Every member's score is at least this. */
  readonly floor?: { readonly score: (key: string) => number; readonly least: number };
}

export type Recognition =
  | { readonly by: "pin"; readonly label: string }
  | {
      readonly by: "directory";
      readonly label: string;
      readonly address: DirectoryAddress;
      readonly standing: "is" | "was";
    }
  | { readonly by: "list"; readonly label: string }
  | { readonly by: "floor"; readonly least: number }
  /** Shown as "1 of these n keys". */
  | { readonly by: "nothing" };

/** The ring of an event whose proof was verified; by the first of pin, directory, list, floor that knows it. */
export function recognise(event: VerifiedEvent, sources: TrustSources): Recognition {
  const claimed = ringOf(event);
  return claimed === undefined ? { by: "nothing" } : recogniseRing(claimed, sources);
}

/** The same for a ring that was named in another way, as NIP-97 does. */
export function recogniseRing({ name, keys }: NamedRing, sources: TrustSources): Recognition {
  const pin = sources.pins?.get(name);
  if (pin !== undefined) return { by: "pin", label: pin };
  return (
    recogniseDirectory(name, sources) ??
    recogniseList(keys, sources) ??
    recogniseFloor(keys, sources) ?? { by: "nothing" }
  );
}

function recogniseDirectory(ring: RingName, { directories }: TrustSources): Recognition | undefined {
  let earlier: Recognition | undefined;
  for (const [address, label] of directories?.trusted ?? []) {
    const standing = directories?.book.standing(address, ring) ?? "unknown";
    if (standing === "is") return { by: "directory", label, address, standing };
    if (standing === "was") earlier ??= { by: "directory", label, address, standing };
  }
  return earlier;
}

function recogniseList(ring: readonly string[], { lists }: TrustSources): Recognition | undefined {
  const list = lists?.find(({ keys }) => ring.every((key) => keys.has(key)));
  return list && { by: "list", label: list.label };
}

/** NaN is below every floor. */
function recogniseFloor(ring: readonly string[], { floor }: TrustSources): Recognition | undefined {
  if (floor === undefined || !ring.every((key) => floor.score(key) >= floor.least)) return undefined;
  return { by: "floor", least: floor.least };
}

/** NIP-02 follows, NIP-51 follow sets and starter packs. */
const LIST_KINDS: ReadonlySet<number> = new Set([3, 30_000, 39_089]);

/** The keys that a list names, for a viewer who trusts its author; undefined where it is no list of keys. */
export function listedKeys(list: VerifiedEvent): ReadonlySet<PubkeyHex> | undefined {
  if (!LIST_KINDS.has(list.kind)) return undefined;
  return new Set(tagsNamed(list.tags, "p").map(([, key]) => key as PubkeyHex));
}
