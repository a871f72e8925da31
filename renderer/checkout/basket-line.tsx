/** One line of the basket: picture, name, price, stepper, value. */
import { IconArrowDown, IconArrowUp, IconMinus, IconPlus, IconX } from '@tabler/icons-react';
import { type ReactElement, useEffect, useRef } from 'react';
import type { BasketLine } from '../../src/till-api.ts';
import { useAsk, useFormats, useName, useT } from '../context.tsx';
import { SquareAction } from '../parts/action.tsx';
import { ProductPicture } from '../parts/product-picture.tsx';
import type { PriceChange } from '../price-changes.ts';
import { stepAmount, unitShow } from '../units.ts';
import look from './basket-line.module.css';

interface Props {
  readonly line: BasketLine;
  readonly open: boolean;
  readonly marked: boolean;
  /** Set for a short while after the price moved. */
  readonly change: PriceChange | undefined;
  readonly onMark: (type: string) => void;
  readonly onAmount: (type: string) => void;
}

export function BasketLineRow({ line, open, marked, change, onMark, onAmount }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const name = useName()(line.names);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);

  const { type, unit, amount } = line;
  const set = (to: number) => {
    onMark(type);
    void ask({ intent: 'set_amount', type, amount: to });
  };
  const atLeast = amount <= unitShow(unit).step;
  const Arrow = change?.direction === 'up' ? IconArrowUp : IconArrowDown;
  return (
    <li
      ref={row}
      className={`${look.line} ${marked ? look.marked : ''} ${change ? look.moved : ''}`}
      data-line={type}
      data-moved={change?.direction}
    >
      <ProductPicture name={line.picture} side={52} />
      <div className={look.what}>
        <p className={look.name}>{name}</p>
        <p className={look.each}>
          {unit === 'piece'
            ? t('basket.each', { price: format.price(line.price, unit) })
            : format.price(line.price, unit)}
          {change && (
            <span className={look.new}>
              <Arrow size={16} stroke={2.5} aria-hidden="true" /> {t('basket.priceMoved')}
            </span>
          )}
        </p>
      </div>
      <p className={look.value}>{format.value(line.value)}</p>
      {open ? (
        <div className={look.stepper}>
          <SquareAction
            icon={IconMinus}
            label={t('basket.fewer', { name })}
            disabled={atLeast}
            onClick={() => set(stepAmount(amount, unit, -1))}
          />
          <button
            type="button"
            className={look.amount}
            aria-label={`${t('basket.amountOf', { name })}: ${format.amount(amount, unit)}`}
            onClick={() => {
              onMark(type);
              onAmount(type);
            }}
          >
            {format.amount(amount, unit)}
          </button>
          <SquareAction
            icon={IconPlus}
            label={t('basket.more', { name })}
            onClick={() => set(stepAmount(amount, unit, 1))}
          />
          <SquareAction
            kind="quiet"
            icon={IconX}
            label={t('basket.remove', { name })}
            onClick={() => set(0)}
          />
        </div>
      ) : (
        <p className={look.still}>× {format.amount(amount, unit)}</p>
      )}
    </li>
  );
}
