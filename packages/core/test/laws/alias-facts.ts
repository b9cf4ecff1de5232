/** Letters of the dumb model as the facts that one of the two people reads, and relations as its views. */
import type { Fact } from "../../src/alias/fact.ts";
import type { Relation } from "../../src/alias/relation.ts";
import type { EventId, PubkeyHex } from "../../src/bytes.ts";
import type { Letter, Name, View } from "./alias-dumb-model.ts";

const KIND = { ask: "request", yes: "accept", no: "reject", end: "remove" } as const;

export function factFor(reader: Name, letter: Letter): Fact {
  const said = {
    id: letter.id as EventId,
    by: letter.from === reader ? ("me" as const) : ("peer" as const),
    alias: letter.alias as PubkeyHex,
    at: letter.at,
    variant: letter.old ? ("0xchat-v1" as const) : ("bound" as const),
    cipher: letter.old ? ("nip04" as const) : ("nip44" as const),
  };
  const kind = KIND[letter.what];
  if (kind === "request")
    return letter.until === undefined ? { kind, ...said } : { kind, ...said, expires: letter.until };
  const to = letter.to as PubkeyHex;
  if (kind === "remove") return { kind, ...said, to };
  return letter.names === undefined ? { kind, ...said, to } : { kind, ...said, to, request: letter.names as EventId };
}

/** What the reader's machine must say where the two people stand like this. */
export function relationFor(reader: Name, view: View): Relation {
  switch (view.is) {
    case "none":
    case "removed":
      return { kind: view.is };
    case "waiting": {
      const [request, alias] = [view.ask as EventId, view.alias as PubkeyHex];
      return view.asked === reader
        ? { kind: "requested-by-peer", request, theirs: alias }
        : { kind: "requested", request, mine: alias };
    }
    case "active": {
      const [mine, theirs] = (reader === "A" ? [view.A, view.B] : [view.B, view.A]) as [PubkeyHex, PubkeyHex];
      return { kind: "active", mine, theirs, since: view.since };
    }
    case "rejected":
      if (view.who.length === 2) return { kind: "rejected", by: "both" };
      return { kind: "rejected", by: view.who[0] === reader ? "me" : "peer" };
    default:
      return view satisfies never;
  }
}
