import { readVectors, vectorTests } from "@subrosa/testkit/vectors";
import { expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../../src/bytes.ts";
import { nobleCurve as curve } from "../../src/curve/noble.ts";
import { decodeNcryptsec, type KeySecurity } from "../../src/nostr/nip49.ts";
import { Secret } from "../../src/secret.ts";

interface Nip49File {
  readonly normalisation: { readonly password: string; readonly nfkc: string; readonly utf8: string };
  readonly valid: readonly {
    readonly text: string;
    readonly password: string;
    readonly secret: string;
    readonly logN: number;
    readonly security: KeySecurity;
  }[];
  readonly invalid: readonly { readonly text: string; readonly password: string; readonly reason: string }[];
}

const file = readVectors<Nip49File>("nip49.json");

vectorTests("NIP-49", file.valid, ({ text, password, secret, logN, security }) => {
  const opened = decodeNcryptsec(text, password, curve);
  expect(opened).toMatchObject({ ok: true, logN, security });
  const expected = Secret.from(fromHex(secret)!, curve);
  if (opened.ok) expect(toHex(opened.secret.expose())).toBe(toHex(expected.expose()));
});

vectorTests("NIP-49 refuses", file.invalid, ({ text, password, reason }) => {
  expect(decodeNcryptsec(text, password, curve)).toEqual({ ok: false, reason });
});

test("NIP-49: the two spellings of the text's password are one after normalisation", () => {
  const { password, nfkc, utf8: bytes } = file.normalisation;
  expect(password).not.toBe(nfkc);
  expect(password.normalize("NFKC")).toBe(nfkc);
  expect(toHex(utf8(nfkc))).toBe(bytes);
});
