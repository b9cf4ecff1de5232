/** The page that people see who open the relay's address in a browser: what this is, and how it is doing. No script. */
import type { Config } from "../config.ts";
import { type InformationExtra, supportedNips } from "./information.ts";
import type { Figures } from "./metrics.ts";

export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

export function page(config: Config, figures: Figures, extra: InformationExtra): string {
  const rows: readonly [string, string][] = [
    ["events kept", count(figures.eventsStored)],
    ["taken since the start", count(figures.accepted)],
    ["refused", count(figures.refused)],
    ["connections", count(figures.connections)],
    ["subscriptions", count(figures.subscriptions)],
    ["running for", duration(figures.uptimeSeconds)],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(config.name)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: 2rem 0; }
dt { opacity: .7; } dd { margin: 0; font-variant-numeric: tabular-nums; }
small { opacity: .7; }
</style>
</head>
<body>
<h1>${escaped(config.name)}</h1>
<p>${escaped(config.description)}</p>
<p>This is a Nostr relay. Open it with a Nostr client; ${
    config.urls[0] === undefined
      ? "its address is the one in your browser, with ws:// or wss://"
      : `its address is <code>${escaped(config.urls[0])}</code>`
  }.</p>
<dl>${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join("")}</dl>
<small>NIPs ${supportedNips(extra).join(", ")}. Private messages are served to their recipients only. Nothing is written down about who asks for what.</small>
</body>
</html>
`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  const minutes = Math.floor(seconds / 60);
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
