/** One picture a phase of the payment. What may be done in a phase are its buttons; the terminal decides what follows. */
import { type ReactElement, useRef } from 'react';
import type { CardTrouble, CheckoutPhase } from '../../src/till-api.ts';
import { useAsk, useView } from '../context.tsx';
import { NOT_SCANNING, scannerKey } from '../entry.ts';
import { dialogOpen, typesElsewhere } from '../shortcuts.ts';
import { useKey } from '../use-key.ts';
import { HoldAgain } from './phase-hold-again.tsx';
import { HoldCard } from './phase-hold-card.tsx';
import { NotEnough } from './phase-not-enough.tsx';
import { Paid } from './phase-paid.tsx';
import { PinPhase } from './phase-pin.tsx';
import { Reading } from './phase-reading.tsx';

export type PaymentPhase = Exclude<CheckoutPhase, { phase: 'basket' }>;

export function PaymentPanel({ step }: { readonly step: PaymentPhase }): ReactElement {
  const ask = useAsk();
  const scanning = useRef(NOT_SCANNING);
  const restarted = useView((view) => view.checkout.restarted === true);
  // Nobody took a card away too early: the terminal had stopped, and `Restarted` says so.
  const troubleOf = (trouble: CardTrouble | undefined) =>
    restarted && trouble === 'card_left' ? undefined : trouble;
  // The field is not there while paying: a scan is caught here. After «paid» it begins the next sale, before that the
  // terminal says why it cannot be added.
  useKey((event) => {
    if (dialogOpen() || typesElsewhere(event.target)) return;
    const { now, code } = scannerKey(scanning.current, event.key, event.timeStamp);
    scanning.current = now;
    if (code === null) {
      // Enter alone ends «paid»; a focused button has its own Enter.
      const plain = event.key === 'Enter' && !(event.target instanceof HTMLButtonElement);
      if (plain && step.phase === 'paid') void ask({ intent: 'next_sale' });
      return;
    }
    event.preventDefault();
    void (async () => {
      if (step.phase === 'paid') await ask({ intent: 'next_sale' });
      await ask({ intent: 'scan', code });
    })();
  });

  switch (step.phase) {
    case 'hold_card':
      return <HoldCard trouble={troubleOf(step.trouble)} attempted={step.attempted === true} />;
    case 'reading':
      return <Reading />;
    case 'pin':
      return <PinPhase triesLeft={step.triesLeft} blocked={step.blocked} />;
    case 'hold_again':
      return <HoldAgain trouble={troubleOf(step.trouble)} />;
    case 'not_enough':
      return <NotEnough below={step.below} above={step.above} pinGiven={step.pinGiven} />;
    case 'paid':
      return <Paid minutes={step.minutes} />;
  }
}
