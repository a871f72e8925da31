/** How fresh the prices are: height of the ledger, when it was last heard, too old to sell with or not. */
import { IconAlertTriangle, IconBook2, IconCloudOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { StatusView } from '../../src/till-api.ts';
import { useFormats, useT } from '../context.tsx';
import { StatusItem } from './status-item.tsx';
import { useAge } from './use-age.ts';

export function LedgerItem({ ledger }: { readonly ledger: StatusView['ledger'] }): ReactElement {
  const t = useT();
  const format = useFormats();
  const age = useAge(ledger.ageSeconds);
  const height = format.count(ledger.height);
  const title = t('status.ledgerTitle');
  if (ledger.tooOld) {
    return (
      <StatusItem
        name="ledger"
        tone="bad"
        icon={IconAlertTriangle}
        text={`${t('status.tooOld')} · ${age}`}
        title={t('status.tooOld')}
        meaning={t('status.tooOldText', { age })}
        advice={t('status.tooOldAdvice')}
      />
    );
  }
  if (!ledger.connected) {
    return (
      <StatusItem
        name="ledger"
        tone="warn"
        icon={IconCloudOff}
        text={`${t('status.ledgerOff')} · ${age}`}
        title={title}
        meaning={t('status.ledgerOffText', { age })}
        advice={t('status.ledgerOffAdvice')}
      />
    );
  }
  return (
    <StatusItem
      name="ledger"
      tone="good"
      icon={IconBook2}
      text={`${t('status.ledger', { height })} · ${age}`}
      title={title}
      meaning={t('status.ledgerOn', { height, age })}
    />
  );
}
