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
import { Brand } from '../widgets/brand.tsx';
import { LanguageChoice } from '../widgets/language-choice.tsx';
import shared from '../widgets/top-bar.module.css';
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
    <header className={`${shared.bar} ${look.bar}`}>
      <a
        className={`${shared.brand} ${look.brand}`}
        href={hrefOf({ place: 'overview' })}
        aria-label={t.app.title}
      >
        <Brand name={t.app.title} />
      </a>
      <nav className={`${shared.places} ${look.places}`} aria-label={t.app.places}>
        {PLACES.map(({ place, icon: Picture }) => (
          <a
            key={place}
            className={`${shared.place} ${look.place}`}
            aria-current={place === here ? 'page' : undefined}
            href={hrefOf(place === 'blocks' ? { place } : { place, ...within })}
          >
            <Picture size={22} stroke={1.75} aria-hidden="true" />
            {t.app[place]}
          </a>
        ))}
      </nav>
      <div className={shared.device}>
        <button
          type="button"
          className={look.square}
          aria-label={colours}
          title={colours}
          onClick={() => setScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          <IconContrastFilled size={22} aria-hidden="true" />
        </button>
        <LanguageChoice label={t.app.language} language={language} onChoose={setLanguage} />
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
