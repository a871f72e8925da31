/** The two questions of a count, each saying what follows. */
import { IconClipboardCheck, IconTrash } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';

export type Question = 'seal' | 'cancel';

interface Props {
  readonly question: Question | null;
  /** Lines without an entry. */
  readonly missing: number;
  readonly onClose: () => void;
}

export function CountQuestion({ question, missing, onClose }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const act = (intent: 'count_seal' | 'count_cancel') => {
    onClose();
    void ask({ intent });
  };
  return (
    <>
      <Dialog opened={question === 'seal'} title={t('count.sealTitle')} onClose={onClose}>
        <p>{t('count.sealText')}</p>
        {missing > 0 && <Hint tone="warn">{t('count.sealMissing', { count: missing })}</Hint>}
        <DialogActions>
          <Action onClick={onClose}>{t('count.running')}</Action>
          <Action kind="main" icon={IconClipboardCheck} onClick={() => act('count_seal')}>
            {t('count.sealYes')}
          </Action>
        </DialogActions>
      </Dialog>
      <Dialog opened={question === 'cancel'} title={t('count.cancelTitle')} onClose={onClose}>
        <p>{t('count.cancelText')}</p>
        <DialogActions>
          <Action onClick={onClose}>{t('app.cancel')}</Action>
          <Action kind="danger" icon={IconTrash} onClick={() => act('count_cancel')}>
            {t('count.cancelYes')}
          </Action>
        </DialogActions>
      </Dialog>
    </>
  );
}
