/** What is remembered in this browser: language and colours, nothing else. A browser that refuses storage forgets them and works. */
import type { Language } from './format.ts';

export type Scheme = 'light' | 'dark';

interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface Device {
  language(): Language;
  setLanguage(language: Language): void;
  scheme(): Scheme;
  setScheme(scheme: Scheme): void;
}

/** `preferred` are the browser's languages, `prefersDark` its colours: what counts until somebody has chosen. */
export function deviceOf(
  shelf: () => Shelf,
  preferred: readonly string[],
  prefersDark: () => boolean,
): Device {
  const get = (key: string): string | null => {
    try {
      return shelf().getItem(`timecard.explorer.${key}`);
    } catch {
      return null;
    }
  };
  const set = (key: string, value: string): void => {
    try {
      shelf().setItem(`timecard.explorer.${key}`, value);
    } catch {
      // Storage is switched off or full: the choice holds until the page is closed.
    }
  };
  return {
    language: () => {
      const kept = get('language');
      if (kept === 'en' || kept === 'de') return kept;
      const first = preferred.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'en' || tag === 'de');
      return first === 'de' ? 'de' : 'en';
    },
    setLanguage: (language) => set('language', language),
    scheme: () => {
      const kept = get('scheme');
      if (kept === 'light' || kept === 'dark') return kept;
      return prefersDark() ? 'dark' : 'light';
    },
    setScheme: (scheme) => set('scheme', scheme),
  };
}
