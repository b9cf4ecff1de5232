/** Somebody who is not at a page: the client itself, in this process, saying whatever the test has him say. */
import { systemClock, systemRandom } from "@subrosa/client/ports";
import { connectNode } from "@subrosa/client/relay/connect-node";
import { Network } from "@subrosa/client/relay/network";
import { verifyInPlace } from "@subrosa/client/relay/verify-in-place";
import { ownIdentity } from "@subrosa/client/session/identity";
import { openSession, type Session } from "@subrosa/client/session/session";
import { openMemoryStore } from "@subrosa/client/store/memory-store";
import { type EventTemplate, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { drawMemberKeys, signAsGroupMember } from "@subrosa/core/proof/sign";
import { Secret } from "@subrosa/core/secret";
import { openCurve } from "@subrosa/curve/open-curve";

export const curve = openCurve();

export class Stranger implements AsyncDisposable {
  readonly session: Session;
  readonly relay: string;
  readonly secret: Secret;
  readonly #network: Network;

  private constructor(session: Session, relay: string, secret: Secret, network: Network) {
    this.session = session;
    this.relay = relay;
    this.secret = secret;
    this.#network = network;
  }

  static async at(relay: string): Promise<Stranger> {
    const secret = Secret.from(systemRandom(32), curve);
    const common = { clock: systemClock, random: systemRandom, curve };
    const network = new Network({ ...common, connect: connectNode, verify: verifyInPlace(curve, systemRandom) });
    const store = openMemoryStore(new Map());
    const session = await openSession({ ...common, store, identity: ownIdentity(secret), network, relays: [relay] });
    return new Stranger(session, relay, secret, network);
  }

  /** Published as nobody; resolves when the relay has it. */
  async publish(events: readonly VerifiedEvent[]): Promise<void> {
    using sockets = this.#network.anonymously();
    for (let i = 0; i < events.length; i += 50) {
      const some = events.slice(i, i + 50).map((event) => sockets.publish([this.relay], event));
      for (const [result] of await Promise.all(some)) {
        if (result?.outcome !== "accepted") throw new Error(`the relay did not take it: ${result?.outcome}`);
      }
    }
  }

  post(content: string, keys: readonly string[], createdAt = systemClock.now()): VerifiedEvent {
    const template = { kind: 1, created_at: createdAt, tags: [], content, keys };
    return signAsGroupMember(template, drawMemberKeys(this.secret, systemRandom), curve);
  }

  sign(template: EventTemplate): VerifiedEvent {
    return signEvent(template, this.secret, systemRandom(32), curve);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
    this.#network[Symbol.dispose]();
  }
}
