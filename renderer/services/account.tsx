/** What the card and the ledger say about its holder, and what can be done with it. */
import { IconPassword } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import type { ServicesView } from '../../src/till-api.ts';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Hint } from '../parts/notice.tsx';
import look from './account.module.css';
import { Claim } from './claim.tsx';
import { Finish } from './finish.tsx';
import { useLastActText } from './last-act.ts';
import { Load } from './load.tsx';
import { OnCard } from './on-card.tsx';
import { SecretsDialog } from './secrets-dialog.tsx';
import { TapLog } from './tap-log.tsx';

export type AccountView = NonNullable<ServicesView['account']>;

interface Props {
  readonly account: AccountView;
  readonly lastAct: ServicesView['lastAct'];
}

export function Account({ account, lastAct }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const last = useLastActText(lastAct);
  const [changing, setChanging] = useState(false);
  return (
    <>
      <div className={look.head}>
        <h1>{t('services.title')}</h1>
        <p className={look.stay}>{t('services.leaveCard')}</p>
        <Action icon={IconPassword} onClick={() => setChanging(true)}>
          {t('services.changePin')}
        </Action>
        <Finish />
      </div>
      <div role="status">{last && <Hint tone={last.good ? 'good' : 'bad'}>{last.text}</Hint>}</div>
      <div className={look.account}>
        <OnCard account={account} />
        <Claim account={account} />
        <Load account={account} />
        <TapLog log={account.log} />
      </div>
      {changing && (
        <SecretsDialog
          title={t('services.changePin')}
          first={{ label: t('services.oldPin'), kind: 'pin' }}
          onClose={() => setChanging(false)}
          onDone={(old, fresh) => void ask({ intent: 'services_change_pin', old, new: fresh })}
        />
      )}
    </>
  );
}
