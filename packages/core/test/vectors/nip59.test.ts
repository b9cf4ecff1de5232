import { fixedBytes, strictRandom } from "@subrosa/testkit/strict-random";
import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import { fromHex, pubkeyHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { plain, type Rumor, readRumor, type SignedEvent, VerifiedEvent } from "../../src/nostr/event.ts";
import { openWrap, seal, wrap } from "../../src/nostr/nip59.ts";
import { Secret } from "../../src/secret.ts";

interface WrapCase {
  readonly author: string;
  readonly recipient: string;
  readonly wrapper: string;
  readonly rumor: Rumor;
  readonly seal: SignedEvent;
  readonly wrap: SignedEvent;
}

const { cases } = readVectors<{ readonly cases: readonly WrapCase[] }>("nip59.json");
const secretOf = (hex: string): Secret => Secret.from(fromHex(hex)!, curve);

function verified(value: SignedEvent): VerifiedEvent {
  const verdict = VerifiedEvent.check(value, curve);
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.event;
}

/** NIP-44 keeps its nonce in the clear, at bytes 1 to 32. */
const nonceOf = (payload: string): Uint8Array => new Uint8Array(Buffer.from(payload, "base64").subarray(1, 33));

vectorTests("NIP-59 opens the example", cases, (example) => {
  const opened = openWrap(verified(example.wrap), secretOf(example.recipient), curve);
  expect(opened).toMatchObject({ ok: true, rumor: example.rumor });
  expect(opened.ok && plain(opened.seal)).toEqual(example.seal);
});

vectorTests("NIP-59 seals and wraps under the example's keys, times and nonces", cases, (example) => {
  const recipient = pubkeyHex(example.wrap.tags[0]?.[1])!;
  const aux = new Uint8Array(32);
  const random = strictRandom(
    [32, 32, 32, 32],
    fixedBytes(nonceOf(example.seal.content), aux, nonceOf(example.wrap.content), aux),
  );
  const sealed = seal(
    readRumor(example.rumor),
    { author: secretOf(example.author), recipient, created_at: example.seal.created_at },
    random.source,
    curve,
  );
  const wrapped = wrap(
    JSON.stringify(plain(sealed)),
    { oneTime: secretOf(example.wrapper), recipient, created_at: example.wrap.created_at },
    random.source,
    curve,
  );
  random.finish();
  expect(wrapped).toMatchObject({ kind: 1059, pubkey: example.wrap.pubkey, tags: example.wrap.tags });
  expect(sealed.pubkey).toBe(example.seal.pubkey);
  expect(nonceOf(wrapped.content)).toEqual(nonceOf(example.wrap.content));
  expect(openWrap(wrapped, secretOf(example.recipient), curve)).toMatchObject({ ok: true, rumor: example.rumor });
});
