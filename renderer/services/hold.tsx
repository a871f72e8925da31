/** Waiting for the card whose holder wants something of it. */
import type { ReactElement } from 'react';
import type { CardTrouble } from '../../src/till-api.ts';
import { useT } from '../context.tsx';
import { Panel } from '../parts/panel.tsx';
import { Finish } from './finish.tsx';

export function HoldForServices({ trouble }: { readonly trouble: CardTrouble | undefined }): ReactElement {
  const t = useT();
  return (
    <Panel
      scene={trouble ? 'trouble' : 'hold'}
      title={t('services.holdTitle')}
      text={t('services.holdText')}
      trouble={trouble && t(`trouble.${trouble}`)}
      actions={<Finish large />}
    />
  );
}
