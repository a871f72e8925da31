/** Where one is, and the things of this device: language, colours, the other windows, the list of keys. */
import { useMantineColorScheme } from '@mantine/core';
import {
  IconCards,
  IconContrastFilled,
  IconDeviceDesktop,
  IconId,
  IconKeyboard,
  IconPackages,
  IconShoppingBag,
} from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { Choice } from '../widgets/choice.tsx';
import { useScreen, useT, useTill } from './context.tsx';
import { LANGUAGES } from './i18n.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { Action, SquareAction } from './parts/action.tsx';
import look from './top-bar.module.css';

const PLACES = [
  { place: 'checkout', icon: IconShoppingBag, shortcut: 'F1' },
  { place: 'services', icon: IconId, shortcut: 'F2' },
  { place: 'stock', icon: IconPackages, shortcut: 'F3' },
] as const;

export function TopBar(): ReactElement {
  const t = useT();
  const { language, setLanguage } = useScreen();
  const place = useTill((state) => state.place);
  const go = useTill((state) => state.go);
  const dock = useTill((state) => state.view?.status.dock ?? null);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [keysOpen, setKeysOpen] = useState(false);

  return (
    <header className={look.bar}>
      <span className={look.brand}>
        <svg width="38" height="38" viewBox="0 0 32 32" aria-hidden="true">
          <rect x="1" y="5" width="30" height="22" rx="5" className={look.card} />
          <circle cx="16" cy="16" r="8" className={look.face} />
          <path d="M16 16V8a8 8 0 0 1 6.930 12z" className={look.part} />
        </svg>
        <span className={look.name}>{t('app.name')}</span>
      </span>
      <nav className={look.places} aria-label={t('app.places')}>
        {PLACES.map(({ place: to, icon: Picture, shortcut }) => (
          <button
            key={to}
            type="button"
            className={look.place}
            aria-current={place === to ? 'page' : undefined}
            aria-keyshortcuts={shortcut}
            onClick={() => go(to)}
          >
            <Picture size={26} stroke={1.75} aria-hidden="true" />
            {t(`app.${to}`)}
          </button>
        ))}
      </nav>
      <div className={look.device}>
        {dock !== null && (
          <Action icon={IconCards} onClick={() => window.open(dock, 'cards', 'popup,width=380,height=640')}>
            {t('app.simulatedCards')}
          </Action>
        )}
        <SquareAction
          kind="quiet"
          icon={IconDeviceDesktop}
          label={t('app.customerDisplay')}
          onClick={() => window.open('#display', 'display', 'popup,width=1024,height=640')}
        />
        <SquareAction
          kind="quiet"
          icon={IconKeyboard}
          label={t('app.keys')}
          onClick={() => setKeysOpen(true)}
        />
        <SquareAction
          kind="quiet"
          icon={IconContrastFilled}
          label={colorScheme === 'dark' ? t('app.schemeLight') : t('app.schemeDark')}
          onClick={() => setColorScheme(colorScheme === 'dark' ? 'light' : 'dark')}
        />
        <Choice
          label={t('app.language')}
          value={language}
          onChoose={setLanguage}
          options={LANGUAGES.map(({ code, name }) => ({
            value: code,
            lang: code,
            text: <abbr title={name}>{code.toUpperCase()}</abbr>,
          }))}
        />
      </div>
      <KeysDialog opened={keysOpen} onClose={() => setKeysOpen(false)} />
    </header>
  );
}
