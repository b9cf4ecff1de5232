/**
 * One conversation on this device: core's machine, and beside it what only a client knows.
 *
 *   events in: founded, told, caught-up, invited        effects out: publish, wrap-again
 *
 * Spec: docs/spec/channels.md. What core asks to read, to schedule or to move is read off the state after every step, so
 * it is no effect; what it warns of is kept for the screen. Only what must go out is durable.
 */
import type { EventId, PubkeyHex } from "@subrosa/core/bytes";
import { found, step as stepChannel } from "@subrosa/core/channel/channel";
import { moveReason } from "@subrosa/core/channel/settle";
import type {
  Channel,
  ChannelEvent,
  Step as ChannelStep,
  Effect,
  Ignored,
  MoveReason,
  Posted,
  Warning,
} from "@subrosa/core/channel/state";
import type { SignedEvent } from "@subrosa/core/nostr/event";
import type { Secret } from "@subrosa/core/secret";
import type { Machine, Step } from "../driver/driver.ts";

export interface ChannelState {
  readonly channel: Channel;
  /** Whom we have brought into the present room, beside those who have spoken: the draft has no roster. */
  readonly invited: ReadonlySet<PubkeyHex>;
  readonly warnings: ReadonlySet<Warning>;
  /** Per relay and key, up to when all was seen. */
  readonly cursors: ReadonlyMap<string, number>;
}

export type ChannelHappening =
  | {
      readonly kind: "founded";
      readonly secret: Secret;
      readonly create: Posted;
      readonly relays: readonly string[];
      readonly now: number;
    }
  | { readonly kind: "told"; readonly event: ChannelEvent }
  | { readonly kind: "invited"; readonly add: readonly PubkeyHex[]; readonly remove: readonly PubkeyHex[] }
  | { readonly kind: "caught-up"; readonly cursors: ReadonlyMap<string, number> };

export type ChannelEffect =
  | {
      readonly kind: "publish";
      readonly event: SignedEvent;
      readonly relays: readonly string[];
      /** CHANNEL-9: only to relays that forget what disappears. */
      readonly nip40: boolean;
      /** CHANNEL-10: a relay had it, and has lost it. */
      readonly again: boolean;
    }
  | { readonly kind: "wrap-again"; readonly relay: string; readonly key: PubkeyHex; readonly id: EventId };

type ChannelMachine = Machine<ChannelState, ChannelHappening, ChannelEffect, Ignored>;

export function channelMachine(initial: ChannelState): ChannelMachine {
  return { initial, step };
}

function step(state: ChannelState, event: ChannelHappening): Step<ChannelState, ChannelEffect, Ignored> {
  switch (event.kind) {
    case "founded":
      return taken(state, found(event.secret, event.create, event.relays, event.now));
    case "told":
      return followed(
        state,
        event.event,
        taken(state, stepChannel(state.channel, event.event), event.event.kind === "listed"),
      );
    case "invited": {
      const invited = new Set([...state.invited, ...event.add]);
      for (const person of event.remove) invited.delete(person);
      return { state: { ...state, invited }, effects: [] };
    }
    case "caught-up":
      return { state: { ...state, cursors: new Map([...state.cursors, ...event.cursors]) }, effects: [] };
    default:
      return event satisfies never;
  }
}

/**
 * An owner who moved took along whom he chose. To name those whom we had brought into the old room again would bring
 * back, with his next move, whom he removed.
 */
function followed<S extends Step<ChannelState, ChannelEffect, Ignored>>(
  before: ChannelState,
  event: ChannelEvent,
  after: S,
): S {
  const isOurs = event.kind === "posted";
  if (isOurs || roomOf(before.channel) === roomOf(after.state.channel)) return after;
  return { ...after, state: { ...after.state, invited: new Set() } };
}

const roomOf = (channel: Channel): EventId | undefined => ("thread" in channel ? channel.path.here.room.id : undefined);

function taken(state: ChannelState, { state: channel, effects, ignored }: ChannelStep, again = false) {
  if (ignored !== undefined && effects.length === 0) return { state, effects: [], ignored };
  const warned = effects.flatMap((effect) => (effect.kind === "warn" ? [effect.what] : []));
  const warnings = warned.length === 0 ? state.warnings : new Set([...state.warnings, ...warned]);
  return { state: { ...state, channel, warnings }, effects: effects.flatMap((effect) => durable(effect, again)) };
}

function durable(effect: Effect, again: boolean): ChannelEffect[] {
  if (effect.kind === "publish") {
    const { event, relays, nip40 } = effect;
    return [{ kind: "publish", event, relays, nip40, again }];
  }
  if (effect.kind === "wrap-again") {
    const { relay, key, id } = effect;
    return [{ kind: "wrap-again", relay, key, id }];
  }
  return [];
}

/** Why our client has to move the channel by itself, if it has to. */
export function dueMove({ channel }: ChannelState, now: number): MoveReason | undefined {
  return channel.kind === "owner" ? moveReason(channel, now) : undefined;
}

/** When the clock has to be looked at again. */
export function wakeAt({ channel }: ChannelState): number | undefined {
  if ("thread" in channel) return channel.thread.wakeAt;
  if (channel.kind !== "invited") return undefined;
  const ends = [...channel.invitations.values()].flatMap(({ expiration }) => expiration ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
