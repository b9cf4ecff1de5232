import { createHash } from "node:crypto";
import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { hkdfExpand } from "../../src/hash.ts";
import { ConversationKey, decrypt, encrypt, paddedLength } from "../../src/nostr/nip44.ts";
import { Secret } from "../../src/secret.ts";

interface Pair {
  readonly sec1: string;
  readonly pub2: string;
  readonly conversation_key: string;
}
interface Message {
  readonly conversation_key: string;
  readonly nonce: string;
  readonly plaintext: string;
  readonly payload: string;
}
interface LongMessage {
  readonly conversation_key: string;
  readonly nonce: string;
  readonly pattern: string;
  readonly repeat: number;
  readonly plaintext_sha256: string;
  readonly payload_sha256: string;
}
interface MessageKeys {
  readonly nonce: string;
  readonly chacha_key: string;
  readonly chacha_nonce: string;
  readonly hmac_key: string;
}
interface Nip44File {
  readonly sha256: string;
  readonly v2: {
    readonly valid: {
      readonly get_conversation_key: readonly Pair[];
      readonly get_message_keys: { readonly conversation_key: string; readonly keys: readonly MessageKeys[] };
      readonly calc_padded_len: readonly (readonly [number, number])[];
      readonly encrypt_decrypt: readonly (Message & { readonly sec1: string; readonly sec2: string })[];
      readonly encrypt_decrypt_long_msg: readonly LongMessage[];
    };
    readonly invalid: {
      readonly encrypt_msg_lengths: readonly number[];
      readonly get_conversation_key: readonly (Omit<Pair, "conversation_key"> & { readonly note: string })[];
      readonly decrypt: readonly (Message & { readonly note: string })[];
    };
  };
}

const { valid, invalid } = readVectors<Nip44File>("nip44.json").v2;
const bytes = (hex: string): Uint8Array => fromHex(hex)!;
const keyFrom = (hex: string): ConversationKey => ConversationKey.fromBytes(bytes(hex));
const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

vectorTests("NIP-44 conversation key", valid.get_conversation_key, ({ sec1, pub2, conversation_key }) => {
  const key = ConversationKey.between(Secret.from(bytes(sec1), curve), bytes(pub2), curve);
  expect(toHex(key!.expose())).toBe(conversation_key);
});

vectorTests("NIP-44 message keys", valid.get_message_keys.keys, ({ nonce, chacha_key, chacha_nonce, hmac_key }) => {
  const expanded = hkdfExpand(bytes(valid.get_message_keys.conversation_key), bytes(nonce), 76);
  expect(toHex(expanded)).toBe(chacha_key + chacha_nonce + hmac_key);
});

vectorTests("NIP-44 padded length", valid.calc_padded_len, ([length, padded]) => {
  expect(paddedLength(length)).toBe(padded);
});

vectorTests("NIP-44 message", valid.encrypt_decrypt, ({ sec1, sec2, conversation_key, nonce, plaintext, payload }) => {
  const [first, second] = [Secret.from(bytes(sec1), curve), Secret.from(bytes(sec2), curve)];
  const key = ConversationKey.between(first, second.pubkey, curve)!;
  expect(toHex(key.expose())).toBe(conversation_key);
  expect(toHex(ConversationKey.between(second, first.pubkey, curve)!.expose())).toBe(conversation_key);
  expect(encrypt(plaintext, key, bytes(nonce))).toBe(payload);
  expect(decrypt(payload, key)).toEqual({ ok: true, plaintext });
});

vectorTests("NIP-44 long message", valid.encrypt_decrypt_long_msg, (vector) => {
  const plaintext = vector.pattern.repeat(vector.repeat);
  expect(sha256Hex(plaintext)).toBe(vector.plaintext_sha256);
  const key = keyFrom(vector.conversation_key);
  const payload = encrypt(plaintext, key, bytes(vector.nonce));
  expect(sha256Hex(payload)).toBe(vector.payload_sha256);
  expect(decrypt(payload, key)).toEqual({ ok: true, plaintext });
});

const lengths = invalid.encrypt_msg_lengths.map((length) => ({ length, why: `${length} bytes cannot be sent` }));
vectorTests("NIP-44 length", lengths, ({ length }) => {
  const code = length === 0 ? "usage/length" : "usage/too-long";
  expect(() => encrypt("a".repeat(length), keyFrom("1".repeat(64)), new Uint8Array(32))).toThrow(
    expect.objectContaining({ code }),
  );
});

vectorTests("NIP-44 refused key", invalid.get_conversation_key, ({ sec1, pub2, note }) => {
  const derive = () => ConversationKey.between(Secret.from(bytes(sec1), curve), bytes(pub2), curve);
  if (note.startsWith("sec1")) expect(derive).toThrow(expect.objectContaining({ name: "UsageError" }));
  else expect(derive()).toBe(undefined);
});

const REASONS: Readonly<Record<string, string>> = {
  "unknown encryption version": "nip44-version",
  "unknown encryption version 0": "nip44-version",
  "invalid base64": "nip44-encoding",
  "invalid MAC": "nip44-mac",
  "invalid padding": "nip44-padding",
};
vectorTests("NIP-44 refused payload", invalid.decrypt, ({ conversation_key, payload, note }) => {
  const reason = REASONS[note] ?? "nip44-length";
  expect(decrypt(payload, keyFrom(conversation_key))).toEqual({ ok: false, reason });
});

test("vectors/nip44.json holds the public file unchanged: its hash is the one that NIP-44 prints", () => {
  const { sha256, v2 } = readVectors<Nip44File>("nip44.json");
  const listOf = (items: readonly unknown[], indent: string): string =>
    `[\n${items.map((item) => `${indent}  ${leafObject(item as object, `${indent}  `)}`).join(",\n")}\n${indent}]`;
  const leafObject = (item: object, indent: string): string =>
    `{\n${Object.entries(item)
      .map(([name, value]) => `${indent}  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(",\n")}\n${indent}}`;
  const pairs = v2.valid.calc_padded_len.map(([from, to]) => `        [${from}, ${to}]`).join(",\n");
  const { conversation_key, keys } = v2.valid.get_message_keys;
  const file = `{
  "v2": {
    "valid": {
      "get_conversation_key": ${listOf(v2.valid.get_conversation_key, "      ")},
      "get_message_keys": {
        "conversation_key": "${conversation_key}",
        "keys": ${listOf(keys, "        ")}
      },
      "calc_padded_len": [\n${pairs}\n      ],
      "encrypt_decrypt": ${listOf(v2.valid.encrypt_decrypt, "      ")},
      "encrypt_decrypt_long_msg": ${listOf(v2.valid.encrypt_decrypt_long_msg, "      ")}
    },
    "invalid": {
      "encrypt_msg_lengths": [${v2.invalid.encrypt_msg_lengths.join(", ")}],
      "get_conversation_key": ${listOf(v2.invalid.get_conversation_key, "      ")},
      "decrypt": ${listOf(v2.invalid.decrypt, "      ")}
    }
  }
}
`;
  expect(sha256Hex(file)).toBe(sha256);
});
