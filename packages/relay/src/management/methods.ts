/** The calls of NIP-86, each a function of its parameters; what they decide goes into the rulebook and the store. */
import { isIP } from "node:net";
import { eventId, pubkeyHex } from "@subrosa/core/bytes";
import type { Store } from "../store/store.ts";
import type { Rulebook, RuledEntry, Rules } from "./rulebook.ts";

export interface ManagementPorts {
  readonly rulebook: Rulebook;
  readonly store: Store;
}

/** Thrown for parameters that are not right; the sentence is the answer. */
export class CallError extends Error {
  override readonly name = "CallError";
}

type Method = (params: readonly unknown[], ports: ManagementPorts) => Promise<unknown>;
type EntryList = "bannedKeys" | "allowedKeys" | "bannedEvents" | "blockedAddresses";
type KindList = "allowedKinds" | "refusedKinds";

function key(value: unknown): string {
  const found = pubkeyHex(value);
  if (found === undefined) throw new CallError("the first parameter is a key of 64 lowercase hex digits");
  return found;
}

function words(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value !== "string" || value.length > 4_096) throw new CallError("this parameter is a text");
  return value;
}

function kind(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new CallError("the first parameter is a kind, 0 to 65535");
  }
  return value;
}

function address(value: unknown): string {
  if (typeof value !== "string" || isIP(value) === 0) throw new CallError("the first parameter is an IP address");
  return value;
}

const without = (entries: readonly RuledEntry[], of: string): RuledEntry[] =>
  entries.filter((entry) => entry.of !== of);

function add(to: EntryList, read: (value: unknown) => string, from?: EntryList): Method {
  return async ([first, second], { rulebook }) => {
    const entry = { of: read(first), reason: words(second) };
    await rulebook.change((rules) => ({
      ...(from && { [from]: without(rules[from], entry.of) }),
      [to]: [...without(rules[to], entry.of), entry],
    }));
    return true;
  };
}

function remove(from: EntryList, read: (value: unknown) => string): Method {
  return async ([first], { rulebook }) => {
    const of = read(first);
    await rulebook.change((rules) => ({ [from]: without(rules[from], of) }));
    return true;
  };
}

function listed(of: EntryList, name: "pubkey" | "id" | "ip"): Method {
  return async (_, { rulebook }) => rulebook.rules[of].map(({ of: value, reason }) => ({ [name]: value, reason }));
}

function moveKind(to: KindList | undefined, from: KindList): Method {
  return async ([first], { rulebook }) => {
    const it = kind(first);
    const others = (kinds: readonly number[]): number[] => kinds.filter((other) => other !== it);
    await rulebook.change((rules) => ({
      [from]: others(rules[from]),
      ...(to && { [to]: [...others(rules[to]), it] }),
    }));
    return true;
  };
}

function rename(field: "name" | "description" | "icon"): Method {
  return async ([first], { rulebook }) => {
    const value = words(first);
    await rulebook.change((): Partial<Rules> => ({ [field]: value, renamed: true }));
    return true;
  };
}

const METHODS: Readonly<Record<string, Method>> = {
  supportedmethods: async () => Object.keys(METHODS),
  banpubkey: add("bannedKeys", key, "allowedKeys"),
  unbanpubkey: remove("bannedKeys", key),
  listbannedpubkeys: listed("bannedKeys", "pubkey"),
  allowpubkey: add("allowedKeys", key, "bannedKeys"),
  unallowpubkey: remove("allowedKeys", key),
  listallowedpubkeys: listed("allowedKeys", "pubkey"),
  banevent: async ([first, second], { rulebook, store }) => {
    const id = eventId(first);
    if (id === undefined) throw new CallError("the first parameter is an id of 64 lowercase hex digits");
    const entry = { of: id, reason: words(second) };
    await store.remove([id], true);
    await rulebook.change(({ bannedEvents }) => ({ bannedEvents: [...without(bannedEvents, id), entry] }));
    return true;
  },
  allowevent: async ([first], { rulebook, store }) => {
    const id = eventId(first);
    if (id === undefined) throw new CallError("the first parameter is an id of 64 lowercase hex digits");
    await store.allow(id);
    await rulebook.change(({ bannedEvents }) => ({ bannedEvents: without(bannedEvents, id) }));
    return true;
  },
  listbannedevents: listed("bannedEvents", "id"),
  changerelayname: rename("name"),
  changerelaydescription: rename("description"),
  changerelayicon: rename("icon"),
  allowkind: moveKind("allowedKinds", "refusedKinds"),
  disallowkind: moveKind("refusedKinds", "allowedKinds"),
  listallowedkinds: async (_, { rulebook }) => rulebook.rules.allowedKinds,
  listdisallowedkinds: async (_, { rulebook }) => rulebook.rules.refusedKinds,
  blockip: add("blockedAddresses", address),
  unblockip: remove("blockedAddresses", address),
  listblockedips: listed("blockedAddresses", "ip"),
};

export async function call(method: string, params: readonly unknown[], ports: ManagementPorts): Promise<unknown> {
  const found = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (found === undefined) throw new CallError("this relay does not know that method; ask for supportedmethods");
  return found(params, ports);
}
