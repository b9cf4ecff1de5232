/** A secret key as text, to standard output or into a file that only its owner may read. */
import { closeSync, openSync, writeSync } from "node:fs";
import { toHex } from "@subrosa/core/bytes";
import { encodeNcryptsec, type KeySecurity } from "@subrosa/core/nostr/nip49";
import { encodeNsec } from "@subrosa/core/nostr/nsec";
import type { Secret } from "@subrosa/core/secret";
import type { Tools } from "../../command.ts";
import type { Given } from "../../given.ts";
import { npubOf, pubkeyOf } from "../../names.ts";
import type { Option } from "../../option.ts";

export const KEY_FORMS = ["nsec", "hex", "ncryptsec"] as const;
export type KeyForm = (typeof KEY_FORMS)[number];

export const OUT_OPTION: Option = { flags: "-o, --out <file>", about: "into a new file that only you may read" };

const LOG_N = 17;

export async function showKey(
  secret: Secret,
  form: KeyForm,
  given: Given,
  tools: Tools,
  security: KeySecurity,
): Promise<void> {
  const { screen } = tools;
  const text = await keyAs(secret, form, given, tools, security);
  const pubkey = pubkeyOf(secret);
  const out = given.text("out");
  const shown = { type: "key", pubkey, npub: npubOf(pubkey) };
  if (out !== undefined) {
    writeNew(out, `${text}\n`);
    screen.result({ ...shown, form, file: out }, npubOf(pubkey));
    screen.note(`The secret key is in ${out}.`);
    return;
  }
  screen.result({ ...shown, form, [form]: text }, npubOf(pubkey), text);
  if (form !== "ncryptsec") screen.note("Whoever reads the second line can speak as you.");
}

async function keyAs(
  secret: Secret,
  form: KeyForm,
  given: Given,
  { secrets, host }: Tools,
  security: KeySecurity,
): Promise<string> {
  if (form === "nsec") return encodeNsec(secret);
  if (form === "hex") {
    const bytes = secret.expose();
    const text = toHex(bytes);
    bytes.fill(0);
    return text;
  }
  const passphrase = await secrets.newPassphrase(given);
  return encodeNcryptsec(secret, passphrase, { logN: LOG_N, security, salt: host.random(16), nonce: host.random(24) });
}

/** Never over a file that is there. */
export function writeNew(path: string, text: string | Uint8Array): void {
  const file = openSync(path, "wx", 0o600);
  try {
    if (typeof text === "string") writeSync(file, text);
    else for (let at = 0; at < text.length; ) at += writeSync(file, text, at);
  } finally {
    closeSync(file);
  }
}
