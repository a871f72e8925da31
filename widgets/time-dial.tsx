/**
 * Labour time as a picture: a clock face whose filled part is the minutes, small discs before it the full hours. It says
 * nothing that the text beside it does not say.
 */
import type { ReactElement } from 'react';
import look from './time-dial.module.css';

/** Discs in a column, and in all; the last one is hollow when there are more hours than discs. */
const COLUMN = 5;
const DISCS = 2 * COLUMN;

/** Path of a sector from twelve o'clock, clockwise, `minutes` of 60, radius `r` about (c, c). */
function sector(minutes: number, c: number, r: number): string {
  const angle = (minutes / 60) * 2 * Math.PI;
  const x = c + r * Math.sin(angle);
  const y = c - r * Math.cos(angle);
  return `M${c} ${c}V${c - r}A${r} ${r} 0 ${minutes > 30 ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}Z`;
}

interface Props {
  readonly minutes: number;
  readonly size: number;
}

export function TimeDial({ minutes, size }: Props): ReactElement {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const discs = Math.min(hours, DISCS);
  const disc = Math.round(size / COLUMN) - 4;
  return (
    <span className={look.dial} aria-hidden="true">
      {discs > 0 && (
        <span
          className={look.hours}
          style={{ gridTemplateColumns: `repeat(${Math.ceil(discs / COLUMN)}, auto)` }}
        >
          {Array.from({ length: discs }, (_, i) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: discs have nothing but their place
              key={i}
              className={hours > DISCS && i === DISCS - 1 ? look.more : look.hour}
              style={{ width: disc, height: disc }}
            />
          ))}
        </span>
      )}
      <svg width={size} height={size} viewBox="0 0 100 100" aria-hidden="true">
        <circle cx="50" cy="50" r="46" className={look.face} />
        {rest > 0 && <path d={sector(rest, 50, 38)} className={look.part} />}
        {Array.from({ length: 12 }, (_, i) => (
          <line
            // biome-ignore lint/suspicious/noArrayIndexKey: marks have nothing but their place
            key={i}
            x1="50"
            y1="5.500"
            x2="50"
            y2={i % 3 === 0 ? 13 : 10}
            transform={`rotate(${i * 30} 50 50)`}
            className={look.mark}
          />
        ))}
      </svg>
    </span>
  );
}
