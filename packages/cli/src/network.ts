/** Sockets of a command that has no account: opened for it, closed with it. */
import { Network } from "@subrosa/client/relay/network";
import { verifyInPlace } from "@subrosa/client/relay/verify-in-place";
import type { Curve } from "@subrosa/core/curve/curve";
import type { Host } from "./host.ts";

export function openNetwork({ host, curve }: { readonly host: Host; readonly curve: Curve }): Network {
  const { connect, clock, random } = host;
  return new Network({ connect, clock, random, verify: verifyInPlace(curve, random) });
}
