/**
 * Who I am in a group, and what I may do: read off a selection (docs/spec/groups.md §4, GROUP-18).
 *
 *   outside ──accepted──► member | admin | owner ──leave──► leaver ──carried out──► outside
 *                              └──────────────── removed ◄───────────┘
 *
 * Phases are derived and never stored, so they cannot disagree with the facts.
 */
import type { PubkeyHex } from "../bytes.ts";
import { isMember, type Member } from "./facts.ts";
import { type Block, mayWrite, type Selection } from "./select.ts";

export type Phase = "outside" | "member" | "admin" | "owner" | "leaver" | "removed";

export function phaseOf(selection: Selection, me: PubkeyHex): Phase {
  if (selection.kind === "none") return "outside";
  const { tip, choice, blocks, history } = selection;
  if (blocks.includes("removed-or-garbled") || blocks.includes("branch-lost")) return "removed";
  if (!isMember(tip.fact.roster, me)) {
    // A guest looks in through a private invite (GROUP-13) and was never inside.
    return [...history.nodes.values()].some(({ fact }) => isMember(fact.roster, me)) ? "removed" : "outside";
  }
  if (choice.leaving.has(me)) return "leaver";
  return tip.fact.roster.find((member) => member.person === me)!.role;
}

export interface View {
  readonly phase: Phase;
  readonly epoch: number;
  readonly owner: PubkeyHex | undefined;
  readonly members: readonly Member[];
  readonly leaving: readonly PubkeyHex[];
  readonly mayWrite: boolean;
  readonly blocks: readonly Block[];
  /** A banner that blocks nothing (GROUP-19). */
  readonly maybeOutOfDate: boolean;
}

export function viewOf(selection: Selection, me: PubkeyHex): View {
  const phase = phaseOf(selection, me);
  if (selection.kind === "none") {
    return {
      phase,
      epoch: 0,
      owner: undefined,
      members: [],
      leaving: [],
      mayWrite: false,
      blocks: [],
      maybeOutOfDate: false,
    };
  }
  const { tip, choice, blocks, maybeOutOfDate } = selection;
  const members = [...choice.current.roster].sort((a, b) => a.rank - b.rank);
  const owner = members.find((member) => member.role === "owner")?.person;
  const { epoch } = tip.fact;
  return {
    phase,
    epoch,
    owner,
    members,
    leaving: [...choice.leaving],
    mayWrite: mayWrite(selection),
    blocks,
    maybeOutOfDate,
  };
}
