/** One item of the state: a picture and a word; touched, it says what it means and what to do. */
import { Popover } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { type ReactElement, type ReactNode, useState } from 'react';
import look from './status-line.module.css';

export type Tone = 'good' | 'plain' | 'warn' | 'bad';

interface Props {
  readonly name: string;
  readonly tone: Tone;
  readonly icon: Icon;
  readonly text: ReactNode;
  readonly title: string;
  readonly meaning: string;
  readonly advice?: string | undefined;
  /** More below the sentences; gets a way to close the box. */
  readonly children?: (close: () => void) => ReactNode;
}

export function StatusItem({
  name,
  tone,
  icon: Picture,
  text,
  title,
  meaning,
  advice,
  children,
}: Props): ReactElement {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-end"
      width={420}
      trapFocus
      returnFocus
      transitionProps={{ duration: 100 }}
    >
      <Popover.Target>
        <button
          type="button"
          className={`${look.item} ${look[tone] ?? ''}`}
          data-status={name}
          data-tone={tone}
          onClick={() => setOpened((was) => !was)}
        >
          <Picture size={24} stroke={1.75} aria-hidden="true" />
          <span>{text}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={look.box} aria-label={title} tabIndex={-1}>
        <h2>{title}</h2>
        <p>{meaning}</p>
        {advice && <p className={look.advice}>{advice}</p>}
        {children?.(close)}
      </Popover.Dropdown>
    </Popover>
  );
}
