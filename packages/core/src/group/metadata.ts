/**
 * The JSON inside 480, 485 and 486 (docs/spec/groups.md GROUP-7, GROUP-8): what the group is, and who is in it.
 *
 * Fields that we do not know are ignored: the draft lets clients add their own. What decides is strict.
 */

import type { Opened } from "../anonymous/anonymous-event.ts";
import type { EventId, PubkeyHex } from "../bytes.ts";
import { boolean, hexText, integer, list, object, oneOf, readShape, text, writeShape } from "../json.ts";
import type { Member, Role } from "./facts.ts";
import { introductionShape } from "./introduction.ts";
import { carriedLeave } from "./leave.ts";
import { MAX_MEMBERS } from "./wire.ts";

const LIMITS = { maxLength: 1 << 17, maxDepth: 6 };
/** More ids than this do not fit into one NIP-44 text. */
export const MAX_IDS = 700;

const metadata = object(
  { epoch: integer() },
  {
    optional: {
      name: text({ max: 200 }),
      about: text({ max: 4_000 }),
      picture: text({ max: 2_000 }),
      pin: list(hexText(32), { max: 100 }),
      difficulty: integer({ max: 256 }),
      prev: hexText(32),
      left: list(hexText(32), { max: MAX_IDS }),
      relays: list(text({ max: 500 }), { max: 20 }),
      w: list(integer(), { max: 2, min: 2 }),
      seed: hexText(32),
      rich: boolean,
      ek: boolean,
      leaves: list(carriedLeave, { max: MAX_MEMBERS }),
    },
    unknown: "ignore",
  },
);

/** What people see and set. */
export interface GroupInfo {
  readonly name: string;
  readonly about: string;
  readonly picture: string;
  /** Ids of pinned messages. */
  readonly pin: readonly EventId[];
  /** Bits of work that a 483 or 486 must show. */
  readonly difficulty: number;
  readonly relays: readonly string[];
  /** Messages may be structured (GROUP-10). */
  readonly rich: boolean;
  /** Group secrets are wrapped to fresh encryption keys (GROUP-21). */
  readonly ek: boolean;
}

export interface Metadata {
  readonly info: GroupInfo;
  readonly epoch: number;
  readonly prev: EventId | undefined;
  readonly left: readonly EventId[];
  readonly weight: readonly [number, number];
  /** GROUP-6: what the group secret was derived from. */
  readonly seed: string | undefined;
  readonly leaves: readonly Opened[];
}

export const PLAIN_GROUP: GroupInfo = {
  name: "",
  about: "",
  picture: "",
  pin: [],
  difficulty: 0,
  relays: [],
  rich: true,
  ek: false,
};

/** Throws WireError. */
export function readMetadata(json: string): Metadata {
  const read = readShape(metadata, json, "metadata", LIMITS);
  const { epoch, prev, left = [], w = [0, epoch], seed, leaves = [] } = read;
  const { name = "", about = "", picture = "", pin = [], difficulty = 0, relays = [], rich = false, ek = false } = read;
  return {
    info: { name, about, picture, pin: pin as readonly EventId[], difficulty, relays, rich, ek },
    epoch,
    prev: prev as EventId | undefined,
    left: left as readonly EventId[],
    weight: [w[0]!, w[1]!],
    seed,
    leaves,
  };
}

export function writeMetadata({ info, epoch, prev, left, weight, seed, leaves }: Metadata): string {
  const chain = prev === undefined ? {} : { prev, left, w: weight, ...(seed === undefined ? {} : { seed }) };
  return writeShape(metadata, { ...info, epoch, ...chain, ...(leaves.length === 0 ? {} : { leaves }) });
}

const detail = object(
  { pubkey: hexText(32), role: oneOf<Role>("owner", "admin", "member"), rank: integer({ max: 1 << 20 }) },
  { optional: { since: integer(), ek: hexText(32), to: hexText(32), by: introductionShape }, unknown: "ignore" },
);

/** One line of the roster from its sealed JSON. Throws WireError. */
export function readDetail(json: string): Member {
  const { pubkey, role, rank, since = 0, ek, to, by } = readShape(detail, json, "detail", LIMITS);
  const known = { person: pubkey as PubkeyHex, role, rank, since, json, ...(by && { by }) };
  return ek === undefined || to === undefined ? known : { ...known, ek: ek as EventId, to: to as PubkeyHex };
}

export function memberLine(member: Omit<Member, "json">): Member {
  const { person, role, rank, since, ek, to, by } = member;
  const encryption = ek === undefined || to === undefined ? {} : { ek, to };
  const json = writeShape(detail, { pubkey: person, role, rank, since, ...encryption, ...(by && { by }) });
  return { ...member, json };
}
