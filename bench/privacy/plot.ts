/**
 * Line charts as SVG, written by hand: a title, axes with their names, lines with their names at the end. No colour carries meaning alone:
 * lines are named where they end.
 */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A dashed line: what is compared with. */
  readonly dashed?: boolean;
  /** Which colour; lines that belong together share one. */
  readonly colour: number;
}
export interface Chart {
  readonly title: string;
  readonly x: { readonly name: string; readonly log: boolean; readonly ticks: readonly number[] };
  readonly y: { readonly name: string; readonly log: boolean; readonly ticks: readonly number[] };
  readonly lines: readonly Line[];
  /** A vertical mark. */
  readonly mark?: { readonly x: number; readonly name: string };
}

const COLOURS = ['#0b5cad', '#b3541e', '#2f7d32', '#7b3fa0', '#444444'];
const [WIDTH, HEIGHT] = [560, 380];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 150, 40, 48];

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;

function scale(axis: Chart['x'], from: number, to: number): (value: number) => number {
  const f = (value: number): number => (axis.log ? Math.log(value) : value);
  const [low, high] = [f(axis.ticks[0] as number), f(axis.ticks.at(-1) as number)];
  return (value) => from + ((f(value) - low) / (high - low)) * (to - from);
}

function draw({ title, x, y, lines, mark }: Chart): string {
  const sx = scale(x, LEFT, WIDTH - RIGHT);
  const sy = scale(y, HEIGHT - BOTTOM, TOP);
  const parts = [text(LEFT, 22, title, 'font-weight="bold" font-size="14"')];
  for (const tick of x.ticks)
    parts.push(
      `<path d="M${sx(tick).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`,
      text(sx(tick), HEIGHT - BOTTOM + 16, String(tick), 'text-anchor="middle"'),
    );
  for (const tick of y.ticks)
    parts.push(
      `<path d="M${LEFT} ${sy(tick).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`,
      text(LEFT - 6, sy(tick) + 4, `${+(tick * 100).toPrecision(3)} %`, 'text-anchor="end"'),
    );
  parts.push(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x.name, 'text-anchor="middle"'));
  parts.push(
    `<g transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${text(0, 0, y.name, 'text-anchor="middle"')}</g>`,
  );
  if (mark !== undefined)
    parts.push(
      `<path d="M${sx(mark.x).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#888" stroke-dasharray="2 3"/>`,
      text(sx(mark.x) + 4, TOP + 12, mark.name, 'fill="#444"'),
    );
  const [lowest, highest] = [y.ticks[0] as number, y.ticks.at(-1) as number];
  const clamp = (value: number): number => Math.min(highest, Math.max(lowest, value));
  const ends: number[] = [];
  for (const { name, points, dashed, colour } of lines) {
    const stroke = COLOURS[colour % COLOURS.length];
    const d = points.map(([px, py]) => `${sx(px).toFixed(1)} ${sy(clamp(py)).toFixed(1)}`).join('L');
    parts.push(
      `<path d="M${d}" fill="none" stroke="${stroke}" stroke-width="${dashed ? 1.2 : 2}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
    );
    const last = points.at(-1);
    if (last === undefined || name === '') continue;
    // Names that would lie on each other move apart.
    let at = sy(clamp(last[1])) + 4;
    while (ends.some((other) => Math.abs(other - at) < 12)) at += 3;
    ends.push(at);
    parts.push(text(sx(last[0]) + 6, at, name, `fill="${stroke}"`));
  }
  return parts.join('\n');
}

/** Charts beside each other. */
export function svg(charts: readonly Chart[], description: string): string {
  const width = WIDTH * charts.length;
  const drawn = charts.map((chart, i) => `<g transform="translate(${i * WIDTH} 0)">\n${draw(chart)}\n</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" font-family="sans-serif" font-size="11" role="img">
<title>${escaped(description)}</title>
<rect width="${width}" height="${HEIGHT}" fill="#fff"/>
${drawn.join('\n')}
</svg>
`;
}
