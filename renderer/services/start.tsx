/** Card services before a card is there: what they are for. */
import { IconId } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';

export function Start(): ReactElement {
  const t = useT();
  const ask = useAsk();
  return (
    <Panel
      scene="hold"
      title={t('services.startTitle')}
      text={t('services.startText')}
      actions={
        <Action kind="main" size="large" icon={IconId} onClick={() => void ask({ intent: 'services_open' })}>
          {t('services.start')}
        </Action>
      }
    />
  );
}
