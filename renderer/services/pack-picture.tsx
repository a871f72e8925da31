/** A pack: five hours, bound together. */
import type { ReactElement } from 'react';
import look from './pack-picture.module.css';

const PLACES = [
  [24, 26],
  [48, 26],
  [72, 26],
  [36, 47],
  [60, 47],
] as const;

export function PackPicture(): ReactElement {
  return (
    <svg width="120" height="90" viewBox="0 0 96 72" aria-hidden="true">
      <rect x="4" y="6" width="88" height="60" rx="10" className={look.wrap} />
      {PLACES.map(([x, y]) => (
        <g key={`${x}-${y}`}>
          <circle cx={x} cy={y} r="10" className={look.hour} />
          <path d={`M${x} ${y}v-6.500M${x} ${y}l4 2.500`} className={look.hand} />
        </g>
      ))}
      <path d="M4 36h10M82 36h10" className={look.band} />
    </svg>
  );
}
