import { test } from "vitest";
import { select } from "../../src/group/select.ts";
import { playHistory } from "../models/group-history.ts";
test("dump", () => {
  const o = playHistory(Number(process.env["SEED"]), select);
  console.log(o.wrong.join("\n"));
  for (const p of o.players) { const v = p.view(o.now); console.log(p.me, p.honest, v.kind === "none" ? v : [v.tip.fact.id, [...v.choice.leaving], v.choice.current.id, v.blocks, v.unreadable, v.choice.candidates.map(c=>c.id)]); }
  const all = new Map(o.players.flatMap((p) => [...p.events]));
  for (const e of [...all.values()].sort((a, b) => a.created_at - b.created_at)) {
    if (e.type === "keys") { const f = e.fact; console.log(e.id, e.created_at - 1.7e9, f.kind === "owner" ? `485 ep${f.epoch} by ${f.author} prev ${f.prev} w${f.weight} d${f.difficulty} [${f.roster.map(m => m.person + (m.role === "owner" ? "*" : "") + "@" + m.since)}]` : `486 by ${f.operator} on ${f.base} gone ${f.leavers} fresh${f.fresh} [${f.roster.map(m => m.person)}] key ${f.key} w${f.work}`, "wraps", e.wraps.join(), e.sealed ? "" : "UNSEALED"); }
    else console.log(JSON.stringify(e));
  }
});
