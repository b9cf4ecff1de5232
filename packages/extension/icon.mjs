/** The icon, drawn from a formula: a rose of five petals. A PNG needs no artist's file and is the same bytes each time. */
import { deflateSync } from "node:zlib";
import { crc32 } from "./zip.mjs";

const ROSE = [163, 18, 63];
const HEART = [255, 214, 224];

/** @param {number} size */
export function icon(size) {
  const rows = Array.from({ length: size }, (_, y) => {
    const row = Buffer.alloc(1 + 4 * size);
    for (let x = 0; x < size; x++) {
      const [dx, dy] = [(2 * (x + 0.5)) / size - 1, (2 * (y + 0.5)) / size - 1];
      const radius = Math.hypot(dx, dy);
      const petal = 0.76 + 0.18 * Math.cos(5 * Math.atan2(dx, -dy));
      const isHeart = radius < 0.24 || Math.abs(radius - 0.46) < 0.05;
      const alpha = Math.max(0, Math.min(1, ((petal - radius) * size) / 2 + 0.5));
      row.set([...(isHeart ? HEART : ROSE), Math.round(255 * alpha)], 1 + 4 * x);
    }
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits, colour with alpha.
  header.set([8, 6], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    // Level 0: stored, so that no version of a compressor shows.
    chunk("IDAT", deflateSync(Buffer.concat(rows), { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * @param {string} name
 * @param {Buffer} data
 */
function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
