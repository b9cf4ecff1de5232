/**
 * verify: do these events hold what they claim? Many of them, one a line, in the order they come; in the end how many of
 * each claim stood, and for what reasons the others fell.
 */

import { eventId } from "@subrosa/core/bytes";
import { RingShelf } from "@subrosa/core/ring/ring-shelf";
import type { Command } from "../command.ts";
import { badArguments, Failure } from "../failure.ts";
import { operandsOrLines } from "../input.ts";
import { CLAIMS, judge } from "../judge.ts";
import { noteOf } from "../names.ts";
import { readLine } from "../read-event.ts";

export const verify: Command = {
  operands: "[event...]",
  options: [
    { flags: "--as <claim>", about: "member-proof, ring-signature or signature (what its tags say)" },
    { flags: "--nested", about: "take NIP-97's tags also as its draft nests them" },
    { flags: "--summary", about: "the table alone" },
  ],
  examples: [
    "subrosa verify < signed.jsonl",
    "subrosa verify --json --summary < posts.jsonl",
    "subrosa event fetch --relay ws://127.0.0.1:7777 --kind 1 | subrosa verify --as signature",
  ],
  async run(given, { host, screen, curve, signal }) {
    const asked = given.text("as");
    const claim = CLAIMS.find((each) => each === asked);
    if (asked !== undefined && claim === undefined) throw badArguments(`--as is one of ${CLAIMS.join(", ")}.`);
    const shelf = new RingShelf(curve);
    const reasons = new Map<string, { count: number; sentence: string }>();
    const stood = new Map<string, number>();
    let all = 0;
    for await (const line of operandsOrLines(given.operands, host)) {
      signal.throwIfAborted();
      const {
        ok,
        id,
        reason,
        sentence,
        facts,
        claim: judged,
      } = judge(readLine(line), shelf, claim, given.has("nested"));
      all++;
      if (ok) stood.set(judged, (stood.get(judged) ?? 0) + 1);
      else reasons.set(reason!, { count: (reasons.get(reason!)?.count ?? 0) + 1, sentence });
      if (!given.has("summary")) {
        const name = id === undefined ? `line ${all}` : noteOf(eventId(id)!);
        screen.result(
          {
            type: "verdict",
            line: all,
            id: id ?? null,
            claim: judged,
            ok,
            ...(reason && { reason, sentence }),
            ...facts,
          },
          [`${ok ? "valid  " : "INVALID"} ${name}: ${sentence}`, ok ? "good" : "bad"],
        );
      }
      if (all % 100 === 0) screen.progress(`${all} checked`);
    }
    if (all === 0) throw new Failure("input", "There was no event to verify.");
    const valid = [...stood.values()].reduce((sum, count) => sum + count, 0);
    const counts = Object.fromEntries([...reasons].map(([reason, { count }]) => [reason, count]));
    const rows = [
      ...[...stood].map(([name, count]) => [String(count), "valid", name]),
      ...[...reasons].map(([reason, { count, sentence }]) => [String(count), reason, sentence]),
    ];
    screen.result(
      { type: "summary", total: all, valid, invalid: all - valid, claims: Object.fromEntries(stood), reasons: counts },
      ...(all > 1 || given.has("summary") ? screen.table(rows) : []),
    );
    if (valid < all) throw new Failure("invalid", `${all - valid} of ${all} do not hold.`);
  },
};
