/** What this terminal wrote and the ledger has not answered, and what it refused. */
import { IconArchive, IconChecks, IconSend } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useFormats, useT } from '../context.tsx';
import { StatusItem } from './status-item.tsx';

interface Props {
  readonly unsent: number;
  readonly setAside: number;
}

export function OutboxItems({ unsent, setAside }: Props): ReactElement {
  const t = useT();
  const format = useFormats();
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
          todo={t('status.setAsideTodo')}
        />
      )}
      <StatusItem
        name="unsent"
        tone={unsent === 0 ? 'good' : 'plain'}
        icon={unsent === 0 ? IconChecks : IconSend}
        text={unsent === 0 ? t('status.unsentNone') : t('status.unsent', { n: format.count(unsent) })}
        title={t('status.unsentTitle')}
        meaning={unsent === 0 ? t('status.unsentNoneText') : t('status.unsentText', { count: unsent })}
      />
    </>
  );
}
