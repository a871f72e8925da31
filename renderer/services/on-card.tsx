/** The hours in the person's hand. */
import type { ReactElement } from 'react';
import { TimeDial } from '../../widgets/time-dial.tsx';
import { useFormats, useT } from '../context.tsx';
import look from './account.module.css';
import type { AccountView } from './account.tsx';
import { Care } from './care.tsx';

export function OnCard({ account }: { readonly account: AccountView }): ReactElement {
  const t = useT();
  const format = useFormats();
  return (
    <section className={look.box} aria-labelledby="on-card">
      <h2 id="on-card">{t('services.onCard')}</h2>
      <div className={look.row}>
        <TimeDial minutes={account.onCard} size={96} />
        <div>
          <p className={look.figure}>{format.duration(account.onCard)}</p>
          <ul className={look.soft}>
            {account.exposed > 0 && (
              <li>{t('services.exposed', { amount: format.duration(account.exposed) })}</li>
            )}
            {account.pending > 0 && (
              <li>{t('services.pending', { amount: format.duration(account.pending) })}</li>
            )}
            <li>{t('services.room', { count: account.freeSlots })}</li>
          </ul>
        </div>
      </div>
      <Care account={account} />
    </section>
  );
}
