/** Figures of a small sample: nearest-rank quantiles, means; three digits after the point. */
const short = (n: number) => Math.round(n * 1000) / 1000;

export function quantile(sample: readonly number[], q: number): number {
  if (sample.length === 0) return 0;
  const sorted = [...sample].sort((a, b) => a - b);
  return short(sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] as number);
}

export function mean(sample: readonly number[]): number {
  return sample.length === 0 ? 0 : short(sample.reduce((a, b) => a + b, 0) / sample.length);
}
