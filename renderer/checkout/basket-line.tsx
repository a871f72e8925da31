/** One line of the basket: picture, name, amount, price, value. The marked line has the stepper; a touch marks a line. */
import { IconArrowDown, IconArrowUp, IconMinus, IconPlus, IconX } from '@tabler/icons-react';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
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
  const name = useName()(line.names);
  const row = useRef<HTMLLIElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a line that grew is shown as well
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' });
  }, [marked, line.amount]);
  return (
    <li
      ref={row}
      className={`${look.line} ${marked ? look.marked : ''} ${change ? look.moved : ''}`}
      data-line={line.type}
      data-moved={change?.direction}
    >
      {open && !marked ? (
        <button type="button" className={look.row} onClick={() => onMark(line.type)}>
          <Words line={line} name={name} change={change} />
          <span className={look.hidden}>{t('basket.mark', { name })}</span>
        </button>
      ) : (
        <div className={look.row}>
          <Words line={line} name={name} change={change} />
        </div>
      )}
      {marked && <Stepper line={line} name={name} onAmount={onAmount} />}
    </li>
  );
}

interface WordsProps {
  readonly line: BasketLine;
  readonly name: string;
  readonly change: PriceChange | undefined;
}

function Words({ line, name, change }: WordsProps): ReactNode {
  const t = useT();
  const format = useFormats();
  const Arrow = change?.direction === 'up' ? IconArrowUp : IconArrowDown;
  return (
    <>
      <ProductPicture name={line.picture} side={52} />
      <span className={look.what}>
        <span className={look.name}>{name}</span>
        <span className={look.each}>
          <span>
            <b className={look.times}>{format.amount(line.amount, line.unit)}</b> ×{' '}
            {format.price(line.price, line.unit)}
          </span>
          {change && (
            <span className={look.new}>
              <Arrow size={16} stroke={2.5} aria-hidden="true" /> {t('basket.priceMoved')}
            </span>
          )}
        </span>
      </span>
      <span className={look.value}>{format.value(line.value)}</span>
    </>
  );
}

interface StepperProps {
  readonly line: BasketLine;
  readonly name: string;
  readonly onAmount: (type: string) => void;
}

function Stepper({ line, name, onAmount }: StepperProps): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const { type, unit, amount } = line;
  const set = (to: number) => void ask({ intent: 'set_amount', type, amount: to });
  return (
    <div className={look.stepper}>
      <SquareAction kind="quiet" icon={IconX} label={t('basket.remove', { name })} onClick={() => set(0)} />
      <SquareAction
        icon={IconMinus}
        label={t('basket.fewer', { name })}
        disabled={amount <= unitShow(unit).step}
        onClick={() => set(stepAmount(amount, unit, -1))}
      />
      <button
        type="button"
        className={look.amount}
        aria-label={`${t('basket.amountOf', { name })}: ${format.amount(amount, unit)}`}
        onClick={() => onAmount(type)}
      >
        {format.amount(amount, unit)}
      </button>
      <SquareAction
        icon={IconPlus}
        label={t('basket.more', { name })}
        onClick={() => set(stepAmount(amount, unit, 1))}
      />
    </div>
  );
}
