/** Asks the terminal for products while somebody types; only the answer to the newest text is shown. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ProductView } from '../../src/till-api.ts';
import { useTill } from '../context.tsx';

/** A pause in typing before asking, ms: shorter than anyone notices, longer than a scanner between two digits. */
const TYPING_MS = 60;

export interface Found {
  readonly text: string;
  readonly products: readonly ProductView[];
}

/** What was found for `text`, null while nothing was searched; and a way to search at once, for Enter. */
export function useSearch(text: string): {
  readonly found: Found | null;
  readonly searchNow: (text: string) => Promise<Found>;
} {
  const ask = useTill((state) => state.askQuietly);
  const [found, setFound] = useState<Found | null>(null);
  const newest = useRef('');
  const searchNow = useCallback(
    async (wanted: string): Promise<Found> => {
      newest.current = wanted;
      const answer = await ask({ intent: 'search', text: wanted });
      const now = { text: wanted, products: answer.ok ? (answer.products ?? []) : [] };
      if (newest.current === wanted) setFound(now);
      return now;
    },
    [ask],
  );
  useEffect(() => {
    if (text === '') {
      newest.current = '';
      setFound(null);
      return;
    }
    const timer = window.setTimeout(() => void searchNow(text), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text, searchNow]);
  return { found, searchNow };
}
