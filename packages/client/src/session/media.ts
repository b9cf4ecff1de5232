/**
 * Pictures and files in private conversations: stripped of what they tell about their author, encrypted, put on servers;
 * fetched on a person's act, checked and opened.
 *
 * Spec: NIP-17 kind 15, docs/spec/groups.md GROUP-18, Blossom. The key to a file is in the message alone. A server sees
 * a hash, a size and addresses: who fetches when is why nothing here is fetched by itself.
 */
import type { Curve, RandomSource } from "@subrosa/core/curve/curve";
import { type EventTemplate, signEvent, type VerifiedEvent } from "@subrosa/core/nostr/event";
import { Secret } from "@subrosa/core/secret";
import { type BlossomOptions, fetchBlob, type MediaFault, type MediaResult, uploadBlob } from "./blossom.ts";
import type { DirectFile } from "./direct-words.ts";
import { ALGORITHM, openFile, sealFile } from "./file-cipher.ts";
import { stripMetadata } from "./strip-metadata.ts";

export interface MediaOptions extends BlossomOptions {
  readonly random: RandomSource;
  readonly curve: Curve;
  /** Bytes of a file, sent or fetched. Default 32 MiB. */
  readonly maxBytes?: number;
}

export interface Sending {
  readonly bytes: Uint8Array;
  readonly type: string;
  /** `https://media.example`; tried all, so that the file survives one of them. */
  readonly servers: readonly string[];
  /** Signs for the upload; absent: a key for this one file, which no server knows from elsewhere. */
  readonly sign?: (template: EventTemplate) => Promise<VerifiedEvent | undefined>;
  /** As it is: for a picture that must not be changed. Otherwise a picture that cannot be stripped is refused. */
  readonly keepMetadata?: boolean;
  readonly signal?: AbortSignal;
}

export interface SentFile {
  readonly file: DirectFile;
  /** Bytes of metadata that were taken out. */
  readonly removed: number;
  readonly servers: ReadonlyMap<
    string,
    { readonly url: string } | { readonly reason: MediaFault; readonly words?: string }
  >;
}

/** What a message says of a file; the group's descriptor and the private message's both fit. */
export type FileReference = Omit<DirectFile, "algorithm"> & { readonly algorithm?: string };

const MAX_BYTES = 32 << 20;

export class Media {
  readonly #options: MediaOptions;

  constructor(options: MediaOptions) {
    this.#options = options;
  }

  /** At least one server has it when it resolves with `ok`. */
  async send(sending: Sending): Promise<MediaResult<SentFile>> {
    const { maxBytes = MAX_BYTES, random } = this.#options;
    const { type, servers, keepMetadata = false, signal } = sending;
    let { bytes } = sending;
    let removed = 0;
    if (type.startsWith("image/") && !keepMetadata) {
      const stripped = stripMetadata(bytes);
      if (!stripped.ok) return { ok: false, reason: "media-picture" };
      ({ bytes, removed } = stripped);
    }
    if (bytes.length > maxBytes) return { ok: false, reason: "media-too-large" };
    const { sealed, key, nonce } = await sealFile(bytes, random);
    const outcomes = new Map<string, { url: string } | { reason: MediaFault; words?: string }>();
    let first: { readonly url: string; readonly hash: string } | undefined;
    let fault: MediaResult<never> = { ok: false, reason: "media-address" };
    for (const server of new Set(servers)) {
      const uploaded = await this.#upload(server, sealed, sending.sign, signal);
      if (uploaded.ok) {
        outcomes.set(server, { url: uploaded.value.url });
        first ??= uploaded.value;
      } else {
        const { ok: _, ...refusal } = uploaded;
        outcomes.set(server, refusal);
        fault = uploaded;
      }
    }
    if (first === undefined) return fault;
    const file: DirectFile = { url: first.url, type, algorithm: ALGORITHM, key, nonce, hash: first.hash };
    return { ok: true, value: { file, removed, servers: outcomes } };
  }

  /** On a person's act. The type is what the sender said: show it as that and as nothing that runs. */
  async fetch(file: FileReference, signal?: AbortSignal): Promise<MediaResult<Uint8Array>> {
    const { maxBytes = MAX_BYTES } = this.#options;
    if ((file.algorithm ?? ALGORITHM) !== ALGORITHM) return { ok: false, reason: "media-cipher" };
    const asked = { hash: file.hash, maxBytes: maxBytes + 16 };
    const blob = await fetchBlob(file.url, asked, this.#options, signal);
    if (!blob.ok) return blob;
    const opened = await openFile(blob.value, file);
    return opened === undefined ? { ok: false, reason: "media-cipher" } : { ok: true, value: opened };
  }

  async #upload(
    server: string,
    sealed: Uint8Array,
    sign: Sending["sign"],
    signal: AbortSignal | undefined,
  ): ReturnType<typeof uploadBlob> {
    if (sign !== undefined) return uploadBlob(server, sealed, sign, this.#options, signal);
    const { random, curve } = this.#options;
    const bytes = random(32);
    using oneTime = Secret.from(bytes, curve);
    bytes.fill(0);
    const signOnce = async (template: EventTemplate) => signEvent(template, oneTime, random(32), curve);
    return await uploadBlob(server, sealed, signOnce, this.#options, signal);
  }
}
