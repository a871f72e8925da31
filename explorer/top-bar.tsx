/** Where one can go, language and colours; below it which subsystem is looked at, where there are several. */
import {
  IconBuildingStore,
  IconContrastFilled,
  IconCube,
  IconReceiptTax,
  IconShoppingBag,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { Choice } from '../widgets/choice.tsx';
import type { Id, Subsystems } from './answers.ts';
import { usePage } from './context.tsx';
import { hrefOf, type Place } from './route.ts';
import look from './top-bar.module.css';

const PLACES = [
  { place: 'overview', icon: IconUsersGroup },
  { place: 'products', icon: IconShoppingBag },
  { place: 'tax', icon: IconReceiptTax },
  { place: 'outlets', icon: IconBuildingStore },
  { place: 'blocks', icon: IconCube },
] as const satisfies readonly { place: Place; icon: unknown }[];

export function TopBar({ subsystem }: { readonly subsystem: Id | undefined }): ReactElement {
  const { t, language, setLanguage, scheme, setScheme, route } = usePage();
  const here: Place = route.place === 'transaction' ? 'blocks' : route.place;
  const within = subsystem === undefined ? {} : { subsystem };
  const colours = scheme === 'dark' ? t.app.toLight : t.app.toDark;

  return (
    <header className={look.bar}>
      <a className={look.brand} href={hrefOf({ place: 'overview' })} aria-label={t.app.title}>
        <svg width="38" height="38" viewBox="0 0 32 32" aria-hidden="true">
          <rect x="1" y="5" width="30" height="22" rx="5" className={look.card} />
          <circle cx="16" cy="16" r="8" className={look.face} />
          <path d="M16 16V8a8 8 0 0 1 6.930 12z" className={look.part} />
        </svg>
        <span className={look.name}>{t.app.title}</span>
      </a>
      <nav className={look.places} aria-label={t.app.places}>
        {PLACES.map(({ place, icon: Picture }) => (
          <a
            key={place}
            className={look.place}
            aria-current={place === here ? 'page' : undefined}
            href={hrefOf(place === 'blocks' ? { place } : { place, ...within })}
          >
            <Picture size={22} stroke={1.75} aria-hidden="true" />
            {t.app[place]}
          </a>
        ))}
      </nav>
      <div className={look.device}>
        <button
          type="button"
          className={look.square}
          aria-label={colours}
          title={colours}
          onClick={() => setScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          <IconContrastFilled size={22} aria-hidden="true" />
        </button>
        <Choice
          label={t.app.language}
          value={language}
          onChoose={setLanguage}
          options={[
            { value: 'en', lang: 'en', text: <abbr title="English">EN</abbr> },
            { value: 'de', lang: 'de', text: <abbr title="Deutsch">DE</abbr> },
          ]}
        />
      </div>
    </header>
  );
}

interface Props {
  readonly subsystems: Subsystems['subsystems'];
  readonly subsystem: Id | undefined;
}

/** One of several subsystems; the same page of another when it is changed. */
export function SubsystemChoice({ subsystems, subsystem }: Props): ReactElement | null {
  const { t, f, route } = usePage();
  const { place } = route;
  if (subsystems.length < 2 || place === 'blocks' || place === 'transaction') return null;
  return (
    <section className={look.within} aria-label={t.app.subsystem}>
      <label className={look.label}>
        {t.app.subsystem}
        <select
          className={look.select}
          value={subsystem}
          onChange={(event) => {
            window.location.hash = hrefOf({ place, subsystem: event.target.value });
          }}
        >
          {subsystems.map(({ id, name, members }) => (
            <option key={id} value={id}>
              {members === 1 ? name : t.app.subsystemOf(name, f.count(members - 1))}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}
