/** The card was taken away in the middle. Nothing is lost; a load goes on where it stopped. */
import { IconRefresh } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';
import { Finish } from './finish.tsx';

export function CardGone({ unfinishedLoad }: { readonly unfinishedLoad: boolean }): ReactElement {
  const t = useT();
  const ask = useAsk();
  return (
    <Panel
      scene="gone"
      title={t('services.goneTitle')}
      text={unfinishedLoad ? undefined : t('services.goneText')}
      trouble={unfinishedLoad ? t('services.goneLoad') : undefined}
      actions={
        <>
          <Finish large />
          <Action
            kind="main"
            size="large"
            icon={IconRefresh}
            onClick={() => void ask({ intent: 'services_open' })}
          >
            {t('services.again')}
          </Action>
        </>
      }
    />
  );
}
