/** What every part of the page may know: words, formats, where one is, the chain's last block. One provider, made in `main.tsx`. */
import {
  createContext,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import type { Device, Scheme } from '../widgets/device.ts';
import type { Language } from '../widgets/language.ts';
import type { Status } from './answers.ts';
import { type Formats, formatsFor } from './format.ts';
import { type Asked, ask, type Heard, listen } from './node.ts';
import { parseRoute, type Route } from './route.ts';
import { actsDe } from './texts/acts-de.ts';
import { type Acts, actsEn } from './texts/acts-en.ts';
import { de } from './texts/de.ts';
import { en, type Texts } from './texts/en.ts';

export interface Page extends Heard {
  readonly t: Texts;
  readonly acts: Acts;
  readonly f: Formats;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly scheme: Scheme;
  readonly setScheme: (scheme: Scheme) => void;
  readonly route: Route;
  /** As of the start of the page; `height` and `now` are those of this moment. */
  readonly status: Status | undefined;
}

const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('outside the page');
  return page;
}

/** Asks again so long after the node was away or still reading, ms. */
const AGAIN = 1_000;

/**
 * What the node answers to a question, asked again after every block; the answer before stays until the next is there. `path` undefined:
 * nothing is asked.
 */
export function useAnswer<T>(path: string | undefined): Asked<T> | undefined {
  const { height } = usePage();
  const [answer, setAnswer] = useState<{ readonly path: string; readonly asked: Asked<T> }>();
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new block and a new turn are reasons to ask again
  useEffect(() => {
    if (path === undefined) return;
    const gone = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    void ask<T>(path, gone.signal).then((asked) => {
      if (gone.signal.aborted) return;
      const waits = asked.is === 'away' || asked.is === 'reading';
      setAnswer((before) =>
        waits && before?.path === path && before.asked.is === 'there' ? before : { path, asked },
      );
      if (waits) again = setTimeout(() => setTurn((n) => n + 1), AGAIN);
    });
    return () => {
      gone.abort();
      clearTimeout(again);
    };
  }, [path, height, turn]);
  return answer?.path === path ? answer?.asked : undefined;
}

interface Props {
  readonly device: Device<'page'>;
  readonly children: ReactNode;
}

export function PageProvider({ device, children }: Props): ReactElement {
  const [language, setLanguage] = useState(() => device.language('page'));
  const [scheme, setScheme] = useState(() => device.scheme());
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  const [status, setStatus] = useState<Status>();
  const [heard, setHeard] = useState<Heard>({ height: -1, now: 0, away: false });

  useEffect(() => {
    const changed = () => setRoute(parseRoute(window.location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);

  useEffect(() => {
    let stop: (() => void) | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const begin = async (): Promise<void> => {
      const asked = await ask<Status>('/v1/status');
      if (gone) return;
      if (asked.is !== 'there') {
        setHeard((before) => ({ ...before, away: true }));
        again = setTimeout(() => void begin(), AGAIN);
        return;
      }
      const { height, now } = asked.value;
      setStatus(asked.value);
      setHeard({ height, now, away: false });
      stop = listen(asked.value, (news) => setHeard((before) => ({ ...before, ...news })));
    };
    void begin();
    return () => {
      gone = true;
      clearTimeout(again);
      stop?.();
    };
  }, []);

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset.scheme = scheme;
  }, [language, scheme]);

  const page = useMemo<Page>(
    () => ({
      ...heard,
      t: language === 'de' ? de : en,
      acts: language === 'de' ? actsDe : actsEn,
      f: formatsFor(language),
      language,
      setLanguage: (next) => {
        device.setLanguage('page', next);
        setLanguage(next);
      },
      scheme,
      setScheme: (next) => {
        device.setScheme(next);
        setScheme(next);
      },
      route,
      status,
    }),
    [heard, language, scheme, route, status, device],
  );
  return <PageContext value={page}>{children}</PageContext>;
}
