/** The PIN opens the account; a blocked one is set anew with the PUK. */
import { IconKey } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import type { ServicesView } from '../../src/till-api.ts';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';
import { SecretPad } from '../parts/secret-pad.tsx';
import { Finish } from './finish.tsx';
import { useLastActText } from './last-act.ts';
import { SecretsDialog } from './secrets-dialog.tsx';

interface Props {
  readonly triesLeft: number | null;
  readonly blocked: boolean;
  readonly lastAct: ServicesView['lastAct'];
}

export function PinForServices({ triesLeft, blocked, lastAct }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const last = useLastActText(lastAct);
  const [unblocking, setUnblocking] = useState(false);

  if (blocked) {
    return (
      <>
        <Panel
          scene="blocked"
          title={t('services.blockedTitle')}
          text={t('services.blockedText')}
          trouble={last?.good === false ? last.text : undefined}
          actions={
            <>
              <Finish large />
              <Action kind="main" size="large" icon={IconKey} onClick={() => setUnblocking(true)}>
                {t('services.unblock')}
              </Action>
            </>
          }
        />
        {unblocking && (
          <SecretsDialog
            title={t('services.unblock')}
            first={{ label: t('services.puk'), kind: 'puk' }}
            onClose={() => setUnblocking(false)}
            onDone={(puk, fresh) => void ask({ intent: 'services_unblock', puk, new: fresh })}
          />
        )}
      </>
    );
  }
  return (
    <Panel
      scene="pin"
      title={t('services.pinTitle')}
      text={last?.good ? last.text : t('services.pinText')}
      trouble={triesLeft === null ? undefined : t('services.pinTries', { count: triesLeft })}
      actions={<Finish large />}
      aside={
        <SecretPad
          label={t('pin.cover')}
          kind="pin"
          onSend={(pin) => void ask({ intent: 'services_pin', pin })}
        />
      }
    />
  );
}
