/** What was taken: lines, the sum in hours and minutes, the button that asks for the card. Read-only while paying. */
import { IconLock, IconTrash } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useAsk, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog, DialogActions } from '../parts/dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import look from './basket.module.css';
import { BasketLineRow } from './basket-line.tsx';
import { Total } from './total.tsx';
import { usePriceChanges } from './use-price-changes.ts';

interface Props {
  readonly marked: string | null;
  readonly onMark: (type: string) => void;
  readonly onAmount: (type: string) => void;
}

export function Basket({ marked, onMark, onAmount }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const { lines, frozen, step } = useView((view) => view.checkout);
  const changed = usePriceChanges(lines);
  const [clearing, setClearing] = useState(false);
  const open = step.phase === 'basket';

  return (
    <section className={look.basket} aria-labelledby="basket-title">
      <div className={look.head}>
        <h2 id="basket-title">{t('basket.title')}</h2>
        {lines.length > 0 && <span className={look.count}>{t('basket.lines', { count: lines.length })}</span>}
        {open && lines.length > 0 && (
          <Action
            kind="quiet"
            icon={IconTrash}
            aria-label={t('basket.clearLabel')}
            onClick={() => setClearing(true)}
          >
            {t('basket.clear')}
          </Action>
        )}
      </div>
      {frozen && lines.length > 0 && (
        <p className={look.frozen}>
          <IconLock size={20} stroke={1.75} aria-hidden="true" /> {t('basket.frozen')}
        </p>
      )}
      {lines.length === 0 ? (
        <Empty title={t('basket.empty')} text={t('basket.emptyText')} picture="bag" />
      ) : (
        <ul className={look.lines} tabIndex={open ? undefined : 0} aria-labelledby="basket-title">
          {lines.map((line) => (
            <BasketLineRow
              key={line.type}
              line={line}
              open={open}
              marked={open && line.type === marked}
              change={changed.get(line.type)}
              onMark={onMark}
              onAmount={onAmount}
            />
          ))}
        </ul>
      )}
      <Total />
      <Dialog opened={clearing} title={t('basket.clearTitle')} onClose={() => setClearing(false)}>
        <p>{t('basket.clearText')}</p>
        <DialogActions>
          <Action onClick={() => setClearing(false)}>{t('app.cancel')}</Action>
          <Action
            kind="danger"
            icon={IconTrash}
            onClick={() => {
              setClearing(false);
              void ask({ intent: 'clear_basket' });
            }}
          >
            {t('basket.clearYes')}
          </Action>
        </DialogActions>
      </Dialog>
    </section>
  );
}
