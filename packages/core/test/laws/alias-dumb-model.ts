/**
 * The state of draft 3 once more, by another hand: slow, literal, and without a line of src. What is said is kept as a
 * list of letters between two people called A and B; every question goes through the whole list.
 */
export type Name = "A" | "B";

export interface Letter {
  readonly id: string;
  readonly from: Name;
  readonly what: "ask" | "yes" | "no" | "end";
  /** The alias it is signed with. */
  readonly alias: string;
  /** The alias it goes to; an ask goes to a real key. */
  readonly to?: string;
  /** The ask that a yes or no answers. */
  readonly names?: string;
  readonly at: number;
  readonly until?: number;
  /** Written as 0xchat-v1 does. */
  readonly old: boolean;
}

export type View =
  | { readonly is: "none" | "removed" }
  | { readonly is: "waiting"; readonly asked: Name; readonly ask: string; readonly alias: string }
  | { readonly is: "active"; readonly A: string; readonly B: string; readonly since: number }
  | { readonly is: "rejected"; readonly who: readonly Name[] };

export function visible(letters: readonly Letter[], clock: number): Letter[] {
  return letters.filter((letter) => letter.at - clock <= 900);
}

function endings(letters: readonly Letter[]): Letter[] {
  return letters.filter((letter) => letter.what === "end");
}

export function endedAliases(letters: readonly Letter[], clock: number): string[] {
  const ended: string[] = [];
  for (const letter of endings(visible(letters, clock))) ended.push(letter.alias, letter.to ?? "");
  return ended;
}

function isDead(letter: Letter, letters: readonly Letter[], clock: number): boolean {
  if (letter.old) return endings(visible(letters, clock)).some((end) => end.at >= letter.at);
  return endedAliases(letters, clock).includes(letter.alias);
}

/** Every ask of this person that is in force, each with what the other person last said to it. */
export function asksOf(
  who: Name,
  letters: readonly Letter[],
  clock: number,
): { ask: Letter; said: Letter | undefined }[] {
  const seen = visible(letters, clock).filter((letter) => !isDead(letter, letters, clock));
  const found: { ask: Letter; said: Letter | undefined }[] = [];
  for (const ask of seen) {
    if (ask.what !== "ask" || ask.from !== who) continue;
    let said: Letter | undefined;
    for (const reply of seen) {
      if ((reply.what !== "yes" && reply.what !== "no") || reply.from === who || reply.to !== ask.alias) continue;
      if (reply.names === undefined ? !reply.old : reply.names !== ask.id) continue;
      const isLater = said === undefined || reply.at > said.at;
      const isNoOnTie = said !== undefined && reply.at === said.at && reply.what === "no" && said.what === "yes";
      const isFirstOnTie = said !== undefined && reply.at === said.at && reply.what === said.what && reply.id < said.id;
      if (isLater || isNoOnTie || isFirstOnTie) said = reply;
    }
    if (said === undefined && ask.until !== undefined && ask.until <= clock) continue;
    found.push({ ask, said });
  }
  return found;
}

export function view(letters: readonly Letter[], clock: number): View {
  const [byA, byB] = [asksOf("A", letters, clock), asksOf("B", letters, clock)];
  const agreed = [...byA, ...byB].filter(({ said }) => said?.what === "yes");
  const last = agreed.find(({ said }) =>
    agreed.every((other) => {
      const [x, y] = [said as Letter, other.said as Letter];
      return x.at > y.at || (x.at === y.at && x.id <= y.id);
    }),
  );
  if (last !== undefined) {
    const said = last.said as Letter;
    const [A, B] = last.ask.from === "A" ? [last.ask.alias, said.alias] : [said.alias, last.ask.alias];
    return { is: "active", A, B, since: said.at };
  }
  const open = (asks: typeof byA): Letter | undefined =>
    asks
      .filter(({ said }) => said === undefined)
      .map(({ ask }) => ask)
      .sort((x, y) => (x.at === y.at ? (x.id < y.id ? -1 : 1) : y.at - x.at))[0];
  const [a, b] = [open(byA), open(byB)];
  if (a !== undefined && b !== undefined) {
    return { is: "active", A: a.alias, B: b.alias, since: Math.max(a.at, b.at) };
  }
  if (a !== undefined) return { is: "waiting", asked: "B", ask: a.id, alias: a.alias };
  if (b !== undefined) return { is: "waiting", asked: "A", ask: b.id, alias: b.alias };
  const who: Name[] = [];
  if (byB.length > 0) who.push("A");
  if (byA.length > 0) who.push("B");
  if (who.length > 0) return { is: "rejected", who };
  return { is: endings(visible(letters, clock)).length > 0 ? "removed" : "none" };
}

/** Every alias of this person in a live ask, or in an answer that decides one. */
export function liveAliases(who: Name, letters: readonly Letter[], clock: number): string[] {
  const asked = asksOf(who, letters, clock).map(({ ask }) => ask.alias);
  const other: Name = who === "A" ? "B" : "A";
  const answered = asksOf(other, letters, clock).flatMap(({ said }) => (said === undefined ? [] : [said.alias]));
  return [...new Set([...asked, ...answered])];
}
