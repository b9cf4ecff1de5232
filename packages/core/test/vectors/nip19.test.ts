import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect } from "vitest";
import { fromHex, toHex } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { decodeEntity, type Entity, encodeEntity } from "../../src/nostr/nip19.ts";
import { decodeUri, encodeUri } from "../../src/nostr/nip21.ts";
import { decodeNsec, encodeNsec } from "../../src/nostr/nsec.ts";
import { Secret } from "../../src/secret.ts";

interface Refused {
  readonly text: string;
  readonly error: string;
}
interface Nip19File {
  readonly valid: readonly { readonly text: string; readonly value: Entity }[];
  readonly invalid: readonly Refused[];
  readonly secrets: readonly { readonly text: string; readonly secret: string }[];
  readonly refusedSecrets: readonly Refused[];
}

const file = readVectors<Nip19File>("nip19.json");

vectorTests("NIP-19", file.valid, ({ text, value }) => {
  expect(decodeEntity(text)).toEqual(value);
  expect(decodeEntity(encodeEntity(value))).toEqual(value);
  expect(decodeUri(`nostr:${text}`)).toEqual(value);
  expect(decodeUri(encodeUri(value))).toEqual(value);
});

vectorTests("NIP-19 example, written as it was read", file.valid.slice(0, 5), ({ text, value }) => {
  expect(encodeEntity(value)).toBe(text);
});

vectorTests("NIP-19 refuses", file.invalid, ({ text, error }) => {
  expect(() => decodeEntity(text)).toThrow(expect.objectContaining({ name: "WireError", code: error }));
});

vectorTests("NIP-19 nsec", file.secrets, ({ text, secret: hex }) => {
  const bytes = fromHex(hex)!;
  const secret = decodeNsec(text, curve);
  const isEven = curve.baseMultiply(bytes)[0] === 2;
  expect(toHex(secret.expose())).toBe(toHex(isEven ? bytes : curve.scalarNegate(bytes)));
  expect(toHex(secret.pubkey)).toBe(toHex(Secret.from(bytes, curve).pubkey));
  if (isEven) expect(encodeNsec(secret)).toBe(text);
  else expect(toHex(decodeNsec(encodeNsec(secret), curve).pubkey)).toBe(toHex(secret.pubkey));
});

vectorTests("NIP-19 refuses the nsec", file.refusedSecrets, ({ text, error }) => {
  expect(() => decodeNsec(text, curve)).toThrow(expect.objectContaining({ name: "WireError", code: error }));
});
