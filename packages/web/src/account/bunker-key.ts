/** Introduces this page to a bunker and learns whose key it holds; the key that speaks for us there is new. */
import { systemClock, systemRandom } from "@subrosa/client/ports";
import type { Connect } from "@subrosa/client/relay/connect";
import { Network } from "@subrosa/client/relay/network";
import { verifyInPlace } from "@subrosa/client/relay/verify-in-place";
import type { NewAccountKey } from "@subrosa/client/session/account";
import type { IdentityReason } from "@subrosa/client/session/identity";
import { type BunkerAddress, BunkerRefused, openBunker } from "@subrosa/client/signer/bunker";
import { openSigner } from "@subrosa/client/signer/signer";
import type { Curve } from "@subrosa/core/curve/curve";
import { Secret } from "@subrosa/core/secret";

export async function bunkerKey(
  address: BunkerAddress,
  curve: Curve,
  connect: Connect,
): Promise<NewAccountKey | IdentityReason> {
  const common = { clock: systemClock, random: systemRandom, curve };
  using network = new Network({ ...common, connect, verify: verifyInPlace(curve, systemRandom) });
  const client = Secret.from(systemRandom(32), curve);
  try {
    using line = await openBunker({ address, client, network, ...common });
    const opening = await openSigner(line, curve);
    if (!opening.ok) return opening.reason;
    return { kind: "bunker", pubkey: opening.signer.pubkey, address, client };
  } catch (cause) {
    if (!(cause instanceof BunkerRefused)) throw cause;
    return cause.reason === "refused" ? "bunker-refused" : "bunker-silent";
  }
}
