/**
 * What an owner's own lost branches did (GROUP-18): when one of his devices lost to another, his client repeats its
 * acts on the branch that won.
 *
 * A branch is repeated once: the event that repeats it lists its tip in `left`.
 */
import type { EventId, PubkeyHex } from "../bytes.ts";
import { isMember, ownerOf } from "./facts.ts";
import { isOn } from "./history.ts";
import type { ChainNode } from "./rules.ts";
import type { Selection } from "./select.ts";

export interface LostBranch {
  readonly tip: EventId;
  readonly added: readonly PubkeyHex[];
  readonly removed: readonly PubkeyHex[];
}

export function lostBranches(view: Selection & { readonly kind: "found" }, owner: PubkeyHex): readonly LostBranch[] {
  const { tip } = view;
  const lost = lostTips(view).filter((node) => node.fact.author === owner);
  if (lost.length === 0) return [];
  const done = new Set(chain(tip).flatMap((node) => node.fact.left));
  return lost.flatMap((node): LostBranch[] => {
    const fork = chain(node).find((ancestor) => isOn(ancestor, tip));
    if (fork === undefined || done.has(node.fact.id)) return [];
    const before = fork.fact.roster;
    const after = node.fact.roster;
    const now = tip.fact.roster;
    const added = after.map((m) => m.person).filter((p) => !isMember(before, p) && !isMember(now, p));
    const removed = before.filter((m) => !isMember(after, m.person)).map((m) => m.person);
    const stillHere = removed.filter((p) => now.some((m) => m.person === p && m.since <= fork.fact.epoch));
    return added.length + stillHere.length > 0 ? [{ tip: node.fact.id, added, removed: stillHere }] : [];
  });
}

/** The ends of branches that lost. */
export function lostTips({ tip, history }: Selection & { readonly kind: "found" }): readonly ChainNode[] {
  return [...history.ends].filter((node) => !isOn(node, tip));
}

/**
 * Whom a lost branch deceives: one who was accepted there, or removed on the branch that won, may see nothing else.
 * Its author or the owner it names says so in a 482 under the lost key, `{"lost": id}`. Of o* itself he says it where
 * he knows that something greater exists. While rivals are undecided, their branches are not spoken of.
 */
export function branchesToCallLost(view: Selection & { readonly kind: "found" }, me: PubkeyHex): readonly ChainNode[] {
  if (view.blocks.includes("out-of-date") || view.blocks.includes("branch-lost")) return [];
  const { nodes } = view.history;
  const disputed = view.rivals.flatMap((id) => nodes.get(id) ?? []);
  const lost = view.blocks.includes("removed-or-garbled") ? [...lostTips(view), view.tip] : lostTips(view);
  return lost.filter(
    (node) =>
      (node.fact.author === me || ownerOf(node.fact.roster) === me) && !disputed.some((rival) => isOn(rival, node)),
  );
}

/** From a node down to the root of its tree. */
function chain(node: ChainNode): readonly ChainNode[] {
  const out: ChainNode[] = [];
  for (let at: ChainNode | undefined = node; at !== undefined; at = at.parent) out.push(at);
  return out;
}
