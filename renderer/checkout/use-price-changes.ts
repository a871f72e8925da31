/** Prices that moved while the basket is open: which lines to mark for a moment, and the sentence that is spoken. */
import { useEffect, useRef, useState } from 'react';
import type { BasketLine } from '../../src/till-api.ts';
import { useFormats, useName, useT, useTill } from '../context.tsx';
import { type PriceChange, priceChanges } from '../price-changes.ts';

/** How long a line stays marked, ms: long enough to be seen between two customers' words. */
const SHOWN_MS = 8_000;

export function usePriceChanges(lines: readonly BasketLine[]): ReadonlyMap<string, PriceChange> {
  const t = useT();
  const format = useFormats();
  const nameOf = useName();
  const speak = useTill((state) => state.speak);
  const before = useRef(lines);
  const [shown, setShown] = useState<ReadonlyMap<string, PriceChange>>(new Map());

  useEffect(() => {
    const changes = priceChanges(before.current, lines);
    before.current = lines;
    if (changes.length === 0) return;
    setShown((was) => new Map([...was, ...changes.map((change) => [change.type, change] as const)]));
    speak(
      changes
        .map((change) =>
          t(change.direction === 'up' ? 'basket.priceUp' : 'basket.priceDown', {
            name: nameOf(change.names),
            price: format.price(change.price, change.unit),
          }),
        )
        .join('. '),
    );
  }, [lines, t, format, nameOf, speak]);
  useEffect(() => {
    if (shown.size === 0) return;
    const timer = window.setTimeout(() => setShown(new Map()), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [shown]);
  return shown;
}
