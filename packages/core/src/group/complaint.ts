/**
 * A complaint: proof that a rotation hands its author no group secret (docs/spec/groups.md GROUP-15).
 *
 *   z = victim·lift(alias)      the ECDH point that finds and opens the one wrap made for the victim
 *   dleq                        BIP-374: z is really his, over the id of the event complained about
 *
 * Alias keys live for one event, so the point opens that one wrap and nothing else. A victim's client makes a
 * complaint only after seeing that it truly cannot open: the point of a good wrap would hand the secret to everybody
 * who can read the complaint, and so `complain` refuses it.
 */
import { concat, fromHex, type PubkeyHex, toHex } from "../bytes.ts";
import type { Curve, RandomSource } from "../curve/curve.ts";
import type { VerifiedEvent } from "../nostr/event.ts";
import { ConversationKey } from "../nostr/nip44.ts";
import type { Secret } from "../secret.ts";
import { generator, proveDleq, verifyDleq } from "./dleq.ts";
import { memberAddress, openWrap } from "./group-key.ts";
import { readRosterTags } from "./wire.ts";
import type { Complaint } from "./words.ts";

const lift = (key: PubkeyHex): Uint8Array => concat(Uint8Array.of(2), fromHex(key)!);

/** Undefined where the wrap is good. `ek` is the encryption key to which the event's author had to wrap, if any. */
export function complain(
  target: VerifiedEvent,
  victim: Secret,
  ek: Secret | undefined,
  random: RandomSource,
  curve: Curve,
): Complaint | undefined {
  const { key, members } = readRosterTags(target);
  const own = [victim, ...(ek === undefined ? [] : [ek])];
  const points = own.map((secret) => {
    const statement = { B: lift(target.pubkey), G: generator(curve), message: fromHex(target.id)! };
    return proveDleq(secret.expose(), statement, random(32), curve)!;
  });
  const conversations = points.map(({ C }) => ConversationKey.fromSharedX(C.subarray(1)));
  const address = memberAddress(points[0]!.C.subarray(1), curve);
  if (openWrap(members, address, conversations, key, curve).ok) return undefined;
  const [real, encryption] = points;
  const proof = { target: target.id, z: toHex(real!.C), dleq: toHex(real!.proof) };
  return encryption === undefined ? proof : { ...proof, ekz: toHex(encryption.C), ekdleq: toHex(encryption.proof) };
}

/** True where it is proved that `target` hands `victim` nothing, two wraps or a wrong one. False proves nothing. */
export function provesFault(
  complaint: Complaint,
  victim: PubkeyHex,
  target: VerifiedEvent,
  ek: PubkeyHex | undefined,
  curve: Curve,
): boolean {
  if (complaint.target !== target.id) return false;
  const statement = { B: lift(target.pubkey), G: generator(curve), message: fromHex(target.id)! };
  const holds = (key: PubkeyHex, point: string, proof: string): Uint8Array | undefined => {
    const C = fromHex(point, 33)!;
    return verifyDleq({ ...statement, A: lift(key), C }, fromHex(proof, 64)!, curve) ? C.subarray(1) : undefined;
  };
  const x = holds(victim, complaint.z, complaint.dleq);
  if (x === undefined) return false;
  const conversations = [ConversationKey.fromSharedX(x)];
  if (ek !== undefined) {
    // GROUP-21: it was wrapped to this key, so without its point nothing is shown.
    const { ekz, ekdleq } = complaint;
    const other = ekz === undefined || ekdleq === undefined ? undefined : holds(ek, ekz, ekdleq);
    if (other === undefined) return false;
    conversations.push(ConversationKey.fromSharedX(other));
  }
  const { key, members } = readRosterTags(target);
  return !openWrap(members, memberAddress(x, curve), conversations, key, curve).ok;
}
