/**
 * What is remembered in this browser: the language of each window and the colours, nothing else. A browser that refuses storage forgets
 * them and works.
 */
import { isLanguage, type Language } from './language.ts';

export type Scheme = 'light' | 'dark';

/** `Window` names the windows that may speak different languages. */
export interface Device<Window extends string> {
  language(of: Window): Language;
  setLanguage(of: Window, language: Language): void;
  scheme(): Scheme;
  setScheme(scheme: Scheme): void;
}

interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/**
 * `name` sets the page's keys apart from those of other pages of one origin. `preferred` are the browser's languages, `prefersDark` its
 * colours: what counts until somebody has chosen.
 */
export function deviceOf<Window extends string>(
  name: string,
  shelf: () => Shelf,
  preferred: readonly string[],
  prefersDark: () => boolean,
): Device<Window> {
  const get = (key: string): string | null => {
    try {
      return shelf().getItem(`${name}.${key}`);
    } catch {
      return null;
    }
  };
  const set = (key: string, value: string): void => {
    try {
      shelf().setItem(`${name}.${key}`, value);
    } catch {
      // Storage is switched off or full: the choice holds until the window is closed.
    }
  };
  return {
    language: (of) => {
      const kept = get(`language.${of}`);
      return isLanguage(kept)
        ? kept
        : (preferred.map((tag) => tag.slice(0, 2)).find((tag) => isLanguage(tag)) ?? 'en');
    },
    setLanguage: (of, language) => set(`language.${of}`, language),
    scheme: () => {
      const kept = get('scheme');
      if (kept === 'light' || kept === 'dark') return kept;
      return prefersDark() ? 'dark' : 'light';
    },
    setScheme: (scheme) => set('scheme', scheme),
  };
}
