/** Single-rule mutants of the selection, as patches: each takes one rule of docs/spec/groups.md §4 out of one file. */
export interface Mutant {
  readonly why: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const rules = "rules.ts";
const candidates = "candidates.ts";
const history = "history.ts";
const select = "select.ts";

export const MUTANTS: readonly Mutant[] = [
  { why: "member tags need not agree with the roster", file: rules, from: "!fact.tagsAgree || ", to: "" },
  { why: "an old group key may come back", file: rules, from: "!fact.fresh || ", to: "" },
  { why: "an author need not be in his roster", file: rules, from: "!isMember(roster, fact.author)", to: "false" },
  { why: "anybody may have rank 0, or be owner", file: rules, from: ' && (rank === 0) === (role === "owner")', to: "" },
  {
    why: "a person may be listed twice",
    file: rules,
    from: "member.person)).size !== roster.length) return false;\n  if (roster.some",
    to: "member.person)).size > roster.length) return false;\n  if (roster.some",
  },
  { why: "memberships may begin in the future", file: rules, from: "member.since > epoch", to: "false" },
  { why: "ranks may have gaps", file: rules, from: "if (!ranksAreComplete(roster)) return false;", to: "" },
  { why: "a stated epoch need not be true", file: rules, from: "fact.weight[1] === epoch", to: "true" },
  {
    why: "epochs may be skipped",
    file: rules,
    from: "if (fact.epoch !== parent.fact.epoch + 1) return undefined;",
    to: "",
  },
  {
    why: "anybody may follow an owner event",
    file: rules,
    from: "if (fact.author !== ownerOf(parent.fact.roster)) return undefined;",
    to: "",
  },
  {
    why: "stated handovers need not be true",
    file: rules,
    from: "if (fact.weight[0] !== handovers) return undefined;",
    to: "",
  },
  {
    why: "what stands on a held-back event is not held back",
    file: rules,
    from: "Math.max(parent.notBefore, fact.created_at - FUTURE_SECONDS)",
    to: "fact.created_at - FUTURE_SECONDS",
  },
  { why: "nothing is held back", file: rules, from: "FUTURE_SECONDS = 900", to: "FUTURE_SECONDS = 9e9" },
  { why: "handovers do not order chains", file: rules, from: "if (a.handovers !== b.handovers)", to: "if (false)" },
  { why: "epochs do not order chains", file: rules, from: "if (a.epoch !== b.epoch)", to: "if (false)" },
  {
    why: "the earlier of two siblings wins",
    file: rules,
    from: "return a.created_at > b.created_at;",
    to: "return a.created_at < b.created_at;",
  },
  { why: "the greater id wins", file: rules, from: "return a.id < b.id;", to: "return a.id > b.id;" },
  {
    why: "a 486 may change others' details",
    file: rules,
    from: "return member.json === was.json;",
    to: "return true;",
  },
  { why: "an operator keeps his rank", file: rules, from: "member.rank === last && ", to: "" },
  { why: "an operator may change his role", file: rules, from: "member.role === was.role && ", to: "" },
  { why: "a 486 may leave members out", file: rules, from: "expected.size !== roster.length || ", to: "" },
  { why: "a leaver may carry himself out", file: candidates, from: " || gone.includes(operator)", to: "" },
  {
    why: "a 486 may carry out who has not left",
    file: candidates,
    from: " || !gone.every((person) => leaving.has(person))",
    to: "",
  },
  { why: "a 486 may carry out nobody", file: candidates, from: " || gone.length === 0", to: "" },
  { why: "a candidate may bring back an old key", file: candidates, from: " || !rotation.fresh", to: "" },
  {
    why: "a candidate needs no sealed-prev",
    file: candidates,
    from: "if (sealed === undefined || sealed.author !== operator || sealed.prev !== base.id) return false;",
    to: "",
  },
  {
    why: "work is not looked at",
    file: candidates,
    from: "return rotation.work >= Math.min(base.difficulty, MAX_DIFFICULTY);",
    to: "return true;",
  },
  {
    why: "work has no upper bound",
    file: candidates,
    from: "Math.min(base.difficulty, MAX_DIFFICULTY)",
    to: "base.difficulty",
  },
  { why: "complaints are not heard", file: candidates, from: "accused.has(rotation.operator) || ", to: "" },
  {
    why: "a leaver may complain that he is handed nothing",
    file: candidates,
    from: " && !leaving.has(victim)) victims",
    to: ") victims",
  },
  {
    why: "of one operator the fewest leavers count",
    file: candidates,
    from: "const size = Math.max(",
    to: "const size = Math.min(",
  },
  {
    why: "a flood of candidates counts",
    file: candidates,
    from: "if (largest.length > MAX_RIVALS_OF_ONE) return [];",
    to: "",
  },
  {
    why: "only the candidate's own event hands its key",
    file: candidates,
    from: "facts.handed(candidate.key)",
    to: "candidate.roster.map((m) => m.person)",
  },
  { why: "ranks do not order candidates", file: candidates, from: "if (a[1] !== b[1]) return a[1] < b[1];", to: "" },
  {
    why: "uncovered leavers do not order candidates",
    file: candidates,
    from: "if (a[0] !== b[0]) return a[0] < b[0];",
    to: "",
  },
  { why: "a leave from before a return counts", file: candidates, from: "epoch >= from && ", to: "" },
  {
    why: "an owner may leave without handing over",
    file: candidates,
    from: "const stays = new Set([ownerOf(roster)]);",
    to: "const stays = new Set<unknown>();",
  },
  {
    why: "an owner is out before his successor has spoken",
    file: candidates,
    from: "if (isHandover(tip.fact)) stays.add(author);",
    to: "",
  },
  {
    why: "rivals are not noticed",
    file: select,
    from: 'if (history.rivals.length > 0) blocks.push("rival-handovers");',
    to: "",
  },
  {
    why: "the user's choice between rivals changes nothing",
    file: history,
    from: "if (dropped.size === before) return",
    to: "return",
  },
  {
    why: "anybody may begin a history anew",
    file: history,
    from: "if (fact.author !== owner && !viewer.reinvitedBy.includes(fact.author)) continue;",
    to: "",
  },
  {
    why: "nobody may begin a history anew",
    file: history,
    from: "while (beginning !== undefined) {",
    to: "while (false) {",
  },
  {
    why: "the heir begins before who handed over to him and may have thought better of it",
    file: history,
    from: "isHandover(tip.fact) ? [tip.fact.author, owner] : [owner]",
    to: "[owner]",
  },
  {
    why: "the heir never begins before his acceptance is seen",
    file: history,
    from: "[tip.fact.author, owner] : [owner]",
    to: "[tip.fact.author] : [owner]",
  },
  {
    why: "what a new invite leads to counts no more than what anybody states",
    file: history,
    from: "if (viewer.reinvitedBy.length === 0) return nodes;",
    to: "return nodes;",
  },
  { why: "the oldest invite counts", file: history, from: "reinvitedBy.findLast(", to: "reinvitedBy.find(" },
  {
    why: "the heirs of whom an invite names do not count",
    file: history,
    from: "if (named.get(known)?.has(root.fact.author)) counted.add(root);",
    to: "",
  },
  {
    why: "what does not count shuts out",
    file: select,
    from: "shutOutBy(index, history.counting, tip, now)",
    to: "shutOutBy(index, history.nodes, tip, now)",
  },
  {
    why: "a handover held outside the history is not noticed",
    file: history,
    from: "if (!dropped.has(id)) groups.push([mine.fact.id, id]);",
    to: "id;",
  },
  {
    why: "a group that came back cannot be handed over again",
    file: history,
    from: "if (node.handovers > mine.handovers || ",
    to: "if (",
  },
  {
    why: "anybody's handover outside the history is a rival",
    file: history,
    from: "if (fact.author !== mine.fact.author || ",
    to: "if (",
  },
  {
    why: "a handover outside the history need not be accepted",
    file: history,
    from: "acceptedHandovers(index, treeOn(index, node), now).includes(node)",
    to: "true",
  },
  {
    why: "a choice says nothing of what is held outside the history",
    file: history,
    from: "return a !== undefined && b !== undefined && (isOn(a, b) || isOn(b, a));",
    to: "return a === undefined || b === undefined || isOn(a, b) || isOn(b, a);",
  },
  {
    why: "strangers' events make me stale",
    file: select,
    from: "if (author === owner) byOwner = true;",
    to: "if (author !== undefined) byOwner = true;",
  },
  { why: "nothing makes me stale", file: select, from: "if (author === owner) byOwner = true;", to: "" },
  { why: "insisting does not help", file: select, from: "ahead.byOwner && !viewer.insist", to: "ahead.byOwner" },
  {
    why: "being shut out is not noticed",
    file: select,
    from: 'if (shutOut.length > 0) blocks.push("removed-or-garbled");',
    to: "",
  },
  { why: "anybody can shut me out", file: history, from: "sealed.author !== ownerOf(parent.fact.roster) || ", to: "" },
  { why: "a lost branch goes on", file: select, from: 'blocks.push("branch-lost")', to: "blocks.includes" },
  {
    why: "anybody can call a branch lost",
    file: select,
    from: "target === tip.fact.id && (author === tip.fact.author || author === ownerOf(tip.fact.roster))",
    to: "target === tip.fact.id",
  },
  {
    why: "one may write while a leaver holds the key",
    file: select,
    from: 'if (choice.uncovered.length > 0) blocks.push("leaver-holds-key");',
    to: "",
  },
  {
    why: "a leaver may write",
    file: select,
    from: 'if (choice.leaving.has(viewer.me)) blocks.push("leaving");',
    to: "",
  },
];
