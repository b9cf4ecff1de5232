/** Sockets of a command that has no account: opened for it, closed with it. */
import { Network } from "@subrosa/client/relay/network";
import { verifyInPlace } from "@subrosa/client/relay/verify-in-place";
import type { Tools } from "./command.ts";

export function openNetwork({ host, curve }: Pick<Tools, "host" | "curve">): Network {
  const { connect, clock, random } = host;
  return new Network({ connect, clock, random, verify: verifyInPlace(curve, random) });
}
