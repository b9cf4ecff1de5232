/** Figures for machines, in Prometheus' text format, and for the page. Counters only: no content, no addresses. */

export interface Figures {
  readonly connections: number;
  readonly subscriptions: number;
  readonly eventsStored: number;
  readonly bytesStored: number;
  readonly accepted: number;
  readonly refused: number;
  readonly delivered: number;
  readonly inFlight: number;
  readonly queriesWaiting: number;
  readonly residentBytes: number;
  readonly uptimeSeconds: number;
}

const DESCRIPTIONS: Readonly<Record<keyof Figures, readonly [name: string, type: "counter" | "gauge", help: string]>> =
  {
    connections: ["relay_connections", "gauge", "open connections"],
    subscriptions: ["relay_subscriptions", "gauge", "live subscriptions"],
    eventsStored: ["relay_events", "gauge", "events stored"],
    bytesStored: ["relay_event_bytes", "gauge", "bytes of stored events"],
    accepted: ["relay_events_accepted_total", "counter", "events answered with OK true"],
    refused: ["relay_events_refused_total", "counter", "events answered with OK false"],
    delivered: ["relay_events_delivered_total", "counter", "live deliveries"],
    inFlight: ["relay_events_in_flight", "gauge", "events waiting for their answer"],
    queriesWaiting: ["relay_queries_waiting", "gauge", "connections with a query at work"],
    residentBytes: ["process_resident_memory_bytes", "gauge", "resident memory"],
    uptimeSeconds: ["process_uptime_seconds", "gauge", "seconds since the start"],
  };

export function prometheus(figures: Figures): string {
  const lines: string[] = [];
  for (const key of Object.keys(DESCRIPTIONS) as (keyof Figures)[]) {
    const [name, type, help] = DESCRIPTIONS[key];
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${figures[key]}`);
  }
  return `${lines.join("\n")}\n`;
}
