/**
 * The card has answered and the terminal has it on disk, but the card has not heard so. The same card once more ends it;
 * if the person has left, the payment is given up, and the question before says exactly what that means.
 */
import { IconDoorExit } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import type { CardTrouble } from '../../src/till-api.ts';
import { useAsk, useFormats, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';
import { Panel } from '../parts/panel.tsx';
import look from './phase-hold-again.module.css';

export function HoldAgain({ trouble }: { readonly trouble: CardTrouble | undefined }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const minutes = useView((view) => view.checkout.minutes);
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <Panel
        scene="again"
        title={t('phase.againTitle')}
        text={t('phase.againText')}
        trouble={trouble && t(`trouble.${trouble}`)}
        actions={
          <Action size="large" icon={IconDoorExit} onClick={() => setLeaving(true)}>
            {t('phase.personLeft')}
          </Action>
        }
      >
        <Hint tone="warn">{t('phase.againGoods')}</Hint>
      </Panel>
      <Dialog opened={leaving} title={t('phase.giveUpTitle')} onClose={() => setLeaving(false)} width={600}>
        <ul className={look.what}>
          <li>{t('phase.giveUpNothing')}</li>
          <li>{t('phase.giveUpBack', { amount: format.duration(minutes) })}</li>
          <li>{t('phase.giveUpBasket')}</li>
        </ul>
        <DialogActions>
          <Action onClick={() => setLeaving(false)}>{t('phase.giveUpNo')}</Action>
          <Action
            kind="danger"
            icon={IconDoorExit}
            onClick={() => {
              setLeaving(false);
              void ask({ intent: 'give_up' });
            }}
          >
            {t('phase.giveUpYes')}
          </Action>
        </DialogActions>
      </Dialog>
    </>
  );
}
