import { fromHex } from "@subrosa/core/bytes";
import { plain } from "@subrosa/core/nostr/event";
import { ConversationKey, decrypt, encrypt } from "@subrosa/core/nostr/nip44";
import { FakeRelay } from "@subrosa/testkit/fake-relay";
import { seededRandom } from "@subrosa/testkit/random";
import { expect, test } from "vitest";
import { Network } from "../../src/relay/network.ts";
import { type BunkerOptions, openBunker, readBunkerAddress } from "../../src/signer/bunker.ts";
import { localSigner } from "../../src/signer/local-signer.ts";
import { openSigner } from "../../src/signer/signer.ts";
import { curve, fastClock, person, relayOptions } from "./relay-stage.ts";

const user = person("user of the bunker");
const remote = person("remote signer");
const client = person("client key");
const template = { kind: 1, created_at: 1_700_000_000, tags: [], content: "signed far away" };

type Request = { readonly id: string; readonly method: string; readonly params: readonly string[] };
type Answer = { readonly result?: string; readonly error?: string };

/** Serves requests as NIP-46 says, at the relay itself; `say` may answer otherwise. */
function serve(fake: FakeRelay, say: (request: Request) => readonly Answer[] | undefined = () => undefined): Request[] {
  const heard: Request[] = [];
  const random = seededRandom("bunker");
  const signer = localSigner(user.secret, random, curve);
  const key = ConversationKey.between(remote.secret, fromHex(client.pubkey)!, curve)!;
  const answerTo = (request: Request): readonly Answer[] => {
    const [first = "", second = ""] = request.params;
    switch (request.method) {
      case "connect":
        return [{ result: "ack" }];
      case "get_public_key":
        return [{ result: user.pubkey }];
      case "sign_event":
        return [{ result: JSON.stringify(plain(user.sign(JSON.parse(first)))) }];
      case "nip44_encrypt":
        return [{ result: signer.nip44?.encrypt(first, second) as string }];
      default:
        return [{ error: "not here" }];
    }
  };
  fake.misbehaviour.refuse = (event) => {
    if (event.kind !== 24_133 || event.pubkey !== client.pubkey) return undefined;
    const opened = decrypt(event.content, key);
    const request = JSON.parse(opened.ok ? opened.plaintext : "") as Request;
    heard.push(request);
    for (const answer of say(request) ?? answerTo(request)) {
      const content = encrypt(JSON.stringify({ id: request.id, ...answer }), key, random(32));
      const created_at = Math.floor(Date.now() / 1000);
      setImmediate(() => fake.add(remote.sign({ kind: 24_133, created_at, tags: [["p", client.pubkey]], content })));
    }
    return undefined;
  };
  return heard;
}

let opened = 0;
function options(fake: FakeRelay, network: Network): BunkerOptions {
  const address = readBunkerAddress(`bunker://${remote.pubkey}?relay=${encodeURIComponent(fake.url)}&secret=once`)!;
  const clock = fastClock(20);
  return { address, client: client.secret, network, clock, random: seededRandom(`client ${opened++}`), curve };
}

test("a bunker signs and encrypts for us, and its answers pass the same checks as any signer's", async () => {
  await using fake = await FakeRelay.open();
  const heard = serve(fake);
  using network = new Network(relayOptions("bunker"));
  using bunker = await openBunker(options(fake, network));
  const opening = await openSigner(bunker, curve);
  expect(opening.ok && opening.signer.pubkey).toBe(user.pubkey);
  if (!opening.ok) return;
  const signed = await opening.signer.sign(template);
  expect(signed).toMatchObject({ ok: true, event: { ...template, pubkey: user.pubkey } });
  expect((await opening.signer.encrypt("nip44", remote.pubkey, "x")).ok).toBe(true);
  expect(await opening.signer.encrypt("nip04", remote.pubkey, "x")).toEqual({ ok: false, reason: "signer-no-answer" });
  expect(heard.map(({ method }) => method)).toEqual([
    "connect",
    "get_public_key",
    "sign_event",
    "nip44_encrypt",
    "nip04_encrypt",
  ]);
  expect(heard[0]?.params).toEqual([remote.pubkey, "once"]);
  // Nothing but ciphertext crosses the relay.
  expect(JSON.stringify(fake.events)).not.toContain(template.content);
  expect(fake.connections).toHaveLength(1);
});

test("refusal, silence and a page to open each end as what they are", async () => {
  await using fake = await FakeRelay.open();
  using network = new Network(relayOptions("bunker refuses"));
  serve(fake, () => [{ error: "who are you" }]);
  await expect(openBunker(options(fake, network))).rejects.toMatchObject({ reason: "refused" });
  serve(fake, () => []);
  await expect(openBunker({ ...options(fake, network), timeout: 2_000 })).rejects.toMatchObject({
    reason: "unanswered",
  });
  const pages: string[] = [];
  serve(fake, ({ method }) =>
    method === "connect"
      ? [
          { result: "auth_url", error: "javascript:alert(1)" },
          { result: "auth_url", error: "https://bunker.example/allow" },
          { result: "ack", error: "" },
        ]
      : undefined,
  );
  using bunker = await openBunker({ ...options(fake, network), onAuthUrl: (url) => pages.push(url) });
  expect(pages).toEqual(["https://bunker.example/allow"]);
  expect(await bunker.getPublicKey()).toBe(user.pubkey);
});

test("reads bunker addresses, and refuses what has no key or no relay", () => {
  const good = readBunkerAddress(
    ` bunker://${remote.pubkey}?relay=wss%3A%2F%2Fa.example&relay=WSS://A.example/&secret=s `,
  );
  expect(good).toEqual({ remote: remote.pubkey, relays: ["wss://a.example"], secret: "s" });
  expect(readBunkerAddress(`bunker://${remote.pubkey}?relay=wss://a.example`)?.secret).toBeUndefined();
  for (const bad of [
    "",
    "bunker://",
    `bunker://${remote.pubkey}`,
    `bunker://${remote.pubkey}?relay=http://a`,
    "bunker://zz?relay=wss://a",
  ]) {
    expect(readBunkerAddress(bad)).toBeUndefined();
  }
});
