/** The sum: whole minutes large, because that is what a card pays; the exact value small; and the way to the card. */
import { IconCreditCard } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { TimeDial } from '../../widgets/time-dial.tsx';
import { useAsk, useFormats, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { PAY_KEY } from '../shortcuts.ts';
import look from './total.module.css';

export function Total(): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const { total, minutes, lines, step } = useView((view) => view.checkout);
  return (
    <div className={look.total}>
      <div className={look.sum}>
        <div>
          <p className={look.label} id="total-label">
            {t('basket.total')}
          </p>
          <output className={look.minutes} aria-labelledby="total-label" data-total={minutes}>
            {format.duration(minutes)}
          </output>
        </div>
        <TimeDial minutes={minutes} size={84} />
      </div>
      <p className={look.exact}>{t('basket.exactly', { value: format.exact(total) })}</p>
      {step.phase === 'basket' && (
        <Action
          kind="main"
          size="large"
          wide
          icon={IconCreditCard}
          shortcut={PAY_KEY}
          aria-keyshortcuts={PAY_KEY}
          disabled={lines.length === 0}
          onClick={() => void ask({ intent: 'pay' })}
        >
          {t('basket.pay')}
        </Action>
      )}
    </div>
  );
}
