/**
 * A call as a page makes it, read strictly: one declaration per method, every size bounded, nothing believed.
 *
 * Spec: NIP-07, and docs/spec/member-proofs.md ("Provider", PROOF-4, PROOF-7). Reading looks at form only and needs no
 * key, so what is refused here says nothing about the user. A call is kept as the values that were read, never as what
 * the page handed over.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { WireError } from "@subrosa/core/errors";
import { hexText, integer, list, object, oneOf, parseJson, type Shape, text } from "@subrosa/core/json";
import { type EventTemplate, readSignedEvent, type SignedEvent, type Tag } from "@subrosa/core/nostr/event";
import { type ProofTemplate, readProofTemplate } from "@subrosa/core/proof/template";
import { METHODS, type Method } from "./method.ts";

/** Of a whole call as JSON, in UTF-16 units: a ring of 1,000 keys with its directory, or 500 messages of 1,000 units. */
export const MAX_CALL = 1 << 19;
/** Of an answer as JSON: a text that was encrypted may take more room in JSON than it did before. */
export const MAX_RESULT = 2 * MAX_CALL;
export const MAX_BATCH = 500;
const LIMITS = { maxLength: MAX_CALL, maxDepth: 16 };
const MAX_APP_TEXT = 100;
const MAX_DIRECTORIES = 16;

export type AskedScope =
  | { readonly poll: EventId }
  /** The named directory first, then those it includes. Their signatures are checked when the proof is made. */
  | { readonly group: readonly SignedEvent[] }
  | { readonly app: string };

export interface Sealed {
  readonly pubkey: PubkeyHex;
  readonly ciphertext: string;
  readonly scheme: "nip04" | "nip44";
}

export interface AnonymousCall extends EventTemplate {
  readonly t?: number;
  readonly ek?: PubkeyHex;
}

export type Call =
  | { readonly method: "getPublicKey" }
  | { readonly method: "signEvent"; readonly template: EventTemplate; readonly author?: PubkeyHex }
  | { readonly method: "nip04.encrypt" | "nip44.encrypt"; readonly peer: PubkeyHex; readonly plaintext: string }
  | { readonly method: "nip04.decrypt" | "nip44.decrypt"; readonly peer: PubkeyHex; readonly ciphertext: string }
  | { readonly method: "signEventAsGroupMember"; readonly template: ProofTemplate; readonly scope?: AskedScope }
  | { readonly method: "verifyGroupMemberProof"; readonly event: unknown }
  | { readonly method: "subrosa.anonymousSign"; readonly template: AnonymousCall }
  | { readonly method: "subrosa.deriveAlias"; readonly peer: PubkeyHex; readonly index: number }
  | { readonly method: "subrosa.batchDecrypt"; readonly items: readonly Sealed[]; readonly purpose: string };

const pubkey = hexText(32) as Shape<PubkeyHex>;
const content = text({ max: MAX_CALL });
const tags = list(list(content, { min: 1, max: 2_100 }), { max: 20_000 }) as Shape<readonly Tag[]>;
const created_at = integer();
const kind = integer({ max: 65_535 });
const ignored: Shape<unknown> = { read: (value) => value, write: (value) => value };

/** Clients hand over templates with fields of their own; they are left behind. */
const template = object({ kind, created_at, tags, content }, { optional: { pubkey }, unknown: "ignore" });
const anonymous = object({ kind, created_at, tags, content }, { optional: { t: integer(), ek: pubkey } });
const sealed = object({ pubkey, ciphertext: content }, { optional: { scheme: oneOf("nip04", "nip44") } });
const batch = object({ items: list(sealed, { min: 1, max: MAX_BATCH }), purpose: text({ max: 200 }) });
const scopes = object(
  {},
  { optional: { poll: hexText(32), group: ignored, app: text({ min: 1, max: MAX_APP_TEXT }) } },
);
const memberOptions = object({}, { optional: { scope: scopes } });

/** Throws WireError where the text is no call. */
export function readCall(methodText: string, paramsText: string): Call {
  const method = METHODS.find((known) => known === methodText);
  if (method === undefined) throw new WireError("wire/unknown-kind", "call.method");
  const params = parseJson(paramsText, "call.params", LIMITS);
  if (!Array.isArray(params)) throw new WireError("wire/type", "call.params");
  return readParams(method, params);
}

