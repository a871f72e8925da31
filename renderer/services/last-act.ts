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
  const { act, outcome, minutes, dead, until, word } = lastAct;
  if (act === 'find_lost' && outcome === 'done' && minutes !== undefined && until !== undefined) {
    const day = format.day(Math.ceil(until / 86_400));
    return { text: t('services.acts.find_lostUntil', { amount: format.duration(minutes), day }), good: true };
  }
  if (act === 'refresh' && dead !== undefined)
    return { text: t('services.acts.refreshDead', { amount: format.duration(dead) }), good: false };
  if (act === 'find_lost' && outcome === 'nothing_to_refresh')
    return { text: t('services.acts.find_lostNothing'), good: true };
  if (outcome === 'unknown_word' && word !== undefined)
    return { text: t('services.acts.unknownWord', { word }), good: false };
  if (outcome === 'done') {
    if (act === 'pin' || act === 'unblock' || act === 'words' || act === 'restore' || act === 'dead')
      return { text: t(`services.acts.${act}`), good: true };
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
