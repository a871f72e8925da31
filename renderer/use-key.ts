/** Listens to the keys of the whole window with the newest version of a handler. */
import { useEffect, useRef } from 'react';

export function useKey(handler: (event: KeyboardEvent) => void): void {
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => newest.current(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
