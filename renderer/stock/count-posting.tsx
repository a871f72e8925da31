/** The count is on its way to the ledger, or there. */
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';

interface Props {
  readonly posted: boolean;
  readonly refusal: string | undefined;
}

export function CountPosting({ posted, refusal }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  if (!posted) {
    return (
      <Panel
        scene={refusal === undefined ? 'sending' : 'trouble'}
        title={t('count.posting')}
        text={t('count.postingText')}
        trouble={refusal && t('count.refused', { reason: refusal })}
      />
    );
  }
  return (
    <Panel
      tone="good"
      scene="paid"
      title={t('count.postedTitle')}
      text={t('count.postedText')}
      actions={
        <Action
          kind="main"
          size="large"
          icon={IconArrowLeft}
          onClick={() => void ask({ intent: 'count_cancel' })}
        >
          {t('count.done')}
        </Action>
      }
    />
  );
}
