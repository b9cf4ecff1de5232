/** decode: what is this? Any NIP-19 entity or nostr: address, hex, an ncryptsec, an event or a template in JSON. */
import { eventId, pubkeyHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { VerifiedEvent } from "@subrosa/core/nostr/event";
import { decodeEntity, type Entity, encodeEntity } from "@subrosa/core/nostr/nip19";
import type { Command, Tools } from "../command.ts";
import { Failure } from "../failure.ts";
import { operandsOrLines } from "../input.ts";
import { dateOf, noteOf, npubOf } from "../names.ts";
import { oneLine } from "../printable.ts";
import { isObject, readLine } from "../read-event.ts";

export const decode: Command = {
  operands: "[text...]",
  examples: [
    "subrosa decode npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6",
    "subrosa event make 'Good morning' --created-at 1700000000 | subrosa decode",
  ],
  async run(given, tools) {
    for await (const text of operandsOrLines(given.operands, tools.host)) decodeOne(text, tools);
  },
};

function decodeOne(text: string, tools: Tools): void {
  const { screen } = tools;
  const plain = text.trim().replace(/^nostr:/, "");
  if (plain.startsWith("{")) decodeEvent(plain, tools);
  else if (pubkeyHex(plain) !== undefined) decodeHex(plain, tools);
  else if (/^ncryptsec1/i.test(plain)) {
    screen.result({ type: "ncryptsec" }, "an encrypted secret key (NIP-49); `subrosa key public` opens it");
  } else {
    const entity = orUndefined(plain);
    if (entity === undefined) throw new Failure("input", "This is nothing that Nostr knows.");
    screen.result(asResult(entity), ...describe(entity));
  }
}

/** A key and an id look the same. */
function decodeHex(hex: string, { screen, curve }: Tools): void {
  const [pubkey, id] = [pubkeyHex(hex)!, eventId(hex)!];
  const isKey = curve.isXOnlyKey(Buffer.from(hex, "hex"));
  const names = { note: noteOf(id), ...(isKey ? { npub: npubOf(pubkey) } : {}) };
  screen.result(
    { type: "hex", hex, ...names },
    ...(isKey ? [`as a key: ${npubOf(pubkey)}`] : []),
    `as an id: ${noteOf(id)}`,
  );
}

function decodeEvent(json: string, { screen, curve }: Tools): void {
  const event = readLine(json);
  if (!isObject(event)) throw new Failure("input", "This is no JSON.");
  const verdict = VerifiedEvent.check(event, curve);
  const signed = verdict.ok ? "its id and its signature are right" : `not signed: ${verdict.reason}`;
  const { kind, created_at, content } = event;
  screen.result(
    { type: "event", event, signed: verdict.ok, ...(verdict.ok ? {} : { reason: verdict.reason }) },
    `an event of kind ${oneLine(String(kind))}, ${signed}`,
    ...(typeof created_at === "number" ? [`written ${dateOf(created_at)}`] : []),
    ...(verdict.ok ? [`by ${npubOf(verdict.event.pubkey)}`, `with the id ${noteOf(verdict.event.id)}`] : []),
    ...(typeof content === "string" ? [`it says: ${oneLine(content)}`] : []),
  );
}

function asResult({ type, ...fields }: Entity): { readonly type: string } & Record<string, unknown> {
  return { type, ...fields };
}

function describe(entity: Entity): string[] {
  switch (entity.type) {
    case "npub":
      return [`a public key: ${entity.pubkey}`];
    case "note":
      return [`an event's id: ${entity.id}`];
    case "nprofile":
      return [`a public key: ${entity.pubkey}`, `      as npub: ${npubOf(entity.pubkey)}`, ...at(entity.relays)];
    case "nevent":
      return [
        `an event's id: ${entity.id}`,
        ...(entity.kind === undefined ? [] : [`       of kind: ${entity.kind}`]),
        ...(entity.author === undefined ? [] : [`            by: ${npubOf(entity.author)}`]),
        ...at(entity.relays),
      ];
    case "naddr":
      return [
        `an address: ${entity.kind}:${entity.pubkey}:${entity.identifier}`,
        `        by: ${encodeEntity({ type: "npub", pubkey: entity.pubkey })}`,
        ...at(entity.relays),
      ];
    default:
      return entity satisfies never;
  }
}

function at(relays: readonly string[]): string[] {
  return relays.map((relay) => `            at: ${relay}`);
}

function orUndefined(text: string): Entity | undefined {
  try {
    return decodeEntity(text.toLowerCase() === text || text.toUpperCase() === text ? text.toLowerCase() : text);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
