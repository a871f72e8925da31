/** Two sums a month side by side, drawn as bars with their figures; equal sums are equally long. */
import type { ReactElement } from 'react';
import { usePage } from '../context.tsx';
import look from './pair-chart.module.css';

interface Props {
  readonly label: string;
  readonly names: readonly [string, string];
  readonly pairs: readonly {
    readonly key: string;
    readonly name: string;
    readonly values: readonly [bigint, bigint];
    readonly note: string;
  }[];
}

export function PairChart({ label, names, pairs }: Props): ReactElement {
  const { f } = usePage();
  const most = Math.max(1, ...pairs.flatMap(({ values }) => values.map(Number)));
  const bar = (value: bigint, name: string, className: string | undefined) => (
    <span className={look.line}>
      <span aria-hidden="true">
        <span
          className={`${look.bar} ${className}`}
          style={{ width: `${Math.max(0.4, (100 * Number(value)) / most)}%` }}
        />
      </span>
      <span className={look.text}>
        <strong>{f.time(value)}</strong> <span className={look.what}>{name}</span>
      </span>
    </span>
  );
  return (
    <ul className={look.chart} aria-label={label}>
      {pairs.map(({ key, name, values, note }) => (
        <li key={key} className={look.pair}>
          <span className={look.name}>{name}</span>
          <span className={look.lines}>
            {bar(values[0], names[0], look.first)}
            {bar(values[1], names[1], look.second)}
            <span className={look.note}>{note}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
