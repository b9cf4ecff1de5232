/** What a process does with what it and the others stored: to its subscribers, to its rules, and to whoever waits. */
import type { SignedEvent } from "@subrosa/core/nostr/event";
import { RULES, type Rulebook } from "../management/rulebook.ts";
import type { StoreFollower } from "../store/store.ts";

export interface FollowerPorts {
  readonly deliver: (event: SignedEvent, json: Buffer) => void;
  readonly deliverVerified: (event: SignedEvent, json: Buffer, ring: string) => void;
  readonly rulebook: Rulebook | undefined;
  readonly connections: Iterable<{ notice(text: string): void }>;
  readonly log: Record<"info" | "error", (fields: object, message: string) => void>;
  readonly onFailure: (error: unknown) => void;
}

export function followerOf(ports: FollowerPorts): StoreFollower {
  const { deliver, deliverVerified, rulebook, connections, log, onFailure } = ports;
  return {
    stored: deliver,
    ephemeral: deliver,
    verified: deliverVerified,
    changed: (name) => {
      if (name === RULES) rulebook?.reload().catch(onFailure);
    },
    turned: (illness) => {
      if (illness === undefined) log.info({}, "the store is back");
      else log.error({ reason: illness }, "the store is gone");
      const text = illness === undefined ? "what was missed comes now" : `error: ${illness}; nothing new comes now`;
      for (const connection of connections) connection.notice(text);
    },
  };
}
