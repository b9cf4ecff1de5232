/**
 * Writes products of whole numbers of 32-bit words, unrolled column by column. The halves of products are summed apart:
 * at most eight of each are below 2^35, so nothing leaves 64 bits, and only one addition in a column waits for the one
 * before. Nothing branches or depends on values.
 */
const SIZES = [
  [8, 8],
  [8, 5],
  [5, 5],
];

function generateProduct(m, k) {
  const lines = [];
  for (let i = 0; i < m; i++) lines.push(`const a${i}: u64 = load<u32>(a, ${4 * i}) as u64;`);
  for (let i = 0; i < k; i++) lines.push(`const b${i}: u64 = load<u32>(b, ${4 * i}) as u64;`);
  lines.push("let carry: u64 = 0;", "let high: u64 = 0;", "let product: u64 = 0;");
  for (let column = 0; column < m + k - 1; column++) {
    lines.push("high = 0;");
    for (let i = 0; i < m; i++) {
      if (column - i < 0 || column - i >= k) continue;
      lines.push(`product = a${i} * b${column - i};`, "carry += product & 0xffff_ffff;", "high += product >> 32;");
    }
    lines.push(`store<u32>(r, carry as u32, ${4 * column});`, "carry = (carry >> 32) + high;");
  }
  lines.push(`store<u32>(r, carry as u32, ${4 * (m + k - 1)});`);
  return [
    `/** r (${m + k} words) = a (${m} words) · b (${k} words). */`,
    `export function multiply${m}by${k}(r: usize, a: usize, b: usize): void {`,
    ...lines.map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

export function generateWords() {
  const header = "/** Written by build/generate-words.mjs; see there for why it cannot overflow. */";
  return `${[header, ...SIZES.map(([m, k]) => generateProduct(m, k))].join("\n\n")}\n`;
}
