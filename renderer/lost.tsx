/** What is shown while the terminal is not there. It lies over the screen, so that nothing below can be pressed. */
import type { ReactElement } from 'react';
import { useT } from './context.tsx';
import look from './lost.module.css';
import { Scene } from './parts/scene.tsx';

export function Lost({ connecting }: { readonly connecting: boolean }): ReactElement {
  const t = useT();
  return (
    <div className={look.lost} role="alert" data-picture={connecting ? 'connecting' : 'lost'}>
      <div className={look.scene}>
        <Scene name="lost" />
      </div>
      <h1>{connecting ? t('lost.connectingTitle') : t('lost.title')}</h1>
      <p className={look.text}>{connecting ? t('lost.connectingText') : t('lost.text')}</p>
      {!connecting && <p className={look.text}>{t('lost.what')}</p>}
    </div>
  );
}
