/**
 * Zeros ahead of the tail of the log. Forcing an append to disk that makes a file longer waits for the file system's
 * journal as well, which takes several times as long as forcing bytes that overwrite others; so the segment that is
 * written grows by a few megabytes at a time. Zeros are no record, so a crash leaves nothing that is taken for one.
 *
 * A segment is trimmed, and its length is on disk, before anything is written into the next one: wherever there is a later
 * segment, an earlier one ends with its last record.
 */
import { fdatasync, fstatSync, ftruncate, ftruncateSync, write } from "node:fs";
import { promisify } from "node:util";

const writeAt = promisify(write);
const sync = promisify(fdatasync);
const truncate = promisify(ftruncate);

const AHEAD = 2 << 20;
const ZEROS = Buffer.alloc(AHEAD);

export class Room {
  /** The file that has room, where its records end, and where it ends itself. */
  #current: { readonly fd: number; used: number; end: number } | undefined;

  /** Call it before a write: ends whatever other file had room. */
  async enter(fd: number): Promise<void> {
    if (this.#current?.fd === fd) return;
    const left = this.#current;
    if (left !== undefined && left.end > left.used) {
      await truncate(left.fd, left.used);
      await sync(left.fd);
    }
    const { size } = fstatSync(fd);
    this.#current = { fd, used: size, end: size };
  }

  /** Call it after a write and before it is forced to disk: records end at `used` now, the file may grow up to `max`. */
  async extend(used: number, max: number): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    current.used = used;
    if (used <= current.end) return;
    current.end = used;
    try {
      const { bytesWritten } = await writeAt(current.fd, ZEROS, 0, Math.min(AHEAD, max - used), used);
      current.end += bytesWritten;
    } catch {
      // No space for room: the records are written all the same, as slowly as without.
    }
  }

  /** The file was cut to this length, or is gone. */
  cut(fd: number, length: number): void {
    if (this.#current?.fd === fd) this.#current = { fd, used: length, end: length };
  }

  /** Takes back what was not used; whoever closes the file calls it first. */
  leave(): void {
    const left = this.#current;
    this.#current = undefined;
    if (left !== undefined && left.end > left.used) ftruncateSync(left.fd, left.used);
  }
}
