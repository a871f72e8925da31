/**
 * The state of the terminal, on every screen: ledger, what is unsent, reader, crowd, disk. What is well is quiet; what is
 * not says which and what to do. Each item opens its explanation.
 */
import { VisuallyHidden } from '@mantine/core';
import type { ReactElement } from 'react';
import { useT, useView } from '../context.tsx';
import { CrowdItem } from './crowd-item.tsx';
import { DiskItem } from './disk-item.tsx';
import { LedgerItem } from './ledger-item.tsx';
import { OutboxItems } from './outbox-items.tsx';
import { ReaderItem } from './reader-item.tsx';
import look from './status-line.module.css';

export function StatusLine(): ReactElement {
  const t = useT();
  const status = useView((view) => view.status);
  return (
    <footer className={look.line}>
      <VisuallyHidden>{t('status.title')}</VisuallyHidden>
      <span className={look.outlet}>{status.outlet}</span>
      <ReaderItem reader={status.reader} />
      <CrowdItem crowd={status.crowd} />
      {status.disk === 'full' && <DiskItem />}
      <OutboxItems unsent={status.unsent} setAside={status.setAside} />
      <LedgerItem ledger={status.ledger} />
    </footer>
  );
}
