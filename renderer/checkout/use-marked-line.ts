/**
 * Which line of the basket the keys + − * Del act on: the one that changed last, or the one that somebody chose. It
 * changes together with the lines and not a moment later, so that a key pressed at once finds its line.
 */
import { useCallback, useState } from 'react';
import type { BasketLine } from '../../src/till-api.ts';
import { lineToMark } from '../line-to-mark.ts';

export function useMarkedLine(
  lines: readonly BasketLine[],
): readonly [string | null, (type: string | null) => void] {
  const [state, setState] = useState({ lines, marked: lineToMark([], lines, null) });
  const now = state.lines === lines ? state : { lines, marked: lineToMark(state.lines, lines, state.marked) };
  if (now !== state) setState(now);
  const mark = useCallback((marked: string | null) => setState((was) => ({ ...was, marked })), []);
  return [now.marked, mark];
}
