/** Something that takes a while: a bar, and the one thing to heed. */
import { Progress } from '@mantine/core';
import type { ReactElement } from 'react';
import type { ServicesPhase } from '../../src/till-api.ts';
import { useT } from '../context.tsx';
import { Hint } from '../parts/notice.tsx';
import { Panel } from '../parts/panel.tsx';
import look from './working.module.css';

type Task = Extract<ServicesPhase, { phase: 'working' }>['task'];
interface Props {
  readonly task: Task;
  readonly done: number;
  readonly of: number;
}

export function Working({ task, done, of }: Props): ReactElement {
  const t = useT();
  const title = t(`services.working.${task}`);
  return (
    <Panel scene="reading" title={title}>
      {of > 0 && (
        <div className={look.bar}>
          <Progress.Root size={20} radius={10} classNames={{ root: look.root! }}>
            <Progress.Section value={(100 * done) / of} aria-label={title} className={look.section} />
          </Progress.Root>
          <p className={look.step}>{t('services.step', { done, of })}</p>
        </div>
      )}
      <Hint tone="warn">{t('services.leaveCard')}</Hint>
    </Panel>
  );
}
