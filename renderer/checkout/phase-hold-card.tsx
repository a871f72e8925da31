/** Waiting for a card; with a sentence if the last one did not do. */
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { CardTrouble } from '../../src/till-api.ts';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';
import { useBackToBasket } from './use-back-to-basket.ts';

export function HoldCard({ trouble }: { readonly trouble: CardTrouble | undefined }): ReactElement {
  const t = useT();
  const ask = useAsk();
  useBackToBasket();
  return (
    <Panel
      scene={trouble ? 'trouble' : 'hold'}
      title={t('phase.holdTitle')}
      text={trouble ? t('phase.holdTroubleText') : t('phase.holdText')}
      trouble={trouble && t(`trouble.${trouble}`)}
      actions={
        <Action
          size="large"
          icon={IconArrowLeft}
          shortcut="Esc"
          onClick={() => void ask({ intent: 'cancel_payment' })}
        >
          {t('phase.backToBasket')}
        </Action>
      }
    />
  );
}
