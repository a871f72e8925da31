/** The card cannot pay exactly this. After its PIN it tells the nearest amounts that it could. */
import { IconPasswordUser } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { TimeDial } from '../../widgets/time-dial.tsx';
import { useAsk, useFormats, useT, useView } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Panel } from '../parts/panel.tsx';
import { SecretPad } from '../parts/secret-pad.tsx';
import { BackToBasket } from './back-to-basket.tsx';
import look from './phase-not-enough.module.css';

interface Props {
  readonly below: number | null;
  readonly above: number | null;
  readonly pinGiven: boolean;
}

export function NotEnough({ below, above, pinGiven }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const minutes = useView((view) => view.checkout.minutes);
  const [typing, setTyping] = useState(false);

  const near = [
    { text: t('phase.notEnoughBelow'), minutes: below },
    { text: t('phase.notEnoughAbove'), minutes: above },
  ].filter((one) => one.minutes !== null);
  return (
    <Panel
      scene="not_enough"
      title={t('phase.notEnoughTitle', { amount: format.duration(minutes) })}
      text={t('phase.notEnoughText')}
      actions={
        <>
          <BackToBasket kind={typing ? 'plain' : 'main'} />
          {!pinGiven && !typing && (
            <Action size="large" icon={IconPasswordUser} onClick={() => setTyping(true)}>
              {t('phase.enterPin')}
            </Action>
          )}
        </>
      }
      aside={
        typing ? (
          <SecretPad
            label={t('pin.cover')}
            kind="pin"
            onSend={(pin) => void ask({ intent: 'enter_pin', pin })}
          />
        ) : undefined
      }
    >
      {pinGiven ? (
        <div className={look.near}>
          <h2>{near.length > 0 ? t('phase.notEnoughNear') : t('phase.notEnoughNone')}</h2>
          <ul className={look.amounts}>
            {near.map((one) => (
              <li key={one.text} className={look.amount}>
                <TimeDial minutes={one.minutes!} size={56} />
                <span className={look.minutes}>{format.duration(one.minutes!)}</span>
                <span>{one.text}</span>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <p>{t('phase.notEnoughPin')}</p>
      )}
      <p className={look.services}>{t('phase.visitServices')}</p>
    </Panel>
  );
}
