/** The words for an age that goes on growing while the terminal says nothing new. */
import { useEffect, useState } from 'react';
import { ageOf } from '../age.ts';
import { useT, useTill } from '../context.tsx';

const TICK_MS = 5_000;

/** `seconds` as the terminal said it; the time since then is added. */
export function useAge(seconds: number): string {
  const t = useT();
  const said = useTill((state) => state.statusAt);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(performance.now()), TICK_MS);
    return () => window.clearInterval(timer);
  }, []);
  const { unit, n } = ageOf(seconds + Math.max(0, (now - said) / 1_000));
  return unit === 'now' ? t('status.age.now') : t(`status.age.${unit}`, { n });
}
