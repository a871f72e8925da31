/** Sales wait for company before they are sent. Sending them early is possible, and the question says what it costs. */
import { IconSend, IconUsersGroup } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import type { StatusView } from '../../src/till-api.ts';
import { useAsk, useFormats, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';
import { StatusItem } from './status-item.tsx';
import look from './status-line.module.css';

const DAY = 86_400;

export function CrowdItem({ crowd }: { readonly crowd: StatusView['crowd'] }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const [asking, setAsking] = useState(false);
  const { sales, k, openedSecondsAgo, holdMaxSeconds, small } = crowd;
  const long = (seconds: number) =>
    seconds < 2 * DAY
      ? format.duration(Math.ceil(seconds / 60))
      : t('status.days', { count: Math.floor(seconds / DAY) });
  return (
    <>
      <StatusItem
        name="crowd"
        tone="plain"
        icon={IconUsersGroup}
        text={t('status.crowd', { n: format.count(sales), k: format.count(k) })}
        title={t('status.crowdTitle')}
        meaning={t('status.crowdText', { n: sales, k, hold: long(holdMaxSeconds) })}
      >
        {(close) => (
          <>
            <ul className={look.soft}>
              {openedSecondsAgo !== null && (
                <li>{t('status.crowdOpen', { duration: long(openedSecondsAgo) })}</li>
              )}
              {small > 0 && <li>{t('status.crowdSmall', { count: small })}</li>}
            </ul>
            <Action
              icon={IconSend}
              disabled={sales === 0}
              onClick={() => {
                close();
                setAsking(true);
              }}
            >
              {t('status.closeCrowd')}
            </Action>
          </>
        )}
      </StatusItem>
      <Dialog
        opened={asking}
        title={t('status.closeCrowdTitle', { n: format.count(sales) })}
        onClose={() => setAsking(false)}
        width={600}
      >
        <Hint tone="warn">
          {sales === 1
            ? t('status.closeCrowdOne')
            : t('status.closeCrowdCost', { others: sales - 1, full: k - 1 })}
        </Hint>
        <p>{t('status.closeCrowdNothing')}</p>
        <DialogActions>
          <Action
            kind="danger"
            icon={IconSend}
            onClick={() => {
              setAsking(false);
              void ask({ intent: 'close_crowd_now' });
            }}
          >
            {t('status.closeCrowdYes')}
          </Action>
          <Action kind="main" onClick={() => setAsking(false)}>
            {t('status.closeCrowdNo')}
          </Action>
        </DialogActions>
      </Dialog>
    </>
  );
}
