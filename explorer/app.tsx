/** The page as a whole: where one can go, what is shown, which chain it is. A new place begins at its heading, for eyes and for screen readers. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { Id, Subsystems } from './answers.ts';
import look from './app.module.css';
import { useAnswer, usePage } from './context.tsx';
import { BlockPage } from './pages/block.tsx';
import { BlocksPage } from './pages/blocks.tsx';
import { OutletsPage } from './pages/outlets.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { ProductPage } from './pages/product.tsx';
import { ProductsPage } from './pages/products.tsx';
import { TaxPage } from './pages/tax.tsx';
import { TransactionPage } from './pages/transaction.tsx';
import { Message } from './parts/state.tsx';
import { hrefOf } from './route.ts';
import { SubsystemChoice, TopBar } from './top-bar.tsx';

export function App(): ReactElement {
  const { t, f, away, height, now, route, status } = usePage();
  const listed = useAnswer<Subsystems>(status === undefined ? undefined : '/v1/subsystems');
  const subsystems = listed?.is === 'there' ? listed.value.subsystems : undefined;
  const wanted = 'subsystem' in route ? route.subsystem : undefined;
  // Blocks and transactions belong to no subsystem: afterwards one is back in the one looked at before.
  const [last, setLast] = useState<Id>();
  const subsystem = wanted ?? last ?? subsystems?.[0]?.id;
  const known = wanted !== undefined && subsystems?.some(({ id }) => id === wanted);
  useEffect(() => {
    if (known) setLast(wanted);
  }, [known, wanted]);
  const main = useRef<HTMLElement>(null);
  const place = hrefOf(route.place === 'overview' ? { place: 'overview' } : route);
  useStartOfPlace(main, place);

  return (
    <div className={look.page}>
      <button type="button" className={look.skip} onClick={() => main.current?.focus()}>
        {t.app.skip}
      </button>
      <TopBar subsystem={subsystem} />
      <SubsystemChoice subsystems={subsystems ?? []} subsystem={subsystem} />
      <p className={look.away} role="status">
        {away && t.states.away}
      </p>
      <main ref={main} id="main" className={look.main} tabIndex={-1}>
        {status === undefined || subsystems === undefined ? (
          <Message text={t.states.loading} />
        ) : (
          <Content subsystem={subsystem} />
        )}
      </main>
      <footer className={look.foot}>
        {status !== undefined && (
          <p>{t.app.foot(status.chain, f.count(height + 1), f.moment(Math.max(now, status.time)))}</p>
        )}
        <a href="/openapi.json">{t.app.api}</a>
      </footer>
    </div>
  );
}

function Content({ subsystem }: { readonly subsystem: Id | undefined }): ReactElement {
  const { t, route } = usePage();
  if (route.place === 'transaction') return <TransactionPage id={route.id} />;
  if (route.place === 'blocks')
    return route.height === undefined ? (
      <BlocksPage before={route.before} />
    ) : (
      <BlockPage height={route.height} />
    );
  if (subsystem === undefined) return <Message text={t.states.empty} />;
  switch (route.place) {
    case 'products':
      return route.type === undefined ? (
        <ProductsPage subsystem={subsystem} />
      ) : (
        <ProductPage subsystem={subsystem} type={route.type} />
      );
    case 'tax':
      return <TaxPage subsystem={subsystem} until={route.until} />;
    case 'outlets':
      return <OutletsPage subsystem={subsystem} />;
    default:
      return <OverviewPage subsystem={subsystem} chosen={route.collective} />;
  }
}

/** On a new place: its top, its title, and the focus on its heading once that is there. Not on the first, which the browser begins. */
function useStartOfPlace(main: React.RefObject<HTMLElement | null>, place: string): void {
  const { t } = usePage();
  const before = useRef(place);
  useEffect(() => {
    const root = main.current;
    if (root === null) return;
    const arrived = (): boolean => {
      const heading = root.querySelector('h1');
      if (heading === null) return false;
      document.title = `${heading.textContent} · ${t.app.title}`;
      if (before.current === place) return true;
      before.current = place;
      window.scrollTo(0, 0);
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      return true;
    };
    if (arrived()) return;
    const watch = new MutationObserver(() => {
      if (arrived()) watch.disconnect();
    });
    watch.observe(root, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [main, place, t]);
}
