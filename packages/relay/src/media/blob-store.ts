/**
 * Blobs on disk, each under its SHA-256, with a note beside it of who keeps it: a blob stays as long as somebody does.
 *
 * What arrives is hashed while it is written to a temporary file, and takes its name only when it is whole, has the
 * hash that was promised, and is on disk.
 */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { open, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

export interface Blob {
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  /** Seconds since 1970. */
  readonly uploaded: number;
  readonly owners: readonly string[];
}

export type Kept =
  | { readonly ok: true; readonly blob: Blob; readonly isNew: boolean }
  | { readonly ok: false; readonly why: "too-large" | "other-hash" };

export interface Upload {
  readonly body: AsyncIterable<Uint8Array>;
  readonly type: string;
  readonly owner: string;
  /** What the uploader signed for. */
  readonly promised: ReadonlySet<string>;
  readonly maxBytes: number;
  readonly now: number;
}

export class BlobStore {
  readonly #dir: string;
  readonly #blobs = new Map<string, Blob>();

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static open(dir: string): BlobStore {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const store = new BlobStore(dir);
    for (const name of readdirSync(dir)) {
      const sha256 = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
      // Our own file; what names no blob that is there is no harm.
      if (sha256 !== undefined) store.#blobs.set(sha256, JSON.parse(readFileSync(join(dir, name), "utf8")) as Blob);
    }
    return store;
  }

  get(sha256: string): Blob | undefined {
    return this.#blobs.get(sha256);
  }

  ownedBy(pubkey: string): Blob[] {
    return [...this.#blobs.values()].filter(({ owners }) => owners.includes(pubkey));
  }

  bytesOf(pubkey: string): number {
    return this.ownedBy(pubkey).reduce((sum, { size }) => sum + size, 0);
  }

  /** From `start` to `end`, both included. */
  read(sha256: string, start: number, end: number): Readable {
    return createReadStream(this.#path(sha256), { start, end });
  }

  async keep(upload: Upload): Promise<Kept> {
    const temporary = join(this.#dir, `${randomBytes(8).toString("hex")}.part`);
    const file = await open(temporary, "wx", 0o600);
    try {
      const hash = createHash("sha256");
      let size = 0;
      for await (const chunk of upload.body) {
        size += chunk.length;
        if (size > upload.maxBytes) return { ok: false, why: "too-large" };
        hash.update(chunk);
        await file.write(chunk);
      }
      const sha256 = hash.digest("hex");
      if (!upload.promised.has(sha256)) return { ok: false, why: "other-hash" };
      await file.sync();
      return await this.#settle(sha256, size, temporary, upload);
    } finally {
      await file.close();
      await rm(temporary, { force: true });
    }
  }

  async #settle(sha256: string, size: number, temporary: string, { owner, type, now }: Upload): Promise<Kept> {
    const known = this.#blobs.get(sha256);
    if (known === undefined) await rename(temporary, this.#path(sha256));
    const owners = new Set([...(known?.owners ?? []), owner]);
    const blob: Blob = { ...(known ?? { sha256, size, type, uploaded: now }), owners: [...owners] };
    await this.#note(blob);
    return { ok: true, blob, isNew: known === undefined };
  }

  /** False where this key keeps no such blob. */
  async release(sha256: string, owner: string): Promise<boolean> {
    const blob = this.#blobs.get(sha256);
    if (blob === undefined || !blob.owners.includes(owner)) return false;
    const owners = blob.owners.filter((other) => other !== owner);
    if (owners.length > 0) {
      await this.#note({ ...blob, owners });
      return true;
    }
    this.#blobs.delete(sha256);
    await unlink(join(this.#dir, `${sha256}.json`));
    await unlink(this.#path(sha256));
    return true;
  }

  async #note(blob: Blob): Promise<void> {
    await writeFile(join(this.#dir, `${blob.sha256}.json`), JSON.stringify(blob), { mode: 0o600, flush: true });
    this.#blobs.set(blob.sha256, blob);
  }

  #path(sha256: string): string {
    return join(this.#dir, sha256);
  }
}
