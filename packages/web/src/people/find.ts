/** Looking through what is here, as one types; nothing is asked of anybody. */

/** Every word that is looked for is in one of the texts, whatever its case and form. */
export function isFound(sought: string, texts: readonly string[]): boolean {
  const words = folded(sought)
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (words.length === 0) return true;
  const all = folded(texts.join("\n"));
  return words.every((word) => all.includes(word));
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
