/** How much of something: usual amounts to touch, a pad, the keyboard. Amounts are whole base units (pieces, grams, …). */
import { IconCheck } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import type { Names } from '../../src/till-api.ts';
import { useFormats, useName, useT } from '../context.tsx';
import { type Digits, NO_DIGITS, padKey, pressDigit, toAmount } from '../digits.ts';
import { unitShow } from '../units.ts';
import { useKey } from '../use-key.ts';
import { Action } from './action.tsx';
import look from './amount-dialog.module.css';
import { Dialog } from './dialog.tsx';
import { NumberPad } from './number-pad.tsx';
import { ProductPicture } from './product-picture.tsx';

export interface AmountQuestion {
  readonly names: Names;
  readonly unit: string;
  readonly picture: string;
  /** What it is now; null if nothing was taken yet. */
  readonly amount: number | null;
  readonly take: (amount: number) => void;
}

/** Six digits: the door takes at most a million base units. */
const LENGTH = { min: 1, max: 6 };

interface Props {
  readonly question: AmountQuestion;
  readonly onClose: () => void;
}

export function AmountDialog({ question, onClose }: Props): ReactElement {
  const t = useT();
  const nameOf = useName();
  const format = useFormats();
  const [digits, setDigits] = useState<Digits>(NO_DIGITS);

  const { unit } = question;
  const { small, presets } = unitShow(unit);
  const amount = toAmount(digits);
  const choose = (to: number) => {
    onClose();
    question.take(to);
  };
  useKey((event) => {
    const key = padKey(event.key);
    // Enter on a focused button presses that button.
    if (key === null || (key === 'enter' && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    event.stopPropagation();
    if (key !== 'enter') setDigits((was) => pressDigit(was, key, LENGTH));
    else if (amount !== null && amount > 0) choose(amount);
  }, true);

  return (
    <Dialog opened title={t('amount.title', { name: nameOf(question.names) })} onClose={onClose} width={680}>
      <div className={look.amount} tabIndex={-1} data-autofocus>
        <div className={look.side}>
          <div className={look.head}>
            <ProductPicture name={question.picture} side={72} />
            <output className={look.typed} aria-live="polite">
              {amount === null ? (
                <span className={look.none}>
                  {question.amount === null ? t('amount.none') : format.amount(question.amount, unit)}
                </span>
              ) : (
                <>
                  {format.count(amount)} <small>{small === '' ? t('amount.unit_piece') : small}</small>
                </>
              )}
            </output>
          </div>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a border of its own */}
          <div className={look.presets} role="group" aria-label={t('amount.presets')}>
            {presets.map((preset) => (
              <Action key={preset} onClick={() => choose(preset)}>
                {format.amount(preset, unit)}
              </Action>
            ))}
          </div>
          <Action
            kind="main"
            size="large"
            wide
            icon={IconCheck}
            disabled={amount === null || amount === 0}
            onClick={() => amount !== null && choose(amount)}
          >
            {t('amount.set')}
          </Action>
        </div>
        <NumberPad onPress={(key) => setDigits((was) => pressDigit(was, key, LENGTH))} />
      </div>
    </Dialog>
  );
}
