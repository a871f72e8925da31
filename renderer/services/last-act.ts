/** The sentence about the last act of card services. */
import type { CardTrouble, ServicesView, TillRefusal } from '../../src/till-api.ts';
import { useFormats, useT } from '../context.tsx';
import { en } from '../locales/en.ts';

export interface LastActText {
  readonly text: string;
  readonly good: boolean;
}

type Outcome = NonNullable<ServicesView['lastAct']>['outcome'];
function isRefusal(outcome: Outcome): outcome is TillRefusal {
  return Object.hasOwn(en.refusal, outcome) && !Object.hasOwn(en.trouble, outcome);
}

export function useLastActText(lastAct: ServicesView['lastAct']): LastActText | null {
  const t = useT();
  const format = useFormats();
  if (!lastAct) return null;
  const { act, outcome, minutes } = lastAct;
  if (outcome === 'done') {
    if (act === 'pin' || act === 'unblock') return { text: t(`services.acts.${act}`), good: true };
    const text =
      minutes === undefined
        ? t(`services.acts.${act}Plain`)
        : t(`services.acts.${act}`, { amount: format.duration(minutes) });
    return { text, good: true };
  }
  if (outcome === 'wrong_pin') return { text: t('services.wrongPin'), good: false };
  if (outcome === 'pin_blocked') return { text: t('services.pinBlocked'), good: false };
  const text = isRefusal(outcome) ? t(`refusal.${outcome}`) : t(`trouble.${outcome satisfies CardTrouble}`);
  return { text, good: false };
}
