/** The colour of a collective: by the order of registration, so that it is the same in every picture. Eight, then again from the first. */
const HUES = 8;

export interface Hue {
  readonly line: string;
  readonly fill: string;
}

export function hueOf(ordinal: number): Hue {
  const n = ordinal % HUES;
  return { line: `var(--hue-${n})`, fill: `var(--tint-${n})` };
}
