/** What every component may use: the store of this window, the device's choices, formats in the window's language. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Names, TillView } from '../src/till-api.ts';
import type { Device } from '../widgets/device.ts';
import type { Language } from '../widgets/language.ts';
import { type Formats, formatsFor } from './format.ts';
import { createTexts } from './i18n.ts';
import type { ScreenState, ScreenStore } from './store.ts';

/** The windows of one till; each remembers its own language. */
export type Window = 'clerk' | 'display';

interface Screen {
  readonly store: ScreenStore;
  readonly device: Device<Window>;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly formats: Formats;
}
const ScreenContext = createContext<Screen | null>(null);

interface Props {
  readonly store: ScreenStore;
  readonly device: Device<Window>;
  readonly window: Window;
  readonly children: ReactNode;
}

export function ScreenProvider({ store, device, window, children }: Props) {
  const [language, setLanguage] = useState(() => device.language(window));
  const [texts] = useState(() => {
    document.documentElement.lang = language;
    return createTexts(language);
  });
  const choose = useCallback(
    (to: Language) => {
      device.setLanguage(window, to);
      document.documentElement.lang = to;
      void texts.changeLanguage(to);
      setLanguage(to);
    },
    [device, window, texts],
  );
  const screen = useMemo(
    () => ({ store, device, language, setLanguage: choose, formats: formatsFor(language) }),
    [store, device, language, choose],
  );
  return (
    <I18nextProvider i18n={texts}>
      <ScreenContext value={screen}>{children}</ScreenContext>
    </I18nextProvider>
  );
}

export function useScreen(): Screen {
  const screen = useContext(ScreenContext);
  if (!screen) throw new Error('outside of ScreenProvider');
  return screen;
}

/** A piece of what the screen knows; the component draws again when that piece changes. */
export function useTill<T>(select: (state: ScreenState) => T): T {
  return useStore(useScreen().store, select);
}

/** A slice of the terminal's view. Only below `Connected`, which waits for the first whole view. */
export function useView<T>(select: (view: TillView) => T): T {
  return useTill((state) => {
    if (!state.view) throw new Error('no view yet');
    return select(state.view);
  });
}

export function useAsk(): ScreenState['ask'] {
  return useTill((state) => state.ask);
}

export function useFormats(): Formats {
  return useScreen().formats;
}

export function useT() {
  return useTranslation().t;
}

/** A product's name in the window's language. */
export function useName(): (names: Names) => string {
  const { language } = useScreen();
  return useCallback((names) => names[language], [language]);
}
