/** Paid: the large tick. Goes on with a scan, a key, the button, or by itself; after a restart of the terminal only when somebody has read it. */
import { IconArrowRight } from '@tabler/icons-react';
import { type ReactElement, useEffect } from 'react';
import { useAsk, useFormats, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';
import look from './phase-paid.module.css';

/** How long the tick stays, ms: a person looks up, sees it and takes the bag. */
const STAYS_MS = 8_000;

export function Paid({ minutes }: { readonly minutes: number }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const restarted = useView((view) => view.checkout.restarted === true);
  useEffect(() => {
    if (restarted) return;
    const timer = window.setTimeout(() => void ask({ intent: 'next_sale' }), STAYS_MS);
    return () => window.clearTimeout(timer);
  }, [ask, restarted]);
  return (
    <Panel
      tone="good"
      scene="paid"
      title={t('phase.paidTitle')}
      text={t(restarted ? 'phase.paidRestarted' : 'phase.paidText')}
      actions={
        <Action
          kind="main"
          size="large"
          icon={IconArrowRight}
          shortcut="Enter"
          onClick={() => void ask({ intent: 'next_sale' })}
        >
          {t('phase.nextSale')}
        </Action>
      }
    >
      <p className={look.minutes}>{format.duration(minutes)}</p>
      {restarted ? null : <p>{t('phase.paidGoesOn')}</p>}
    </Panel>
  );
}
