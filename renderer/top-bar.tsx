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
import { Brand } from '../widgets/brand.tsx';
import { LanguageChoice } from '../widgets/language-choice.tsx';
import shared from '../widgets/top-bar.module.css';
import { useScreen, useT, useTill } from './context.tsx';
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
    <header className={`${shared.bar} ${look.bar}`}>
      <span className={shared.brand}>
        <Brand name={t('app.name')} />
      </span>
      <nav className={shared.places} aria-label={t('app.places')}>
        {PLACES.map(({ place: to, icon: Picture, shortcut }) => (
          <button
            key={to}
            type="button"
            className={`${shared.place} ${look.place}`}
            aria-current={place === to ? 'page' : undefined}
            aria-keyshortcuts={shortcut}
            onClick={() => go(to)}
          >
            <Picture size={26} stroke={1.75} aria-hidden="true" />
            {t(`app.${to}`)}
          </button>
        ))}
      </nav>
      <div className={shared.device}>
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
        <LanguageChoice label={t('app.language')} language={language} onChoose={setLanguage} />
      </div>
      <KeysDialog opened={keysOpen} onClose={() => setKeysOpen(false)} />
    </header>
  );
}
