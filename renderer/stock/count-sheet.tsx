/**
 * The counting sheet: one product large with a pad, all of them in a list. What the book expects is not here and never
 * was sent. An empty entry is not zero.
 */

import { Progress } from '@mantine/core';
import { IconCheck, IconClipboardCheck, IconPlayerTrackNext, IconTrash } from '@tabler/icons-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useAsk, useFormats, useName, useT, useTill } from '../context.tsx';
import { counted, isOpen, nextUncounted, type SheetLine } from '../count-sheet.ts';
import { type Digits, NO_DIGITS, padKey, pressDigit, toAmount } from '../digits.ts';
import { Action } from '../parts/action.tsx';
import { NumberPad } from '../parts/number-pad.tsx';
import { ProductPicture } from '../parts/product-picture.tsx';
import { dialogOpen } from '../shortcuts.ts';
import { unitShow } from '../units.ts';
import { useKey } from '../use-key.ts';
import { CountQuestion, type Question } from './count-questions.tsx';
import look from './count-sheet.module.css';
import { SheetList } from './sheet-list.tsx';
import shared from './stock.module.css';

/** The door takes at most 100 000 000 base units. */
const LENGTH = { min: 1, max: 8 };

export function CountSheet({ lines }: { readonly lines: readonly SheetLine[] }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const nameOf = useName();
  const speak = useTill((state) => state.speak);
  const [chosen, setChosen] = useState<string | null>(() => nextUncounted(lines, null));
  const [digits, setDigits] = useState<Digits>(NO_DIGITS);
  const [question, setQuestion] = useState<Question | null>(null);

  const line = lines.find((one) => one.type === chosen) ?? lines.find(isOpen);
  const done = counted(lines);
  const amount = toAmount(digits);
  const choose = (type: string) => {
    setChosen(type);
    setDigits(NO_DIGITS);
  };
  const goOn = () => {
    const next = nextUncounted(lines, line?.type ?? null);
    if (next !== null) choose(next);
  };
  // The next product is there at once, for the next digits may come before the terminal has answered.
  const enter = async () => {
    if (!line || amount === null || !isOpen(line)) return;
    const { type, product } = line;
    const next = nextUncounted(lines, type);
    if (next !== null) setChosen(next);
    setDigits(NO_DIGITS);
    const answer = await ask({ intent: 'count_enter', type, amount });
    if (answer.ok) {
      speak(t('count.counted', { name: `${nameOf(product.names)}, ${format.amount(amount, product.unit)}` }));
    } else {
      setChosen(type);
      setDigits(digits);
    }
  };
  useKey((event) => {
    const key = padKey(event.key);
    if (key === null || dialogOpen() || event.ctrlKey || event.altKey) return;
    // Enter on a focused button presses that button; without digits it has nothing to enter.
    if (key === 'enter' && (event.target instanceof HTMLButtonElement || amount === null)) return;
    event.preventDefault();
    if (key === 'enter') void enter();
    else setDigits((was) => pressDigit(was, key, LENGTH));
  });
  useEffect(() => {
    if (chosen !== null) document.getElementById(`line-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  if (!line) return <p>{t('stock.empty')}</p>;
  const { unit, picture, names } = line.product;
  const { small } = unitShow(unit);
  return (
    <>
      <div className={shared.head}>
        <h1>{t('count.title')}</h1>
        <Action kind="quiet" icon={IconTrash} onClick={() => setQuestion('cancel')}>
          {t('count.cancel')}
        </Action>
        <Action
          kind={done === lines.length ? 'main' : 'plain'}
          icon={IconClipboardCheck}
          disabled={done === 0}
          onClick={() => setQuestion('seal')}
        >
          {t('count.seal')}
        </Action>
      </div>
      <div className={look.progress}>
        <Progress.Root size={18} radius={9} classNames={{ root: look.bar! }}>
          <Progress.Section
            value={(100 * done) / lines.length}
            aria-label={t('count.progress', { done, of: lines.length })}
            className={look.part}
          />
        </Progress.Root>
        <p className={look.figures}>{t('count.progress', { done, of: lines.length })}</p>
      </div>
      <div className={look.sheet}>
        <SheetList lines={lines} chosen={line.type} onChoose={choose} />
        <section className={`${shared.box} ${look.now}`} aria-labelledby="count-now">
          <div className={look.product}>
            <ProductPicture name={picture} side={104} />
            <h2 id="count-now">{nameOf(names)}</h2>
          </div>
          <div className={look.entry}>
            <p className={look.label}>{t('count.onShelf')}</p>
            <output className={look.amount} aria-live="polite" data-entry>
              {amount === null ? (
                <span className={look.empty}>
                  {line.counted === null ? t('count.notCounted') : format.amount(line.counted, unit)}
                </span>
              ) : (
                <>
                  {format.count(amount)} <small>{small === '' ? t('amount.unit_piece') : small}</small>
                </>
              )}
            </output>
            <p className={shared.soft}>{t('count.notZero')}</p>
            <Action
              kind="main"
              size="large"
              wide
              icon={IconCheck}
              shortcut="Enter"
              disabled={amount === null || !isOpen(line)}
              onClick={() => void enter()}
            >
              {t('count.enter')}
            </Action>
            <div className={look.others}>
              <Action kind="quiet" icon={IconPlayerTrackNext} onClick={goOn}>
                {t('count.skip')}
              </Action>
              {line.counted !== null && isOpen(line) && (
                <Action
                  kind="quiet"
                  onClick={() => void ask({ intent: 'count_enter', type: line.type, amount: null })}
                >
                  {t('count.clear')}
                </Action>
              )}
            </div>
          </div>
          <NumberPad onPress={(key) => setDigits((was) => pressDigit(was, key, LENGTH))} />
        </section>
      </div>
      <p className={shared.soft}>{t('count.why')}</p>
      <CountQuestion question={question} missing={lines.length - done} onClose={() => setQuestion(null)} />
    </>
  );
}
