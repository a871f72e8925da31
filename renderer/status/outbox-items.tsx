/** What this terminal wrote and the ledger has not answered, and what it refused. */
import { IconArchive, IconChecks, IconListCheck, IconSend } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useFormats, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { SetAsideDialog } from './set-aside-dialog.tsx';
import { StatusItem } from './status-item.tsx';

interface Props {
  readonly unsent: number;
  readonly setAside: number;
}

export function OutboxItems({ unsent, setAside }: Props): ReactElement {
  const t = useT();
  const format = useFormats();
  const kept = useView((view) => view.outbox.entries.length);
  const [looking, setLooking] = useState(false);
  const lookAt = (close: () => void) => (
    <Action
      icon={IconListCheck}
      onClick={() => {
        close();
        setLooking(true);
      }}
    >
      {t('setAside.look')}
    </Action>
  );
  return (
    <>
      {setAside > 0 && (
        <StatusItem
          name="set-aside"
          tone="warn"
          icon={IconArchive}
          text={t('status.setAside', { n: format.count(setAside) })}
          title={t('status.setAsideTitle')}
          meaning={t('status.setAsideText', { count: setAside })}
          advice={t('status.setAsideAdvice')}
        >
          {lookAt}
        </StatusItem>
      )}
      <StatusItem
        name="unsent"
        tone={unsent === 0 ? 'good' : 'plain'}
        icon={unsent === 0 ? IconChecks : IconSend}
        text={unsent === 0 ? t('status.unsentNone') : t('status.unsent', { n: format.count(unsent) })}
        title={t('status.unsentTitle')}
        meaning={unsent === 0 ? t('status.unsentNoneText') : t('status.unsentText', { count: unsent })}
      >
        {(close) => setAside === 0 && kept > 0 && lookAt(close)}
      </StatusItem>
      <SetAsideDialog opened={looking} onClose={() => setLooking(false)} />
    </>
  );
}