function readParams(method: Method, params: readonly unknown[]): Call {
  const at = <T>(shape: Shape<T>, i: number): T => shape.read(params[i], `call.params[${i}]`);
  switch (method) {
    case "getPublicKey":
      exactly(params, 0);
      return { method };
    case "signEvent":
      exactly(params, 1);
      return readSign(at(template, 0));
    case "nip04.encrypt":
    case "nip44.encrypt":
      exactly(params, 2);
      return { method, peer: at(pubkey, 0), plaintext: at(content, 1) };
    case "nip04.decrypt":
    case "nip44.decrypt":
      exactly(params, 2);
      return { method, peer: at(pubkey, 0), ciphertext: at(content, 1) };
    case "signEventAsGroupMember":
      return readMember(params);
    case "verifyGroupMemberProof":
      exactly(params, 1);
      return { method, event: params[0] };
    case "subrosa.anonymousSign":
      exactly(params, 1);
      return { method, template: at(anonymous, 0) };
    case "subrosa.deriveAlias":
      exactly(params, 2);
      return { method, peer: at(pubkey, 0), index: at(integer({ max: 0xffff_ffff }), 1) };
    case "subrosa.batchDecrypt": {
      exactly(params, 1);
      const { items, purpose } = at(batch, 0);
      return { method, items: items.map((one) => ({ ...one, scheme: one.scheme ?? "nip44" })), purpose };
    }
    default:
      return method satisfies never;
  }
}

function exactly(params: readonly unknown[], count: number): void {
  if (params.length !== count) throw new WireError("wire/length", "call.params");
}

function readSign({ pubkey: author, ...rest }: ReturnType<typeof template.read>): Call {
  return { method: "signEvent", template: rest, ...(author === undefined ? {} : { author }) };
}

function readMember(params: readonly unknown[]): Call {
  if (params.length !== 1) exactly(params, 2);
  const read = readProofTemplate(params[0]);
  // A bound that the reader of templates leaves to us: it reads what is already in memory.
  if (read.keys.some((key) => key.length > 64)) throw new WireError("wire/too-long", "call.params[0].tags");
  const scope = params.length === 2 ? memberOptions.read(params[1], "call.params[1]").scope : undefined;
  return {
    method: "signEventAsGroupMember",
    template: read,
    ...(scope === undefined ? {} : { scope: readScope(scope) }),
  };
}

function readScope(asked: ReturnType<typeof scopes.read>): AskedScope {
  const named = [asked.poll, asked.group, asked.app].filter((one) => one !== undefined);
  if (named.length !== 1) throw new WireError("wire/non-canonical", "call.params[1].scope");
  if (asked.poll !== undefined) return { poll: asked.poll as EventId };
  if (asked.app !== undefined) return { app: asked.app };
  const events: readonly unknown[] = Array.isArray(asked.group) ? asked.group : [asked.group];
  if (events.length === 0 || events.length > MAX_DIRECTORIES)
    throw new WireError("wire/too-many", "call.params[1].scope");
  return { group: events.map((event) => readSignedEvent(event)) };
}

/** The kind of event that a call signs. */
export function kindOf(call: Call): number | undefined {
  return "template" in call ? call.template.kind : undefined;
}

/** A call as it is kept while it waits: it is read again when it is taken out, so a record is never believed either. */
export function writeCall(call: Call): { readonly method: Method; readonly params: string } {
  return { method: call.method, params: JSON.stringify(paramsOf(call)) };
}

function paramsOf(call: Call): readonly unknown[] {
  switch (call.method) {
    case "getPublicKey":
      return [];
    case "signEvent":
      return [{ ...call.template, ...(call.author === undefined ? {} : { pubkey: call.author }) }];
    case "nip04.encrypt":
    case "nip44.encrypt":
      return [call.peer, call.plaintext];
    case "nip04.decrypt":
    case "nip44.decrypt":
      return [call.peer, call.ciphertext];
    case "signEventAsGroupMember": {
      const { keys, ...rest } = call.template;
      const event = { ...rest, tags: [...rest.tags, ["group-member-proof", "", ...keys]] };
      return call.scope === undefined ? [event] : [event, { scope: call.scope }];
    }
    case "verifyGroupMemberProof":
      return [call.event];
    case "subrosa.anonymousSign":
      return [call.template];
    case "subrosa.deriveAlias":
      return [call.peer, call.index];
    case "subrosa.batchDecrypt":
      return [{ items: call.items, purpose: call.purpose }];
    default:
      return call satisfies never;
  }
}
