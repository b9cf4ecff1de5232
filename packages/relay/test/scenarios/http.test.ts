/** What the relay says over HTTP, and that nothing of it depends on who asks. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { event } from "../events.ts";
import { RelayUnderTest } from "../relay-under-test.ts";

const get = (
  it: RelayUnderTest,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Response> => fetch(`http://127.0.0.1:${it.relay.port}${path}`, { headers, method });

test("NIP-11: the document says what the configuration says", async () => {
  const config = {
    name: "Rose",
    description: "under it",
    pow: 3,
    maxLimit: 77,
    authToRead: true,
    maxPast: 9,
    urls: ["wss://rose.example"],
  };
  await using it = await RelayUnderTest.open({ config });
  const response = await get(it, "/", { accept: "application/nostr+json" });
  expect(response.headers.get("content-type")).toMatch(/^application\/nostr\+json/);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toMatchObject({
    name: "Rose",
    description: "under it",
    software: "subrosa",
    limitation: {
      min_pow_difficulty: 3,
      max_limit: 77,
      auth_required: true,
      created_at_lower_limit: 9,
      max_content_length: 1 << 20,
      payment_required: false,
    },
    supported_nips: expect.arrayContaining([1, 11, 42, 77]),
  });
  expect((await get(it, "/", {}, "OPTIONS")).status).toBe(204);
});

test("the page is for people: no script, no words of others unescaped", async () => {
  const config = { name: "<script>alert(1)</script>", description: 'a "quoted" & <b>bold</b> one' };
  await using it = await RelayUnderTest.open({ config });
  const client = await it.client();
  await client.publish(event());
  const response = await get(it, "/");
  const text = await response.text();
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(text).not.toContain("<script");
  expect(text).not.toContain("<b>");
  expect(text).toContain("&#60;script&#62;");
  expect(text).toMatch(/events kept<\/dt><dd>1</);
});

test("metrics are Prometheus' text; health says yes, and no while it stops", async () => {
  await using it = await RelayUnderTest.open();
  const client = await it.client();
  await client.publish(event());
  const forged = { ...event({ content: "x" }), sig: `bad0${"0".repeat(124)}` };
  await client.publish(forged);
  await client.ask({});
  const metrics = await (await get(it, "/metrics")).text();
  expect(metrics).toMatch(/^relay_events_accepted_total 1$/m);
  expect(metrics).toMatch(/^relay_events_refused_total 1$/m);
  expect(metrics).toMatch(/^relay_connections 1$/m);
  expect(metrics).toMatch(/^relay_subscriptions 1$/m);
  for (const line of metrics.trim().split("\n")) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+ \d+)$/);
  expect(await (await get(it, "/health")).json()).toEqual({ ok: true });
});

test("other paths and odd requests are answered and end nothing", async () => {
  await using it = await RelayUnderTest.open();
  expect((await get(it, "/admin")).status).toBe(404);
  expect((await get(it, "/", {}, "DELETE")).status).toBe(404);
  expect((await get(it, "/../../etc/passwd")).status).toBe(404);
  const head = await get(it, "/", {}, "HEAD");
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const client = await it.client();
  await client.settle();
});

test("one address has a bounded number of connections", async () => {
  await using it = await RelayUnderTest.open({ config: { maxConnectionsPerAddress: 2 } });
  const [first] = [await it.client(), await it.client()];
  await expect(it.client()).rejects.toThrow("503");
  await first![Symbol.asyncDispose]();
  for (let i = 0; i < 100 && it.relay.figures().connections > 1; i++) await new Promise((done) => setTimeout(done, 10));
  await it.client();
});

test("a site beside the relay: its files and no others, the information document as before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "subrosa-site-"));
  const site = join(folder, "site");
  mkdirSync(join(site, "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "not for you");
  writeFileSync(join(site, "index.html"), "<!doctype html><title>The app</title>");
  writeFileSync(join(site, "assets", "app-1.js"), "export {};");
  try {
    await using it = await RelayUnderTest.open({ config: { site } });
    const index = await get(it, "/", { accept: "text/html" });
    expect(await index.text()).toContain("The app");
    expect(index.headers.get("content-security-policy")).toBe("frame-ancestors 'none'");
    const again = await get(it, "/", { "if-none-match": index.headers.get("etag") ?? "" });
    expect(again.status).toBe(304);
    const script = await get(it, "/assets/app-1.js");
    expect(script.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(script.headers.get("cache-control")).toContain("immutable");
    for (const path of ["/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/assets", "/assets/"]) {
      expect((await get(it, path)).status, path).toBe(404);
    }
    const document = await get(it, "/", { accept: "application/nostr+json" });
    expect(await document.json()).toMatchObject({ software: "subrosa" });
    expect(await (await get(it, "/relay")).text()).toContain("This is a Nostr relay");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
