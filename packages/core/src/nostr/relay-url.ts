/**
 * One relay, one spelling: `WSS://Relay.Example:443` and `wss://relay.example/` are the same.
 *
 * Written by hand because core has no URL class. Scheme and host are lowered, the default port and the slash at the
 * end dropped; path and query stay as they are. Refused: other schemes, users and passwords, fragments, anything that
 * is not printable ASCII (an international name comes as punycode).
 */
import type { Brand } from "../bytes.ts";

export type RelayUrl = Brand<string, "RelayUrl">;

const MAX_LENGTH = 1_024;
const SHAPE = /^(wss?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9_.-]*[a-z0-9_])?\.?)(?::([0-9]{1,5}))?([/?][!-"$-~]*)?$/i;

/** Undefined where it is not the URL of a relay. */
export function relayUrl(text: string): RelayUrl | undefined {
  const parts = text.length > MAX_LENGTH ? null : SHAPE.exec(text);
  const [, scheme = "", host = "", port, rest = ""] = parts ?? [];
  if (parts === null || host.includes("..")) return undefined;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65_535)) return undefined;
  const secure = scheme.toLowerCase() === "wss";
  const shown = number === undefined || number === (secure ? 443 : 80) ? "" : `:${number}`;
  return `${secure ? "wss" : "ws"}://${host.toLowerCase().replace(/\.$/, "")}${shown}${trimmed(rest)}` as RelayUrl;
}

/** The path without slashes at its end, and the query as it is. */
function trimmed(rest: string): string {
  const query = rest.indexOf("?");
  const path = query === -1 ? rest : rest.slice(0, query);
  return path.replace(/\/+$/, "") + (query === -1 ? "" : rest.slice(query));
}
