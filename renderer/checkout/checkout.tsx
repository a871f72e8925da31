/**
 * The checkout: what can be taken on the left, what was taken on the right. While a payment is open its picture takes
 * the left side; the basket stays in sight in every phase and every refusal.
 */
import { type MouseEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { ProductView } from '../../src/till-api.ts';
import { useAsk, useName, useT, useTill, useView } from '../context.tsx';
import { AmountDialog, type AmountQuestion } from '../parts/amount-dialog.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { dialogOpen } from '../shortcuts.ts';
import { Stops } from '../status/stops.tsx';
import { soldByPiece } from '../units.ts';
import { Basket } from './basket.tsx';
import look from './checkout.module.css';
import { Find } from './find.tsx';
import { PaymentPanel } from './payment-panel.tsx';
import { Restarted } from './restarted.tsx';
import { useMarkedLine } from './use-marked-line.ts';

export function Checkout(): ReactElement {
  const t = useT();
  const ask = useAsk();
  const nameOf = useName();
  const speak = useTill((state) => state.speak);
  const step = useView((view) => view.checkout.step);
  const lines = useView((view) => view.checkout.lines);
  const field = useRef<HTMLInputElement>(null);
  const [question, setQuestion] = useState<AmountQuestion | null>(null);
  const [marked, setMarked] = useMarkedLine(lines);
  useEffect(() => {
    if (question === null) field.current?.focus({ preventScroll: true });
  }, [question]);

  const add = async (product: ProductView, amount: number) => {
    const answer = await ask({ intent: 'add', type: product.type, amount });
    if (answer.ok) speak(t('checkout.added', { name: nameOf(product.names) }));
  };
  const take = (product: ProductView) => {
    if (soldByPiece(product.unit)) return void add(product, 1);
    const { names, unit, picture } = product;
    setQuestion({ names, unit, picture, amount: null, take: (amount) => void add(product, amount) });
  };
  const askAmount = (type: string) => {
    const line = lines.find((one) => one.type === type);
    if (!line) return;
    const { names, unit, picture, amount } = line;
    const change = (to: number) => void ask({ intent: 'set_amount', type, amount: to });
    setQuestion({ names, unit, picture, amount, take: change });
  };
  // After a touch the field has the focus again, so that the next scan lands there. A keyboard keeps its place.
  const refocus = (event: MouseEvent) => {
    if (event.detail > 0 && !dialogOpen()) field.current?.focus({ preventScroll: true });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only gives the focus back
    // biome-ignore lint/a11y/useKeyWithClickEvents: only gives the focus back
    <div className={look.checkout} onClick={refocus}>
      <section className={look.left} aria-label={t('checkout.results')}>
        <RefusalNotice />
        <Stops />
        <Restarted />
        {step.phase === 'basket' ? (
          <Find field={field} marked={marked} setMarked={setMarked} onTake={take} onAmount={askAmount} />
        ) : (
          <PaymentPanel step={step} />
        )}
      </section>
      <Basket marked={marked} onMark={setMarked} onAmount={askAmount} />
      {question && <AmountDialog question={question} onClose={() => setQuestion(null)} />}
    </div>
  );
}
