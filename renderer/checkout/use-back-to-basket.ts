/** Escape goes back to the basket, in the phases that allow it. */
import { useAsk } from '../context.tsx';
import { dialogOpen } from '../shortcuts.ts';
import { useKey } from '../use-key.ts';

export function useBackToBasket(): void {
  const ask = useAsk();
  useKey((event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !dialogOpen()) {
      void ask({ intent: 'cancel_payment' });
    }
  });
}
