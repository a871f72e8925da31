/** The card asks for its PIN, or says that it is blocked. */
import type { ReactElement } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Panel } from '../parts/panel.tsx';
import { SecretPad } from '../parts/secret-pad.tsx';
import { BackToBasket } from './back-to-basket.tsx';

interface Props {
  readonly triesLeft: number | null;
  readonly blocked: boolean;
}

export function PinPhase({ triesLeft, blocked }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const back = <BackToBasket />;
  if (blocked) {
    return (
      <Panel
        scene="blocked"
        title={t('phase.pinBlockedTitle')}
        text={t('phase.pinBlockedText')}
        actions={back}
      />
    );
  }
  return (
    <Panel
      scene="pin"
      title={t('phase.pinTitle')}
      text={t('phase.pinText')}
      trouble={triesLeft === null ? undefined : t('phase.pinTries', { count: triesLeft })}
      actions={back}
      aside={
        <SecretPad
          label={t('pin.cover')}
          kind="pin"
          onSend={(pin) => void ask({ intent: 'enter_pin', pin })}
        />
      }
    />
  );
}
