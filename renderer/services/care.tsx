/** What a card needs beside loading: its words, hours on their way from a lost card, payments that were never finished, coupons that are gone. */
import { IconEye, IconHeartHandshake, IconRefresh, IconTrash } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useAsk, useFormats, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';
import { SecretPad } from '../parts/secret-pad.tsx';
import type { AccountView } from './account.tsx';
import look from './care.module.css';
import { RestoreDialog } from './restore-dialog.tsx';

const DAY_SECONDS = 86_400;

export function Care({ account }: { readonly account: AccountView }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const [restoring, setRestoring] = useState(false);
  const [deciding, setDeciding] = useState<'forget' | 'refresh' | null>(null);
  const { returning, dead, pending, refreshing, wordsOpen, fresh, otherCards, onCard } = account;
  const amount = (minutes: number) => ({ amount: format.duration(minutes) });
  return (
    <div className={look.care}>
      {wordsOpen && (
        <>
          <Hint tone="warn">{t('services.care.wordsText')}</Hint>
          <Action kind="main" icon={IconEye} onClick={() => void ask({ intent: 'services_words' })}>
            {t('services.care.words')}
          </Action>
        </>
      )}
      {returning !== null && (
        <Hint tone="calm">
          {returning.until === null
            ? t('services.care.returning', amount(returning.minutes))
            : t('services.care.returningUntil', {
                ...amount(returning.minutes),
                day: format.day(Math.ceil(returning.until / DAY_SECONDS)),
              })}
        </Hint>
      )}
      {refreshing > 0 && <Hint tone="calm">{t('services.care.refreshing', amount(refreshing))}</Hint>}
      {dead > 0 && (
        <>
          <Hint tone="warn">{t('services.care.dead', amount(dead))}</Hint>
          <div className={look.row}>
            <Action icon={IconTrash} onClick={() => setDeciding('forget')}>
              {t('services.care.forget')}
            </Action>
            <Action icon={IconRefresh} onClick={() => setDeciding('refresh')}>
              {t('services.care.tryAgain')}
            </Action>
          </div>
        </>
      )}
      <div className={look.row}>
        {pending > 0 && (
          <Action
            icon={IconRefresh}
            onClick={() => void ask({ intent: 'services_refresh', undoPending: true })}
          >
            {t('services.care.freePending')}
          </Action>
        )}
        {fresh && (
          <Action icon={IconHeartHandshake} onClick={() => setRestoring(true)}>
            {t('services.care.lost')}
          </Action>
        )}
        {otherCards && returning === null && (
          <Action
            kind="main"
            icon={IconHeartHandshake}
            onClick={() => void ask({ intent: 'services_find_lost' })}
          >
            {t('services.care.find')}
          </Action>
        )}
        {onCard > 0 && (
          <Action icon={IconRefresh} onClick={() => void ask({ intent: 'services_refresh', all: true })}>
            {t('services.care.check')}
          </Action>
        )}
      </div>
      {restoring && (
        <RestoreDialog
          onClose={() => setRestoring(false)}
          onDone={(words) => void ask({ intent: 'services_restore', words: [...words] })}
        />
      )}
      {deciding && (
        <Dialog
          opened
          title={t(deciding === 'forget' ? 'services.care.forget' : 'services.care.tryAgain')}
          onClose={() => setDeciding(null)}
          width={440}
        >
          <p>{t(deciding === 'forget' ? 'services.care.forgetText' : 'services.care.tryAgainText')}</p>
          <SecretPad
            label={t('pin.cover')}
            kind="pin"
            onSend={(pin) => {
              setDeciding(null);
              void ask({ intent: 'services_dead', pin, what: deciding });
            }}
          />
        </Dialog>
      )}
    </div>
  );
}
