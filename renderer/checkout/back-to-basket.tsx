/** The way back to the basket, by touch or Escape, in the phases that allow it. */
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { dialogOpen } from '../shortcuts.ts';
import { useKey } from '../use-key.ts';

export function BackToBasket({ kind = 'plain' }: { readonly kind?: 'main' | 'plain' }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const back = () => void ask({ intent: 'cancel_payment' });
  useKey((event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !dialogOpen()) back();
  });
  return (
    <Action size="large" kind={kind} icon={IconArrowLeft} shortcut="Esc" onClick={back}>
      {t('phase.backToBasket')}
    </Action>
  );
}
