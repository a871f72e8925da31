/**
 * What is remembered for this device: the language of the clerk's screen and of the customer's, the colours. Nothing else
 * is stored in the browser. A browser that refuses storage forgets it and works.
 */
import type { Language } from './format.ts';

export type Scheme = 'light' | 'dark';
export type Window = 'clerk' | 'display';

export interface Device {
  language(of: Window): Language;
  setLanguage(of: Window, language: Language): void;
  scheme(): Scheme;
  setScheme(scheme: Scheme): void;
}

interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** `preferred` are the browser's languages, `prefersDark` its colours: what counts until somebody has chosen. */
export function deviceOf(
  shelf: () => Shelf,
  preferred: readonly string[],
  prefersDark: () => boolean,
): Device {
  const get = (key: string): string | null => {
    try {
      return shelf().getItem(`timecard.${key}`);
    } catch {
      return null;
    }
  };
  const set = (key: string, value: string): void => {
    try {
      shelf().setItem(`timecard.${key}`, value);
    } catch {
      // Storage is switched off or full: the choice holds until the window is closed.
    }
  };
  const isLanguage = (text: string | null | undefined): text is Language => text === 'en' || text === 'de';
  return {
    language: (of) => {
      const kept = get(`language.${of}`);
      if (isLanguage(kept)) return kept;
      const short = preferred.map((tag) => tag.slice(0, 2)).find((tag) => isLanguage(tag));
      return isLanguage(short) ? short : 'en';
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
