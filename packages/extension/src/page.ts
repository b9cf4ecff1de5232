/**
 * The page's side: `window.nostr` (NIP-07), the two methods of draft 1 and `subrosa`, frozen and for good.
 *
 * It runs in the page, so it is trusted with nothing: it has no secret and decides nothing. It takes the functions it
 * needs from the page before the page's own code runs. The one port to the content script is handed over before any
 * other listener exists, so nothing else in the page hears an answer.
 */
import { METHODS, type Method } from "./method.ts";
import { REFUSAL_SENTENCES, type Refusal } from "./refusal.ts";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What goes to the content script, as one text; what comes back. */
interface FromPage {
  readonly id: string;
  readonly method: Method;
  readonly params: string;
}

const PORT_MESSAGE = "subrosa:port";

class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly code: Refusal;
  constructor(code: Refusal) {
    super(REFUSAL_SENTENCES[code]);
    this.code = code;
  }
}

function open(): void {
  const { stringify, parse } = JSON;
  const { port1: port, port2 } = new MessageChannel();
  const send = port.postMessage.bind(port);
  const fill = crypto.getRandomValues.bind(crypto);
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<() => void>();

  const call = (method: Method, params: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = [...fill(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      // What JSON cannot write throws here, to whoever called.
      const message: FromPage = { id, method, params: stringify(params) };
      waiting.set(id, { resolve, reject });
      send(stringify(message));
    });

  port.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const message = parse(data) as { type: string; id?: string; value?: string; code?: Refusal };
    if (message.type === "accountChanged") {
      for (const listener of listeners) listener();
      return;
    }
    const asked = waiting.get(message.id ?? "");
    if (asked === undefined) return;
    waiting.delete(message.id ?? "");
    if (message.type === "result") asked.resolve(parse(message.value ?? "null"));
    else asked.reject(new ProviderError(message.code ?? "failed"));
  });
  port.start();
  window.postMessage(PORT_MESSAGE, "/", [port2]);

  const nip = (name: "nip04" | "nip44") =>
    Object.freeze({
      encrypt: (pubkey: unknown, plaintext: unknown) => call(`${name}.encrypt`, [pubkey, plaintext]),
      decrypt: (pubkey: unknown, ciphertext: unknown) => call(`${name}.decrypt`, [pubkey, ciphertext]),
    });
  const capabilities = Object.freeze({ version: 1, methods: Object.freeze([...METHODS]) });
  const provider = Object.freeze({
    getPublicKey: () => call("getPublicKey", []),
    signEvent: (event: unknown) => call("signEvent", [event]),
    nip04: nip("nip04"),
    nip44: nip("nip44"),
    signEventAsGroupMember: (event: unknown, options?: unknown) =>
      call("signEventAsGroupMember", options === undefined ? [event] : [event, options]),
    verifyGroupMemberProof: (event: unknown) => call("verifyGroupMemberProof", [event]),
    on: (name: unknown, listener: () => void) => {
      if (name === "accountChanged" && typeof listener === "function") listeners.add(listener);
    },
    off: (_name: unknown, listener: () => void) => {
      listeners.delete(listener);
    },
    subrosa: Object.freeze({
      anonymousSign: (template: unknown) => call("subrosa.anonymousSign", [template]),
      deriveAlias: (peer: unknown, index: unknown) => call("subrosa.deriveAlias", [peer, index]),
      batchDecrypt: (items: unknown, purpose: unknown = "") => call("subrosa.batchDecrypt", [{ items, purpose }]),
      capabilities: () => capabilities,
    }),
  });
  Object.defineProperty(window, "nostr", { value: provider, enumerable: true, configurable: false, writable: false });
}

// A sandboxed page speaks for no site, and the worker would refuse all it asks: it has no provider.
if (window.origin !== "null") open();
