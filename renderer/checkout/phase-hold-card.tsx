/** Waiting for a card; with a sentence if the last one did not do. */
import type { ReactElement } from 'react';
import type { CardTrouble } from '../../src/till-api.ts';
import { useT } from '../context.tsx';
import { Panel } from '../parts/panel.tsx';
import { BackToBasket } from './back-to-basket.tsx';

export function HoldCard({ trouble }: { readonly trouble: CardTrouble | undefined }): ReactElement {
  const t = useT();
  return (
    <Panel
      scene={trouble ? 'trouble' : 'hold'}
      title={t('phase.holdTitle')}
      text={trouble ? t('phase.holdTroubleText') : t('phase.holdText')}
      trouble={trouble && t(`trouble.${trouble}`)}
      actions={<BackToBasket />}
    />
  );
}
