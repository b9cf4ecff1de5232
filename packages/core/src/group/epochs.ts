/**
 * Under which roster a message was written: by the group key it was sealed with (docs/spec/groups.md GROUP-10).
 *
 * Read keys are all keys ever handed to me by a valid event, lost branches and complained-about candidates included; an
 * epoch ends when the next owner event on the current chain begins.
 */
import type { PubkeyHex } from "../bytes.ts";
import type { KeyEpoch } from "./conversation.ts";
import { type Fact, type Member, ownerOf, type RotationFact } from "./facts.ts";
import { type ChainNode, isRotationOf } from "./rules.ts";
import type { Selection } from "./select.ts";

export function epochsByKey(facts: Iterable<Fact>, selection: Selection): ReadonlyMap<PubkeyHex, KeyEpoch> {
  const out = new Map<PubkeyHex, KeyEpoch>();
  if (selection.kind === "none") return out;
  const { nodes } = selection.history;
  const ended = endings(selection.tip);
  for (const { fact } of nodes.values()) {
    out.set(fact.key, { roles: rolesOf(fact.roster), owner: fact.id, ended: ended.get(fact.id) });
  }
  for (const fact of facts) {
    if (fact.kind !== "rotation" || out.has(fact.key)) continue;
    const base = nodes.get(fact.base);
    if (base === undefined || !wellMade(fact, base)) continue;
    out.set(fact.key, { roles: rolesOf(fact.roster), owner: fact.base, ended: ended.get(fact.base) });
  }
  return out;
}

/** A 486 as it should be, whoever is current. */
function wellMade(fact: RotationFact, base: ChainNode): boolean {
  const { leavers, operator, roster } = fact;
  const member = base.fact.roster.some((one) => one.person === operator);
  return member && leavers !== undefined && fact.fresh && isRotationOf(base.fact, leavers, operator, roster);
}

function rolesOf(roster: readonly Member[]): KeyEpoch["roles"] {
  const owner = ownerOf(roster);
  return new Map(roster.map(({ person, role }) => [person, person === owner ? "owner" : role]));
}

function endings(tip: ChainNode): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (let at = tip; at.parent !== undefined; at = at.parent) out.set(at.parent.fact.id, at.fact.created_at);
  return out;
}

/** Retention: the keys of epochs that ended before `before`, to be forgotten; those of lost branches with them. */
export function endedBefore(facts: Iterable<Fact>, selection: Selection, before: number): readonly PubkeyHex[] {
  if (selection.kind === "none") return [];
  const current = selection.choice.current.key;
  const tip = selection.tip.fact;
  return [...epochsByKey(facts, selection)].flatMap(([key, { ended, owner }]) => {
    const over = ended ?? (owner === tip.id ? undefined : tip.created_at);
    return key !== current && key !== tip.key && over !== undefined && over < before ? [key] : [];
  });
}
