/** The way out of card services, the same everywhere. */
import { IconDoorExit } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';

export function Finish({ large = false }: { readonly large?: boolean }): ReactElement {
  const t = useT();
  const ask = useAsk();
  return (
    <Action
      size={large ? 'large' : 'normal'}
      icon={IconDoorExit}
      onClick={() => void ask({ intent: 'services_close' })}
    >
      {t('services.finish')}
    </Action>
  );
}
