/**
 * Where an event stands: in time, which is the order of answers, and in the log, which is where its bytes are.
 *
 * Spec: NIP-01: newest first; of the same second, the lowest id first. Indices keep the first 64 bits of the id, so
 * ids made to agree in those come in the order of arrival.
 */

export interface Position {
  readonly createdAt: number;
  /** The first 64 bits of the id. */
  readonly idHigh: number;
  readonly idLow: number;
  /** Of the record in the log; grows with every event stored. */
  readonly offset: number;
  readonly length: number;
}

/** Negative where `a` is answered before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return b.createdAt - a.createdAt || a.idHigh - b.idHigh || a.idLow - b.idLow || a.offset - b.offset;
}

/** time (inverted) 6, id 8, offset 6, length 4 */
export const SUFFIX = 24;
const TIME_TOP = 2 ** 48 - 1;

export function writePosition(target: Buffer, at: number, position: Position): void {
  target.writeUIntBE(TIME_TOP - position.createdAt, at, 6);
  target.writeUInt32BE(position.idHigh, at + 6);
  target.writeUInt32BE(position.idLow, at + 10);
  target.writeUIntBE(position.offset, at + 14, 6);
  target.writeUInt32BE(position.length, at + 20);
}

/** Reads the last bytes of an index key. */
export function readPosition(key: Uint8Array, end: number): Position {
  const at = end - SUFFIX;
  return {
    createdAt: TIME_TOP - u48(key, at),
    idHigh: u32(key, at + 6),
    idLow: u32(key, at + 10),
    offset: u48(key, at + 14),
    length: u32(key, at + 20),
  };
}

/** The six bytes that begin every position not newer than `until`. */
export function writeTimeBound(target: Buffer, at: number, until: number): void {
  target.writeUIntBE(TIME_TOP - Math.min(until, TIME_TOP), at, 6);
}

function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function u48(bytes: Uint8Array, at: number): number {
  return (((bytes[at]! << 8) | bytes[at + 1]!) >>> 0) * 0x1_0000_0000 + u32(bytes, at + 2);
}
