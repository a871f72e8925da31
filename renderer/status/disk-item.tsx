/** The disk is full: the one thing that stops every sale. */
import { IconDatabaseOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useT } from '../context.tsx';
import { StatusItem } from './status-item.tsx';

export function DiskItem(): ReactElement {
  const t = useT();
  return (
    <StatusItem
      name="disk"
      tone="bad"
      icon={IconDatabaseOff}
      text={t('status.disk')}
      title={t('status.diskTitle')}
      meaning={t('status.diskText')}
      advice={t('status.diskAdvice')}
    />
  );
}
