/** A strip that says what did not work, in words. It stays until the next thing works or somebody closes it. */
import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useT, useTill } from '../context.tsx';
import { SquareAction } from './action.tsx';
import look from './notice.module.css';

export function RefusalNotice(): ReactElement {
  const t = useT();
  const notice = useTill((state) => state.notice);
  const dismiss = useTill((state) => state.dismiss);
  return (
    <div role="alert" className={look.region}>
      {notice && (
        <div key={notice.number} className={look.notice} data-refusal={notice.refusal}>
          <IconAlertTriangle size={28} stroke={1.75} aria-hidden="true" />
          <p>{t(`refusal.${notice.refusal}`)}</p>
          <SquareAction kind="quiet" icon={IconX} label={t('app.close')} onClick={dismiss} />
        </div>
      )}
    </div>
  );
}

interface HintProps {
  readonly tone: 'calm' | 'warn' | 'bad' | 'good';
  readonly children: string;
}

/** A sentence with a colour and a border, within a screen. */
export function Hint({ tone, children }: HintProps): ReactElement {
  return <p className={`${look.hint} ${look[tone]}`}>{children}</p>;
}
