/**
 * A poll inside a known ring (docs/spec/member-proofs.md, PROOF-11): a NIP-88 poll (1068) that names its ring, itself or
 * through a directory, so that anyone knows who may vote and nobody knows who voted how.
 *
 *     ["ring", <ring digest>, pk_1, …]  or  ["g", <directory address>, <ring digest>];   ["revote", "latest"] is optional
 */
import { type EventId, fromHex, type PubkeyHex, pubkeyHex } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { EventTemplate, Tag, VerifiedEvent } from "../nostr/event.ts";
import { onlyTag, tagsNamed } from "../nostr/tags.ts";
import { directoryAddress } from "../proof/directory-address.ts";
import { isRingName, MAX_RING, MIN_RING, type RingName, ringName, sortKeys } from "../ring/ring.ts";

export const POLL_KIND = 1068;

export type PollReason = "poll-kind" | "poll-ring" | "poll-options" | "poll-type" | "poll-time";

export interface PollOption {
  readonly id: string;
  readonly label: string;
}

export interface Poll {
  readonly id: EventId;
  readonly createdAt: number;
  readonly question: string;
  readonly options: readonly PollOption[];
  readonly type: "singlechoice" | "multiplechoice";
  /** Absent where the poll has no end. */
  readonly endsAt?: number;
  /** Does a voter's last ballot count, instead of the first? */
  readonly revote: boolean;
  readonly ring: RingName;
  /** Where the poll names them itself; else they are the directory's. */
  readonly keys?: readonly PubkeyHex[];
}

export type PollReading =
  | { readonly ok: true; readonly poll: Poll }
  | { readonly ok: false; readonly reason: PollReason };

export function readPoll(event: VerifiedEvent): PollReading {
  if (event.kind !== POLL_KIND) return refuse("poll-kind");
  const electorate = readRing(event.tags);
  if (electorate === undefined) return refuse("poll-ring");
  const options = readOptions(event.tags);
  if (options === undefined) return refuse("poll-options");
  const type = readType(event.tags);
  if (type === undefined) return refuse("poll-type");
  const end = readEnd(event.tags);
  if (end === undefined) return refuse("poll-time");
  const { id, created_at: createdAt, content: question } = event;
  const revote = onlyTag(event.tags, "revote")?.[1] === "latest";
  return { ok: true, poll: { id, createdAt, question, options, type, revote, ...end, ...electorate } };
}

function refuse(reason: PollReason): PollReading {
  return { ok: false, reason };
}

type Electorate = Pick<Poll, "ring" | "keys">;

function readRing(tags: readonly Tag[]): Electorate | undefined {
  const [tag, ...more] = tagsNamed(tags, "ring");
  if (tag === undefined) return readGroup(tags);
  const [, name, ...texts] = tag;
  const keys = texts.map(pubkeyHex).filter((key) => key !== undefined);
  const isRing = keys.length === texts.length && keys.length >= MIN_RING && keys.length <= MAX_RING;
  if (more.length > 0 || !isRing || new Set(keys).size !== keys.length) return undefined;
  const ring = ringName(keys.map((key) => fromHex(key)!));
  return name === ring ? { ring, keys } : undefined;
}

function readGroup(tags: readonly Tag[]): Electorate | undefined {
  const g = onlyTag(tags, "g");
  const [, address, ring] = g ?? [];
  if (g?.length !== 3 || address === undefined || ring === undefined) return undefined;
  return directoryAddress(address) !== undefined && isRingName(ring) ? { ring } : undefined;
}

function readOptions(tags: readonly Tag[]): readonly PollOption[] | undefined {
  const options: PollOption[] = [];
  for (const [, id, label = ""] of tagsNamed(tags, "option")) {
    if (id === undefined || options.some((option) => option.id === id)) return undefined;
    options.push({ id, label });
  }
  return options.length === 0 ? undefined : options;
}

function readType(tags: readonly Tag[]): Poll["type"] | undefined {
  const [tag, ...more] = tagsNamed(tags, "polltype");
  if (tag === undefined) return "singlechoice";
  const type = tag[1];
  return more.length === 0 && (type === "singlechoice" || type === "multiplechoice") ? type : undefined;
}

function readEnd(tags: readonly Tag[]): Pick<Poll, "endsAt"> | undefined {
  const [tag, ...more] = tagsNamed(tags, "endsAt");
  if (tag === undefined) return {};
  return more.length === 0 && /^[1-9][0-9]{9}$/.test(tag[1] ?? "") ? { endsAt: Number(tag[1]) } : undefined;
}

export interface PollDraft {
  readonly question: string;
  readonly options: readonly PollOption[];
  readonly keys: readonly PubkeyHex[];
  readonly createdAt: number;
  readonly type?: Poll["type"];
  readonly endsAt?: number;
  readonly revote?: boolean;
  /** Where ballots are looked for. */
  readonly relays?: readonly string[];
}

export function writePoll(draft: PollDraft): EventTemplate {
  const { question, options, keys, createdAt, type = "singlechoice", endsAt, revote = false, relays = [] } = draft;
  const sorted = sortKeys(keys.map((key) => fromHex(key, 32) ?? new Uint8Array(0)));
  const tags: Tag[] = [
    ...options.map(({ id, label }) => ["option", id, label]),
    ...relays.map((relay) => ["relay", relay]),
    ["polltype", type],
    ...(endsAt === undefined ? [] : [["endsAt", String(endsAt)]]),
    ...(revote ? [["revote", "latest"]] : []),
    ["ring", ringName(sorted), ...[...keys].sort()],
  ];
  const isCountable = readRing(tags) && readOptions(tags) && readEnd(tags);
  if (!isCountable)
    throw new UsageError("usage/template", "give a poll distinct options, a ring, and an end of ten digits");
  return { kind: POLL_KIND, created_at: createdAt, tags, content: question };
}
