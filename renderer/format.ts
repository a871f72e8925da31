/**
 * Labour time, amounts and dates as people read them, in the screen's language. Values come as micro-minutes in decimal
 * strings (whole numbers of any length, so bigint, never a float of the value itself) and are only rounded here, for
 * show; what is charged is the terminal's affair.
 */
import { floorDiv, MINUTE } from '../src/units/micro-minutes.ts';
import type { Language } from '../widgets/language.ts';
import { unitShow } from './units.ts';

/** Space that does not break, so that «25 min» stays on one line; minus sign as long as the plus. */
const NBSP = '\u00a0';
const MINUS = '\u2212';

export interface Formats {
  /** A whole number with the language's thousands separators. */
  readonly count: (n: number) => string;
  /** Whole minutes: `1 h 25 min`, `25 min`, `2 h`. */
  readonly duration: (minutes: number) => string;
  /** Micro-minutes to a tenth of a minute: `1 h 24.6 min`, `0.4 min`. */
  readonly value: (micro: string) => string;
  /** As `value`, with its sign in front, also for plus. */
  readonly signedValue: (micro: string) => string;
  /** Micro-minutes to the last digit: `84.372514 min`. */
  readonly exact: (micro: string) => string;
  /** Base units: `3`, `750 g`, `1.25 kg`. */
  readonly amount: (amount: number, unit: string) => string;
  /** As `amount`, with its sign in front. */
  readonly signedAmount: (amount: number, unit: string) => string;
  /** Price of one base unit, shown for the large unit: `12.3 min`, `38 min / kg`. */
  readonly price: (micro: string, unit: string) => string;
  /** Days since 1970: `Sat 21 Nov`. */
  readonly day: (day: number) => string;
}

/** Micro-minutes rounded half up to tenths of a minute, as a whole number of tenths. */
function tenths(micro: bigint): bigint {
  return floorDiv(micro * 10n + MINUTE / 2n, MINUTE);
}

export function formatsFor(language: Language): Formats {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const point = new Intl.NumberFormat(locale).formatToParts(1.5).find((p) => p.type === 'decimal')!.value;
  const large = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const day = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });

  const unsigned = (micro: bigint): string => {
    const t = tenths(micro);
    const hours = t / 600n;
    const rest = t % 600n;
    const minutes = rest % 10n === 0n ? `${rest / 10n}` : `${rest / 10n}${point}${rest % 10n}`;
    if (hours === 0n) return `${minutes}${NBSP}min`;
    return rest === 0n
      ? `${whole.format(hours)}${NBSP}h`
      : `${whole.format(hours)}${NBSP}h${NBSP}${minutes}${NBSP}min`;
  };
  const abs = (micro: bigint) => (micro < 0n ? -micro : micro);
  const value = (micro: string): string => {
    const v = BigInt(micro);
    return v < 0n ? `${MINUS}${unsigned(-v)}` : unsigned(v);
  };
  const amount = (n: number, unit: string): string => {
    const show = unitShow(unit);
    if (show.large === '') return whole.format(n);
    if (n < show.scale || show.scale === 1) return `${whole.format(n)}${NBSP}${show.small}`;
    if (unit === 'minute') return duration(n);
    return `${large.format(n / show.scale)}${NBSP}${show.large}`;
  };
  const duration = (minutes: number): string => {
    const h = Math.floor(minutes / 60);
    const m = minutes % 60;
    if (h === 0) return `${m}${NBSP}min`;
    return m === 0 ? `${whole.format(h)}${NBSP}h` : `${whole.format(h)}${NBSP}h${NBSP}${m}${NBSP}min`;
  };

  return {
    count: (n) => whole.format(n),
    duration,
    value,
    signedValue: (micro) => {
      const v = BigInt(micro);
      return `${v < 0n ? MINUS : '+'}${unsigned(abs(v))}`;
    },
    exact: (micro) => {
      const v = BigInt(micro);
      const digits = `${abs(v) % MINUTE}`.padStart(6, '0').replace(/0+$/, '');
      const minutes = `${v < 0n ? MINUS : ''}${whole.format(abs(v) / MINUTE)}`;
      return `${minutes}${digits === '' ? '' : point + digits}${NBSP}min`;
    },
    amount,
    signedAmount: (n, unit) => `${n < 0 ? MINUS : '+'}${amount(Math.abs(n), unit)}`,
    price: (micro, unit) => {
      const { scale, large: per } = unitShow(unit);
      const shown = value(`${BigInt(micro) * BigInt(scale)}`);
      return per === '' ? shown : `${shown} / ${per}`;
    },
    day: (days) => day.format(new Date(days * 86_400_000)),
  };
}
