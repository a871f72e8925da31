/**
 * Listens to the keys of the whole window with the newest version of a handler. `first`: before anything that has the
 * focus, for a pad that takes digits from the moment it is asked for, wherever the focus still is.
 */
import { useLayoutEffect, useRef } from 'react';

export function useKey(handler: (event: KeyboardEvent) => void, first = false): void {
  const newest = useRef(handler);
  useLayoutEffect(() => {
    newest.current = handler;
  });
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => newest.current(event);
    window.addEventListener('keydown', listen, { capture: first });
    return () => window.removeEventListener('keydown', listen, { capture: first });
  }, [first]);
}
