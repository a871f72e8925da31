/** Names with bars and figures, longest first as given: a list, of which the bars are only a picture. */
import type { ReactElement, ReactNode } from 'react';
import type { Labour, Member } from '../answers.ts';
import { usePage } from '../context.tsx';
import { type Hue, hueOf } from '../pictures/hue.ts';
import look from './bars.module.css';

export interface Bar {
  readonly key: string;
  readonly name: ReactNode;
  readonly value: number;
  readonly text: string;
  readonly hue: Hue;
}

export function Bars({ bars }: { readonly bars: readonly Bar[] }): ReactElement {
  const most = Math.max(1, ...bars.map(({ value }) => Math.abs(value)));
  return (
    <ul className={look.bars}>
      {bars.map(({ key, name, value, text, hue }) => (
        <li key={key} className={look.row}>
          <span className={look.name}>{name}</span>
          <span className={look.track} aria-hidden="true">
            <span
              className={look.bar}
              style={{
                width: `${(100 * Math.abs(value)) / most}%`,
                background: hue.fill,
                borderColor: hue.line,
              }}
            />
          </span>
          <span className={look.text}>{text}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the collectives worked in a month, each in its own hue. */
export function WorkedBars({
  worked,
  members,
}: {
  readonly worked: Labour['months'][number]['worked'];
  readonly members: readonly Member[];
}): ReactElement {
  const { f } = usePage();
  return (
    <Bars
      bars={worked.map(({ collective, name, minutes }) => ({
        key: collective,
        name,
        value: minutes,
        text: f.minutes(minutes),
        hue: hueOf(members.find(({ id }) => id === collective)?.ordinal ?? 0),
      }))}
    />
  );
}
