/** Ends and marks of a picture's axes. Plain numbers: these are places on a screen, no accounts. */

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** A scale about `low`…`high` that covers at least `least` of the higher, begins at 0 when that is near, and has round marks. */
export function niceScale(low: number, high: number, least: number): Scale {
  const middle = (low + high) / 2;
  const half = Math.max((high - low) / 2, (least * Math.abs(high)) / 2, 0.000_001) * 1.08;
  const bottom = middle - half < (middle + half) * 0.35 ? 0 : middle - half;
  const step = roundStep((middle + half - bottom) / 4);
  const from = Math.floor(bottom / step + 0.000_1) * step;
  const to = Math.ceil((middle + half) / step - 0.000_1) * step;
  const ticks: number[] = [];
  for (let tick = from; tick <= to + step / 2; tick += step) ticks.push(Number(tick.toPrecision(10)));
  return { low: from, high: to, ticks };
}

/** 1, 2 or 5 times a power of ten; for hours 15, 30, 60, 120, 300 … minutes are as round. */
function roundStep(rough: number): number {
  if (rough > 10) {
    const steps = [15, 20, 30, 60, 120, 180, 300, 600, 1_200, 3_000, 6_000];
    const found = steps.find((step) => step >= rough);
    if (found !== undefined) return found;
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const found = [1, 2, 5, 10].find((digit) => digit * power >= rough) ?? 10;
  return found * power;
}

const DAY = 86_400;

/** Beginnings of days between two times, at most `most`, evenly apart. Seconds. */
export function timeTicks(from: number, to: number, most: number): readonly number[] {
  const days = (to - from) / DAY;
  const step = Math.max(1, Math.ceil(days / Math.max(1, most)));
  const ticks: number[] = [];
  for (let day = Math.ceil(from / DAY); day * DAY <= to; day += step) ticks.push(day * DAY);
  return ticks;
}
