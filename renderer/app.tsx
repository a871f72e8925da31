/** The clerk's screen: where one is at the top, the work in the middle, the state of the terminal at the bottom. */
import type { ReactElement } from 'react';
import look from './app.module.css';
import { Checkout } from './checkout/checkout.tsx';
import { useT, useTill } from './context.tsx';
import { Lost } from './lost.tsx';
import { Spoken } from './parts/spoken.tsx';
import { Services } from './services/services.tsx';
import { dialogOpen, PLACE_KEYS } from './shortcuts.ts';
import { StatusLine } from './status/status-line.tsx';
import { Stock } from './stock/stock.tsx';
import type { Place } from './store.ts';
import { TopBar } from './top-bar.tsx';
import { useKey } from './use-key.ts';

const SCREENS: Readonly<Record<Place, () => ReactElement>> = {
  checkout: Checkout,
  services: Services,
  stock: Stock,
};

export function App(): ReactElement {
  const t = useT();
  const connection = useTill((state) => state.connection);
  const ready = useTill((state) => state.view !== null);
  const place = useTill((state) => state.place);
  const go = useTill((state) => state.go);
  useKey((event) => {
    const to = PLACE_KEYS[event.key];
    if (!to) return;
    event.preventDefault();
    if (!dialogOpen()) go(to);
  });

  const reachable = ready && connection === 'open';
  const Screen = SCREENS[place];
  return (
    <div className={look.frame}>
      <TopBar />
      <main className={look.main} aria-label={t(`app.${place}`)}>
        <div className={look.screen} inert={!reachable}>
          {ready && <Screen />}
        </div>
        {!reachable && <Lost connecting={connection === 'connecting'} />}
      </main>
      {ready && <StatusLine />}
      <Spoken />
    </div>
  );
}
