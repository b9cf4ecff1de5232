/**
 * Ephemeral events on their way between processes: cut into notifications, which PostgreSQL hands to whoever listens
 * at that moment, in order, and writes into no table and no log.
 *
 *   <sender>.<event>.<piece>.<pieces>.<base64>
 */

/** A notification may have 8,000 bytes. */
const PIECE = 7_800;
/** 8 MiB of event: more is no event of this relay. */
const MAX_PIECES = 1_500;

export function cutUp(sender: string, number: number, json: Buffer): string[] {
  const text = json.toString("base64");
  const pieces = Math.max(1, Math.ceil(text.length / PIECE));
  return Array.from(
    { length: pieces },
    (_, i) => `${sender}.${number}.${i}.${pieces}.${text.slice(i * PIECE, (i + 1) * PIECE)}`,
  );
}

/** Puts pieces together again; what is not complete when its sender begins another is given up. */
export class Pieces {
  readonly #own: string;
  readonly #begun = new Map<string, { readonly number: string; readonly pieces: string[] }>();

  constructor(own: string) {
    this.#own = own;
  }

  /** The event as JSON when this was its last piece; nothing of one's own. */
  take(payload: string): Buffer | undefined {
    const match = /^([0-9a-f]+)\.(\d+)\.(\d+)\.(\d+)\.([A-Za-z0-9+/=]*)$/.exec(payload);
    if (match === null || match[1] === this.#own) return undefined;
    const [, sender = "", number = "", index, count, text = ""] = match;
    const total = Number(count);
    if (total > MAX_PIECES) return undefined;
    if (index === "0") this.#begun.set(sender, { number, pieces: [] });
    const begun = this.#begun.get(sender);
    if (begun === undefined || begun.number !== number || begun.pieces.length !== Number(index)) {
      this.#begun.delete(sender);
      return undefined;
    }
    begun.pieces.push(text);
    if (begun.pieces.length < total) return undefined;
    this.#begun.delete(sender);
    return Buffer.from(begun.pieces.join(""), "base64");
  }
}
