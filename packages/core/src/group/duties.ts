/**
 * What an honest client does unasked, each once (docs/spec/groups.md GROUP-12, 15, 17, 18): complain of a wrap that
 * does not open, pass on a leave that newer members cannot read, say which branch lost, repeat a removal, and give a
 * member whom one's own event left without a key another one.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { toHex } from "../bytes.ts";
import { signEvent, type VerifiedEvent } from "../nostr/event.ts";
import type { Found, OwnerChange } from "./acts.ts";
import { note } from "./acts.ts";
import { complain } from "./complaint.ts";
import type { Effect, GroupMeans } from "./effects.ts";
import { isMember } from "./facts.ts";
import { branchesToCallLost, lostBranches } from "./lost-branch.ts";
import { findSecret } from "./open-keys.ts";
import type { Reader } from "./reader.ts";
import { readRosterTags } from "./wire.ts";
import type { Words } from "./words.ts";

export interface Duties {
  readonly publish: readonly VerifiedEvent[];
  readonly change: OwnerChange | undefined;
  readonly ask: readonly Effect[];
  /** Names of what was done now. */
  readonly done: readonly string[];
}

export function duties(
  view: Found,
  reader: Reader,
  already: ReadonlySet<string>,
  means: GroupMeans,
  now: number,
): Duties {
  const me = toHex(means.real.pubkey) as PubkeyHex;
  const done: string[] = [];
  const once = (name: string): boolean => {
    if (already.has(name)) return false;
    done.push(name);
    return true;
  };
  const publish: VerifiedEvent[] = [];
  const tell = (base: { readonly id: EventId; readonly key: PubkeyHex }, words: Words): void => {
    const { event, alias } = note(reader.config.create, base, words, means.real, now, means);
    publish.push(signEvent(event, alias, means.random(32), means.curve));
  };
  for (const target of view.unreadable) {
    const said = complaintAbout(target, view, reader, already, means);
    if (said !== undefined && once(`complaint:${target}`)) tell(said.base, said.words);
  }
  for (const { fact } of branchesToCallLost(view, me)) {
    if (once(`lost:${fact.id}`)) tell(fact, { kind: "lost", target: fact.id });
  }
  const { change, ask } = ownersDuties(view, me, once);
  return { publish, change, ask, done };
}

/**
 * GROUP-12: leaves that were said under an earlier key, told once under that of o*, for members who came later. Whoever
 * rotates does it before (GROUP-16), so that it is one member and not all.
 */
export function leavesToPassOn(view: Found, reader: Reader, means: GroupMeans, now: number): readonly VerifiedEvent[] {
  const { fact } = view.tip;
  return reader
    .leavesOf(view.choice.leaving)
    .filter((held) => !held.under.has(fact.key))
    .map((held) => {
      const words: Words = { kind: "leave", leave: held.carried };
      const { event, alias } = note(reader.config.create, fact, words, means.real, now, means);
      return signEvent(event, alias, means.random(32), means.curve);
    });
}

/** Only of what names me and does not open, or of a 486 that leaves me out: a 485 without me is a removal. */
function complaintAbout(target: EventId, view: Found, reader: Reader, already: ReadonlySet<string>, means: GroupMeans) {
  const event = reader.event(target);
  if (event === undefined || already.has(`complaint:${target}`)) return undefined;
  const tags = readRosterTags(event);
  const found = findSecret(event, tags, reader.config.mine, means.curve);
  const byMember = tags.refs.length > 1;
  if (found.ok || (found.fault === "no-wrap" && !byMember)) return undefined;
  const base = byMember
    ? view.tip
    : [...view.history.nodes.values()].find((node) => standsUnder(node.fact.id, target, view));
  const { encryption } = reader.config.mine;
  // GROUP-21: a 486 wraps to the key that its base names; of an unopened 485 the newest is the best guess.
  const me = toHex(means.real.pubkey);
  const named = byMember ? view.tip.fact.roster.find((member) => member.person === me)?.to : undefined;
  const ek = byMember ? encryption.find((secret) => toHex(secret.pubkey) === named) : encryption.at(-1);
  const complaint = complain(event, means.real, ek, means.random, means.curve);
  return base && complaint && { base: base.fact, words: { kind: "complaint", complaint } as const };
}

/** The owner event on which an unopened 485 stands, as its sealed-prev proves. */
function standsUnder(id: EventId, target: EventId, { shutOut }: Found): boolean {
  return shutOut.some((fact) => fact.id === target && fact.sealed?.prev === id);
}

function ownersDuties(
  view: Found,
  me: PubkeyHex,
  once: (name: string) => boolean,
): { readonly change: OwnerChange | undefined; readonly ask: readonly Effect[] } {
  const { fact } = view.tip;
  const owner = fact.roster.find((member) => member.role === "owner")?.person;
  if (owner !== me || view.blocks.some((block) => block !== "leaver-holds-key")) return { change: undefined, ask: [] };
  const [lost] = lostBranches(view, me);
  if (lost !== undefined && once(`repeat:${lost.tip}`)) {
    // A removal at once; an acceptance is the owner's to repeat.
    const ask: readonly Effect[] = lost.added.length > 0 ? [{ kind: "repeat", add: lost.added, tip: lost.tip }] : [];
    const change = lost.removed.length > 0 ? { remove: lost.removed, repeats: [lost.tip] } : undefined;
    return { change, ask };
  }
  const garbled = view.complaints.some(({ target, victim }) => target === fact.id && isMember(fact.roster, victim));
  return { change: garbled && once(`mend:${fact.id}`) ? {} : undefined, ask: [] };
}
