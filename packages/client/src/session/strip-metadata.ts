/**
 * Takes out of a picture what says where, when and with what it was taken, without decoding it: every pixel stays.
 *
 *   JPEG   EXIF, XMP, IPTC, comments, maker notes, whatever follows the picture; how it is turned stays
 *   PNG    texts, EXIF, times, private chunks · GIF comments and application data · WebP EXIF and XMP
 *
 * What stays is a list of what a picture needs, so that whatever else a camera may write goes. A file that is not quite
 * its format is refused, never passed on half read. Colour profiles stay; so does what the picture shows.
 */
import { concat, fromUtf8, u32 } from "@subrosa/core/bytes";

export type PictureFormat = "image/jpeg" | "image/png" | "image/gif" | "image/webp";
export type Stripped =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly type: PictureFormat; readonly removed: number }
  | { readonly ok: false; readonly reason: "not-a-picture" | "damaged-picture" };

export function stripMetadata(bytes: Uint8Array): Stripped {
  const type = formatOf(bytes);
  if (type === undefined) return { ok: false, reason: "not-a-picture" };
  const strip = { "image/jpeg": jpeg, "image/png": png, "image/gif": gif, "image/webp": webp }[type];
  const parts = strip(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (parts === undefined) return { ok: false, reason: "damaged-picture" };
  const stripped = concat(...parts);
  return { ok: true, bytes: stripped, type, removed: Math.max(0, bytes.length - stripped.length) };
}

function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (asciiAt(bytes, 1, 3) === "PNG" && bytes[0] === 0x89) return "image/png";
  if (/^GIF8[79]a$/.test(asciiAt(bytes, 0, 6))) return "image/gif";
  return asciiAt(bytes, 0, 4) === "RIFF" && asciiAt(bytes, 8, 4) === "WEBP" ? "image/webp" : undefined;
}

function asciiAt(bytes: Uint8Array, at: number, length: number): string {
  return fromUtf8(bytes.subarray(at, at + length)) ?? "";
}

/** In order; undefined where the file is not what it says. */
type Parts = readonly Uint8Array[] | undefined;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COMMENT = 0xfe;

function jpeg(bytes: Uint8Array, view: DataView): Parts {
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  let turned = 0;
  for (let at = 2; at + 1 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === EOI)
      return [...parts.slice(0, 1), ...orientation(turned), ...parts.slice(1), bytes.subarray(at, at + 2)];
    if (marker === SOI || marker === 0 || (marker >= 0xd0 && marker < SOI)) return undefined;
    if (at + 4 > bytes.length) return undefined;
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return undefined;
    const segment = bytes.subarray(at, end);
    if (marker === 0xe1 && turned === 0) turned = orientationIn(segment);
    if (isNeeded(marker, segment)) parts.push(segment);
    at = end;
    if (marker !== SOS) continue;
    // What is coded runs to the next marker that is no restart and no stuffed byte.
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1]!))) at++;
    parts.push(bytes.subarray(end, at));
  }
  return undefined;
}

function isMarker(byte: number): boolean {
  return byte !== 0 && byte !== 0xff && !(byte >= 0xd0 && byte < SOI);
}

/** JFIF, colour profiles and Adobe's note on colours, of all that programs write; and everything that is the picture. */
function isNeeded(marker: number, segment: Uint8Array): boolean {
  if (marker === COMMENT) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  const name = Array.from(segment.subarray(4, 16), (byte) => String.fromCharCode(byte)).join("");
  if (marker === 0xe0) return name.startsWith("JFIF\0");
  return (marker === 0xe2 && name.startsWith("ICC_PROFILE\0")) || (marker === 0xee && name.startsWith("Adobe"));
}

/** 1 to 8, or 0 where the EXIF says nothing that can be read. */
function orientationIn(segment: Uint8Array): number {
  const tiff = segment.subarray(10);
  if (asciiAt(segment, 4, 4) !== "Exif" || tiff.length < 14) return 0;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isLittle = tiff[0] === 0x49;
  const first = view.getUint32(4, isLittle);
  if (first + 2 > tiff.length) return 0;
  const count = view.getUint16(first, isLittle);
  for (let i = 0; i < count; i++) {
    const at = first + 2 + 12 * i;
    if (at + 12 > tiff.length) return 0;
    if (view.getUint16(at, isLittle) !== 0x0112) continue;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 0;
  }
  return 0;
}

/** An EXIF segment that says how the picture is turned and nothing else. */
function orientation(turned: number): readonly Uint8Array[] {
  if (turned < 2) return [];
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0];
  return [Uint8Array.of(0xff, 0xe1, 0, 8 + tiff.length, 0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff)];
}

/** Of the registered chunks, those that the picture or its animation needs. */
const PNG_CHUNKS = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs acTL fcTL fdAT".split(" "),
);

function png(bytes: Uint8Array, view: DataView): Parts {
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return undefined;
    const name = asciiAt(bytes, at + 4, 4);
    if (PNG_CHUNKS.has(name)) parts.push(bytes.subarray(at, end));
    // Unknown and critical: without it the picture cannot be shown, and we do not know what it says.
    else if (/^[A-Z]/.test(name) || name === "") return undefined;
    if (name === "IEND") return parts;
    at = end;
  }
  return undefined;
}

function gif(bytes: Uint8Array): Parts {
  const tableSize = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + tableSize(bytes[10] ?? 0);
  if (at > bytes.length) return undefined;
  const parts: Uint8Array[] = [bytes.subarray(0, at)];
  while (at < bytes.length) {
    const start = at;
    const kind = bytes[at++];
    if (kind === 0x3b) return [...parts, bytes.subarray(start, at)];
    let isKept = true;
    if (kind === 0x21) {
      const label = bytes[at++];
      const program = asciiAt(bytes, at + 1, 11);
      // Of application data only how often an animation is repeated.
      isKept = label === 0xf9 || (label === 0xff && /^(?:NETSCAPE2\.0|ANIMEXTS1\.0)$/.test(program));
    } else if (kind === 0x2c) {
      at += 9;
      at += tableSize(bytes[at - 1] ?? 0) + 1;
    } else return undefined;
    for (;;) {
      const length = bytes[at];
      if (length === undefined) return undefined;
      at += length + 1;
      if (length === 0) break;
    }
    if (at > bytes.length) return undefined;
    if (isKept) parts.push(bytes.subarray(start, at));
  }
  return undefined;
}

const WEBP_CHUNKS = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
const EXIF_AND_XMP = 0b0000_1100;

function webp(bytes: Uint8Array, view: DataView): Parts {
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length || end < 20) return undefined;
  const kept: Uint8Array[] = [];
  let at = 12;
  while (at + 8 <= end) {
    const length = view.getUint32(at + 4, true);
    const next = at + 8 + length + (length % 2);
    if (next > end) return undefined;
    const name = asciiAt(bytes, at, 4);
    const chunk = bytes.slice(at, next);
    if (name === "VP8X" && chunk.length > 8) chunk[8]! &= ~EXIF_AND_XMP;
    if (WEBP_CHUNKS.has(name)) kept.push(chunk);
    at = next;
  }
  if (at !== end) return undefined;
  const size = kept.reduce((sum, { length }) => sum + length, 4);
  return [bytes.subarray(0, 4), u32(size).reverse(), bytes.subarray(8, 12), ...kept];
}
