/** A signer with the key in this process: what an account of the command line has, or a page without an extension. */
import { fromHex, type PubkeyHex, pubkeyHex, toHex } from "@subrosa/core/bytes";
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { UsageError } from "@subrosa/core/errors";
import { plain, signEvent } from "@subrosa/core/nostr/event";
import { encryptNip04, openNip04Content } from "@subrosa/core/nostr/nip04";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import type { Secret } from "@subrosa/core/secret";
import type { Nip07Signer } from "./signer.ts";

/** The secret stays the caller's, who wipes it when the account is closed. */
export function localSigner(secret: Secret, random: RandomSource, curve: Curve): Nip07Signer {
  const between = (peer: string): ConversationKey => {
    const key = ConversationKey.between(secret, fromHex(keyOf(peer))!, curve);
    if (key === undefined) throw new UsageError("usage/point", "that key is not on the curve");
    return key;
  };
  return {
    getPublicKey: () => toHex(secret.pubkey),
    signEvent: ({ kind, created_at, tags, content }) =>
      plain(signEvent({ kind, created_at, tags, content }, secret, random(32), curve)),
    nip04: {
      encrypt: (peer, plaintext) => encryptNip04(plaintext, secret, keyOf(peer), random(16), curve),
      decrypt: (peer, ciphertext) => {
        const plaintext = openNip04Content(ciphertext, secret, keyOf(peer), curve);
        if (plaintext === undefined) throw new UsageError("usage/secret", "this text is not for this key");
        return plaintext;
      },
    },
    nip44: {
      encrypt: (peer, plaintext) => {
        using key = between(peer);
        return encrypt(plaintext, key, random(32));
      },
      decrypt: (peer, ciphertext) => {
        using key = between(peer);
        const opened = decrypt(ciphertext, key);
        if (!opened.ok) throw new UsageError("usage/secret", "this text is not for this key");
        return opened.plaintext;
      },
    },
  };
}

function keyOf(text: string): PubkeyHex {
  const pubkey = pubkeyHex(text);
  if (pubkey === undefined) throw new UsageError("usage/point", "name the other key as 64 lowercase hex digits");
  return pubkey;
}
