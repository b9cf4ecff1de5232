/** NIP-86 over HTTP: one signed call in, one result or one sentence out. Only the operator's keys are heard. */
import type { Curve } from "@subrosa/core/curve/curve";
import { WireError } from "@subrosa/core/errors";
import { parseJson } from "@subrosa/core/json";
import { CallError, call, type ManagementPorts } from "./methods.ts";
import { senderOf } from "./nip98.ts";

export const RPC_TYPE = "application/nostr+json+rpc";
const MAX_BODY = 1 << 16;

export interface EndpointInputs extends ManagementPorts {
  readonly admins: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly curve: Curve;
  readonly clock: () => number;
}

export async function manage(request: Request, inputs: EndpointInputs): Promise<Response> {
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > MAX_BODY) return reply(413, { error: "the call is too long" });
  const url = new URL(request.url);
  const signed = {
    authorization: request.headers.get("authorization") ?? undefined,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    body,
  };
  const sender = senderOf(signed, inputs.hosts, inputs.curve, inputs.clock());
  if (!sender.ok) return reply(401, { error: sender.why });
  if (!inputs.admins.has(sender.pubkey)) return reply(403, { error: "this key does not manage this relay" });
  try {
    const { method, params } = readCall(Buffer.from(body).toString());
    return reply(200, { result: await call(method, params, inputs) });
  } catch (error) {
    if (error instanceof CallError || error instanceof WireError) return reply(400, { error: error.message });
    throw error;
  }
}

function readCall(text: string): { method: string; params: readonly unknown[] } {
  const value = parseJson(text, "call", { maxLength: MAX_BODY, maxDepth: 4 });
  const { method, params = [] } = (value ?? {}) as { readonly method?: unknown; readonly params?: unknown };
  if (typeof method !== "string" || !Array.isArray(params)) throw new CallError("a call is { method, params }");
  return { method, params };
}

function reply(status: number, body: object): Response {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers });
}
