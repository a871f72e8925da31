/** Contrast of two colours by the formula of WCAG 2.2, and the colours of a page's two schemes as its style sheets name them. */
import { readFileSync } from 'node:fs';

type Scheme = (name: string) => string;

/** Relative luminance of sRGB (WCAG 2.2, definitions). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21, of two colours as `#rrggbb`. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The colours of a page: the shared palette and its own. A name without a colour in a scheme throws. */
export function schemesOf(page: 'renderer' | 'explorer'): Readonly<Record<'light' | 'dark', Scheme>> {
  const found = { light: new Map<string, string>(), dark: new Map<string, string>() };
  for (const file of ['widgets/palette.css', `${page}/tokens.css`]) {
    const css = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const dark = css.indexOf('="dark"]');
    for (const [scheme, block] of [
      ['light', css.slice(0, dark)],
      ['dark', css.slice(dark)],
    ] as const)
      for (const [, name = '', colour = ''] of block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g))
        found[scheme].set(name, colour);
  }
  const of = (colours: ReadonlyMap<string, string>) => (name: string) => {
    const colour = colours.get(name);
    if (colour === undefined) throw new Error(`no colour ${name}`);
    return colour;
  };
  return { light: of(found.light), dark: of(found.dark) };
}
