/**
 * One gift wrap, opened once, and read as what it is: an alias event, a message between aliases, or an event of 0xchat's
 * later form.
 *
 * Spec: docs/spec/alias.md §3 to §5. The kind inside decides who reads; every reader checks again that the wrap was
 * opened by the key it must be for. Wraps of other protocols are refused, so that others may try.
 */
import type { Curve } from "../curve/curve.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import type { AliasFault } from "./fault.ts";
import type { AliasKeyring } from "./keyring.ts";
import { type KnownPair, MESSAGE, type Message, type MessageFault, readOpenedMessage } from "./message.ts";
import { OpenedWrap } from "./opened-wrap.ts";
import { isLaterForm, readOpenedSessionEvent, type SessionEvent } from "./oxchat-v2.ts";
import { type ReadExchange, type ReadPolicy, readOpened } from "./read-exchange.ts";

export type InboxItem =
  | { readonly kind: "exchange"; readonly exchange: Extract<ReadExchange, { ok: true }> }
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "session"; readonly event: SessionEvent }
  | { readonly kind: "refused"; readonly reason: AliasFault | MessageFault };

export interface InboxPolicy extends ReadPolicy {
  readonly isPair: KnownPair;
}

export function readInbox(wrapped: VerifiedEvent, keys: AliasKeyring, policy: InboxPolicy, curve: Curve): InboxItem {
  const verdict = OpenedWrap.open(wrapped, keys, curve);
  if (!verdict.ok) return { kind: "refused", reason: verdict.reason };
  const { opened } = verdict;
  if (opened.rumor.kind === MESSAGE) {
    const read = readOpenedMessage(opened, keys, policy.isPair);
    return read.ok ? { kind: "message", message: read.message } : { kind: "refused", reason: read.reason };
  }
  if (isLaterForm(opened.rumor)) {
    const read = readOpenedSessionEvent(opened, keys.pubkey);
    return read.ok ? { kind: "session", event: read.event } : { kind: "refused", reason: read.reason };
  }
  const exchange = readOpened(opened, keys, policy, curve);
  return exchange.ok ? { kind: "exchange", exchange } : { kind: "refused", reason: exchange.reason };
}
