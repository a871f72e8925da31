/** Which line of the basket the keys + − * Del act on: the one that changed last, or the one that somebody chose. */
import { useEffect, useRef, useState } from 'react';
import type { BasketLine } from '../../src/till-api.ts';
import { lineToMark } from '../line-to-mark.ts';

export function useMarkedLine(
  lines: readonly BasketLine[],
): readonly [string | null, (type: string | null) => void] {
  const [marked, setMarked] = useState<string | null>(() => lineToMark([], lines, null));
  const before = useRef(lines);
  useEffect(() => {
    const was = before.current;
    before.current = lines;
    if (was !== lines) setMarked((current) => lineToMark(was, lines, current));
  }, [lines]);
  return [marked, setMarked];
}
