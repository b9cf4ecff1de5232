/**
 * Blobs on disk, each under its SHA-256, with a note beside it of who keeps it: a blob stays as long as somebody does.
 *
 * What arrives is hashed while it is written to a temporary file, and takes its name only when it is whole, has the
 * hash that was promised, and is on disk.
 */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
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
  /** Of all that this owner keeps, uploads at work included. */
  readonly quotaBytes: number;
  readonly now: number;
}

export class BlobStore {
  readonly #dir: string;
  readonly #blobs = new Map<string, Blob>();
  /** Bytes of each owner's uploads that are not settled. */
  readonly #arriving = new Map<string, number>();
  /** Changes of who keeps what wait for each other. */
  #order: Promise<unknown> = Promise.resolve();

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static open(dir: string): BlobStore {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const store = new BlobStore(dir);
    for (const name of readdirSync(dir)) {
      const sha256 = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
      // Our own file. A note without its blob is what a crash or a backup left: nothing is kept there.
      if (sha256 !== undefined && existsSync(join(dir, sha256)))
        store.#blobs.set(sha256, JSON.parse(readFileSync(join(dir, name), "utf8")) as Blob);
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
    let size = 0;
    try {
      const hash = createHash("sha256");
      for await (const chunk of upload.body) {
        size += chunk.length;
        this.#expect(upload.owner, chunk.length);
        if (size > upload.maxBytes || this.#claimed(upload.owner) > upload.quotaBytes)
          return { ok: false, why: "too-large" };
        hash.update(chunk);
        await file.write(chunk);
      }
      const sha256 = hash.digest("hex");
      if (!upload.promised.has(sha256)) return { ok: false, why: "other-hash" };
      await file.sync();
      return await this.#inOrder(() => this.#settle(sha256, size, temporary, upload));
    } finally {
      this.#expect(upload.owner, -size);
      await file.close();
      await rm(temporary, { force: true });
    }
  }

  #expect(owner: string, bytes: number): void {
    const expected = (this.#arriving.get(owner) ?? 0) + bytes;
    if (expected === 0) this.#arriving.delete(owner);
    else this.#arriving.set(owner, expected);
  }

  /** Two uploads at once may not have together what one may not have. */
  #claimed(owner: string): number {
    return this.bytesOf(owner) + (this.#arriving.get(owner) ?? 0);
  }

  #inOrder<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#order.then(change);
    this.#order = done.catch(() => {});
    return done;
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
  release(sha256: string, owner: string): Promise<boolean> {
    return this.#inOrder(() => this.#release(sha256, owner));
  }

  async #release(sha256: string, owner: string): Promise<boolean> {
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
    const path = join(this.#dir, `${blob.sha256}.json`);
    await writeFile(`${path}.part`, JSON.stringify(blob), { mode: 0o600, flush: true });
    await rename(`${path}.part`, path);
    this.#blobs.set(blob.sha256, blob);
  }

  #path(sha256: string): string {
    return join(this.#dir, sha256);
  }
}
