/**
 * The words of a text, for finding it again: any script, without case, width or accents.
 *
 * Scripts that put no spaces between words are cut by pairs of characters besides, so that what a person types is found
 * wherever the segmenter would have put its cuts.
 */
const MAX_TEXT = 20_000;
const MAX_WORD = 64;
const MAX_WORDS = 4_000;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export interface Words {
  /** Of a text: distinct, at most 4,000, of its first 20,000 characters. */
  of(text: string): readonly string[];
  /** Of a query: each has to begin some word of the text. */
  terms(query: string): readonly string[];
}

export function openWords(): Words {
  const segmenter = openSegmenter();
  return {
    of: (text) => {
      const words = new Set<string>();
      for (const segment of segmentsOf(folded(text.slice(0, MAX_TEXT)), segmenter)) {
        if (words.size >= MAX_WORDS) break;
        if (!UNSPACED.test(segment)) {
          words.add(segment.slice(0, MAX_WORD));
          continue;
        }
        const characters = [...segment];
        characters.forEach((character, i) => void words.add(character + (characters[i + 1] ?? "")));
      }
      return [...words];
    },
    terms: (query) => {
      const terms = new Set<string>();
      for (const segment of segmentsOf(folded(query.slice(0, 500)), segmenter)) {
        const characters = [...segment];
        if (!UNSPACED.test(segment) || characters.length === 1) terms.add(segment.slice(0, MAX_WORD));
        else for (let i = 0; i + 1 < characters.length; i++) terms.add(characters[i]! + characters[i + 1]!);
      }
      return [...terms].slice(0, 20);
    },
  };
}

/** Runs of an unspaced script are one segment, whatever the segmenter thinks: pairs reach over its cuts. */
function segmentsOf(text: string, segmenter: Segmenter): readonly string[] {
  const segments: string[] = [];
  let run = "";
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (UNSPACED.test(segment)) {
      run += segment;
      continue;
    }
    if (run !== "") segments.push(run);
    run = "";
    if (isWordLike === true) segments.push(segment);
  }
  return run === "" ? segments : [...segments, run];
}

interface Segmenter {
  segment(text: string): Iterable<{ readonly segment: string; readonly isWordLike?: boolean | undefined }>;
}

function openSegmenter(): Segmenter {
  if (typeof Intl.Segmenter === "function") return new Intl.Segmenter(undefined, { granularity: "word" });
  return {
    segment: (text) => (text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).map((segment) => ({ segment, isWordLike: true })),
  };
}

/** NFKC and lower case; of Latin, Greek and Cyrillic letters the accents too. Marks of other scripts are letters there. */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFKC")
    .toLowerCase();
}
