/**
 * How a scope is asked for (docs/spec/member-proofs.md, PROOF-7): what to link within, never the scope's text itself.
 * The ring's name is written in by whoever signs; the origin by the provider, never by the page.
 */
import type { EventId } from "../bytes.ts";
import type { Ring } from "../ring/ring.ts";
import type { GroupRing } from "./directory.ts";
import type { Scope } from "./scope.ts";

export type ScopeRequest =
  | { readonly poll: EventId }
  /** The directory's ring, resolved from its events in hand; signed only over exactly this ring. */
  | { readonly group: GroupRing }
  | { readonly app: { readonly origin: string; readonly text: string } };

export function scopeFor(request: ScopeRequest, { name }: Ring): Scope {
  if ("poll" in request) return { space: "poll", poll: request.poll, ring: name };
  if ("group" in request) return { space: "group", directory: request.group.address };
  const { origin, text } = request.app;
  return { space: "app", origin, text, ring: name };
}
