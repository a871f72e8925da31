/** Waiting for a card; with a sentence if the last one did not do, and another one when it may hold a record of this purchase. */
import type { ReactElement } from 'react';
import type { CardTrouble } from '../../src/till-api.ts';
import { useT } from '../context.tsx';
import { Panel } from '../parts/panel.tsx';
import { BackToBasket } from './back-to-basket.tsx';

interface Props {
  readonly trouble: CardTrouble | undefined;
  readonly attempted: boolean;
}

export function HoldCard({ trouble, attempted }: Props): ReactElement {
  const t = useT();
  const again = attempted ? t('phase.holdAttemptedText') : t('phase.holdTroubleText');
  return (
    <Panel
      scene={trouble ? 'trouble' : 'hold'}
      title={t('phase.holdTitle')}
      text={trouble || attempted ? again : t('phase.holdText')}
      trouble={trouble && t(`trouble.${trouble}`)}
      actions={<BackToBasket />}
    />
  );
}
