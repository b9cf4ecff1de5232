/**
 * rust-nostr's WebAssembly as a process of its own, as its users have it: it sets the global WebSocket itself. Takes the
 * relay's URL, a secret key and the id of a gift wrap for it; says in one line of JSON what came of it.
 */
import { writeSync } from "node:fs";
import sdk from "@rust-nostr/nostr-sdk";

const [url, secret] = process.argv.slice(2);
sdk.loadWasmSync();
const keys = sdk.Keys.parse(secret);
const client = new sdk.Client(sdk.NostrSigner.keys(keys));
client.automaticAuthentication(true);
await client.addRelay(url);
await client.connect();
await client.waitForConnection(sdk.Duration.fromSecs(60));
const sent = await client.sendEventBuilder(sdk.EventBuilder.textNote("by rust-nostr"));
const ids = (events) => events.map((event) => (event.id ?? event).toHex());
const fetch = async (filter) => ids((await client.fetchEvents(filter, sdk.Duration.fromSecs(60))).toVec());
const found = await fetch(new sdk.Filter().id(sent.id));
// It answered the challenge by itself.
const wraps = await fetch(new sdk.Filter().kind(new sdk.Kind(1059)).pubkey(keys.publicKey));
const { report } = await client.sync(new sdk.Filter().author(keys.publicKey), new sdk.SyncOptions());
const [id] = ids([sent]);
writeSync(1, JSON.stringify({ id, accepted: sent.success.length, found, wraps, synced: ids(report.received) }));
process.exit(0);
