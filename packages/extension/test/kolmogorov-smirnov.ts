/** Two-sample Kolmogorov–Smirnov: how likely it is to see such a distance where both are of one distribution. */
export function pValue(a: readonly number[], b: readonly number[]): number {
  const below = (list: readonly number[], x: number): number => list.filter((y) => y <= x).length / list.length;
  const d = Math.max(...[...a, ...b].map((x) => Math.abs(below(a, x) - below(b, x))));
  const n = Math.sqrt((a.length * b.length) / (a.length + b.length));
  const lambda = (n + 0.12 + 0.11 / n) * d;
  // Below this the series does not converge, and the probability is 1 to six digits.
  if (lambda < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}
