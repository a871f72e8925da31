/** From balance to card, in packs of five hours, the same for everybody. */
import { IconTransferIn } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { PACK_MINUTES } from '../../src/limits.ts';
import { Choice } from '../../widgets/choice.tsx';
import { useAsk, useFormats, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Hint } from '../parts/notice.tsx';
import look from './account.module.css';
import type { AccountView } from './account.tsx';
import pack from './load.module.css';
import { PackPicture } from './pack-picture.tsx';

export function Load({ account }: { readonly account: AccountView }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const [wanted, setWanted] = useState(1);
  const packs = Math.min(wanted, Math.max(1, account.packs));

  return (
    <section className={`${look.box} ${pack.whole}`} aria-labelledby="load">
      <h2 id="load">{t('services.load')}</h2>
      <p className={look.soft}>{t('services.loadText')}</p>
      {account.unfinishedLoad && (
        <div className={pack.unfinished}>
          <Hint tone="warn">{t('services.loadUnfinished')}</Hint>
          <Action
            kind="main"
            icon={IconTransferIn}
            onClick={() => void ask({ intent: 'services_load', packs: 1 })}
          >
            {t('services.loadContinue')}
          </Action>
        </div>
      )}
      {!account.unfinishedLoad && account.packs === 0 && <Hint tone="calm">{t('services.loadNone')}</Hint>}
      {!account.unfinishedLoad && account.packs > 0 && (
        <>
          <div className={pack.row}>
            <div className={pack.packs}>
              {Array.from({ length: packs }, (_, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: packs are all the same
                <PackPicture key={i} />
              ))}
            </div>
            <p>{t('services.packsPick')}</p>
            <Choice
              label={t('services.packsPick')}
              value={packs}
              onChoose={setWanted}
              options={Array.from({ length: account.packs }, (_, i) => ({
                value: i + 1,
                text: `${i + 1}`,
              }))}
            />
          </div>
          <div className={look.bottom}>
            <Action
              kind="main"
              size="large"
              wide
              icon={IconTransferIn}
              onClick={() => void ask({ intent: 'services_load', packs })}
            >
              {t('services.loadYes', { amount: format.duration(packs * PACK_MINUTES) })}
            </Action>
          </div>
        </>
      )}
    </section>
  );
}
