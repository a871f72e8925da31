/** From hours worked to balance: what is not claimed yet, what is on the ledger. */
import { IconClockPlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useFormats, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import look from './account.module.css';
import type { AccountView } from './account.tsx';
import two from './claim.module.css';

export function Claim({ account }: { readonly account: AccountView }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  return (
    <section className={`${look.box} ${two.two}`} aria-labelledby="claimable">
      <div className={two.half}>
        <h2 id="claimable">{t('services.claimable')}</h2>
        <p className={look.figure}>{format.value(account.claimableValue)}</p>
        {account.claimable > 0 ? (
          <>
            <p className={look.soft}>{t('services.claimableText', { count: account.claimable })}</p>
            <Action kind="main" icon={IconClockPlus} onClick={() => void ask({ intent: 'services_claim' })}>
              {t('services.claim')}
            </Action>
          </>
        ) : (
          <p className={look.soft}>{t('services.nothingToClaim')}</p>
        )}
      </div>
      <div className={two.half}>
        <h2>{t('services.balance')}</h2>
        <p className={look.figure}>{format.value(account.balance)}</p>
        <p className={look.soft}>{t('services.balanceText')}</p>
      </div>
    </section>
  );
}
