/** pow check: how much work does an event show, and how much did its author mean to do? */
import { readRumor } from "@subrosa/core/nostr/event";
import { committedTarget, difficulty, hasWork } from "@subrosa/core/nostr/nip13";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { operandsOrLines } from "../../input.ts";
import { noteOf } from "../../names.ts";
import { isObject, readLine } from "../../read-event.ts";

export const powCheck: Command = {
  operands: "[event...]",
  options: [{ flags: "-b, --bits <number>", about: "fail below so many" }],
  examples: ["subrosa pow check --bits 8 < mined.jsonl"],
  async run(given, { host, screen }) {
    const least = given.integer("bits", { max: 256 }) ?? 0;
    let lacking = 0;
    for await (const line of operandsOrLines(given.operands, host)) {
      const value = readLine(line);
      const { sig: _, ...unsigned } = isObject(value) ? value : {};
      const event = readRumor(unsigned);
      const [bits, target] = [difficulty(event.id), committedTarget(event)];
      const ok = hasWork(event, least);
      if (!ok) lacking++;
      screen.result({ type: "work", id: event.id, bits, target: target ?? null, ok }, [
        `${noteOf(event.id)}: ${bits} bits, ${target === undefined ? "none" : target} meant`,
        ok ? "plain" : "bad",
      ]);
    }
    if (lacking > 0) throw new Failure("invalid", `${lacking} show less work than ${least} bits.`);
  },
};
