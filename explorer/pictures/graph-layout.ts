/**
 * Where the circles of a graph stand: those connected draw each other near, all push each other away, until they rest (Fruchterman and
 * Reingold, Software: Practice and Experience 21, 1991). Without chance, so that the same graph is always drawn the same: it begins on
 * a spiral in the order of the list.
 * Not here: how they are drawn.
 */
export interface Spot {
  /** Shares of the picture's width and height, 0 to 1. */
  readonly x: number;
  readonly y: number;
}

const STEPS = 400;
/** The picture is wider than high: distances count so much more from top to bottom. */
const FLAT = 1.7;

/** Places for `count` circles with edges between their numbers. */
export function layOut(count: number, edges: readonly (readonly [number, number])[]): readonly Spot[] {
  if (count === 1) return [{ x: 0.5, y: 0.5 }];
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < count; i++) {
    const turn = i * 2.399963;
    const radius = Math.sqrt((i + 0.5) / count);
    x.push(radius * Math.cos(turn));
    y.push(radius * Math.sin(turn));
  }
  const ideal = Math.sqrt(4 / count);
  for (let step = 0; step < STEPS; step++) {
    const dx = new Array<number>(count).fill(0);
    const dy = new Array<number>(count).fill(0);
    const push = (i: number, j: number, force: (distance: number) => number): void => {
      const [ux, uy] = [x[i]! - x[j]!, y[i]! - y[j]!];
      const distance = Math.max(0.01, Math.hypot(ux, uy));
      const by = force(distance) / distance;
      dx[i]! += ux * by;
      dy[i]! += uy * by;
      dx[j]! -= ux * by;
      dy[j]! -= uy * by;
    };
    for (let i = 0; i < count; i++)
      for (let j = i + 1; j < count; j++) push(i, j, (distance) => (ideal * ideal) / distance);
    for (const [i, j] of edges) push(i, j, (distance) => -(distance * distance) / ideal);
    const heat = 0.12 * (1 - step / STEPS);
    for (let i = 0; i < count; i++) {
      // Towards the middle, so that parts without connection stay in the picture.
      const [fx, fy] = [dx[i]! - 0.4 * x[i]!, dy[i]! - 0.4 * y[i]!];
      const length = Math.max(0.001, Math.hypot(fx, fy));
      const far = Math.min(length * 0.1, heat);
      x[i]! += (fx / length) * far;
      y[i]! += (fy / length) * far;
    }
  }
  return stretched(x, y);
}

/** Turned so that the long side lies flat, then stretched to the picture's edges. */
function stretched(x: readonly number[], y: readonly number[]): readonly Spot[] {
  const angle = longAxis(x, y);
  const [cos, sin] = [Math.cos(-angle), Math.sin(-angle)];
  const tx = x.map((v, i) => v * cos - y[i]! * sin);
  const ty = x.map((v, i) => v * sin + y[i]! * cos);
  const [left, right, top, bottom] = [Math.min(...tx), Math.max(...tx), Math.min(...ty), Math.max(...ty)];
  const wide = Math.max(right - left, 0.001);
  const high = Math.max(bottom - top, wide / (2 * FLAT), 0.001);
  return tx.map((v, i) => ({
    x: (v - left) / wide,
    y: 0.5 + (ty[i]! - (top + bottom) / 2) / high,
  }));
}

function longAxis(x: readonly number[], y: readonly number[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, v) => sum + v, 0) / of.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  x.forEach((v, i) => {
    xx += (v - mx) ** 2;
    yy += (y[i]! - my) ** 2;
    xy += (v - mx) * (y[i]! - my);
  });
  return 0.5 * Math.atan2(2 * xy, xx - yy);
}
