/** The terminal stopped during a sale and is here again: a sentence that says so, where the sale goes on. */
import type { ReactElement } from 'react';
import { useT, useView } from '../context.tsx';
import { Hint } from '../parts/notice.tsx';

export function Restarted(): ReactElement | null {
  const t = useT();
  const restarted = useView((view) => view.checkout.restarted === true);
  const phase = useView((view) => view.checkout.step.phase);
  if (!restarted) return null;
  return <Hint tone="warn">{t(phase === 'basket' ? 'phase.restartedBasket' : 'phase.restarted')}</Hint>;
}
