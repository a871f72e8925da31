/** The keys of the checkout, for those who like a keyboard. */
import type { ReactElement } from 'react';
import { useT } from './context.tsx';
import look from './keys-dialog.module.css';
import { Dialog } from './parts/dialog.tsx';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function KeysDialog({ opened, onClose }: Props): ReactElement {
  const t = useT();
  const rows = [
    ['0 … 9  A … Z', t('keys.scan')],
    [t('keys.arrowKeys'), t('keys.arrows')],
    ['Enter', t('keys.enter')],
    ['F12', t('keys.pay')],
    ['+  −', t('keys.plusMinus')],
    ['*', t('keys.amount')],
    [t('keys.pageKeys'), t('keys.page')],
    ['Del', t('keys.del')],
    ['Esc', t('keys.esc')],
    ['F1  F2  F3', t('keys.screens')],
  ] as const;
  return (
    <Dialog opened={opened} onClose={onClose} title={t('keys.title')} width={640}>
      <dl className={look.keys}>
        {rows.map(([key, text]) => (
          <div key={key} className={look.row}>
            <dt>
              <kbd className={look.key}>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
