/**
 * Labour time, amounts and dates as people read them, in the page's language. Values come as micro-minutes, whole numbers of any length,
 * and are rounded only here, for show. Dates are UTC, as the ledger's months are.
 */
import type { Unit } from '../src/economy/transaction.ts';
import { floorDiv, MINUTE } from '../src/units/micro-minutes.ts';
import type { Language } from '../widgets/language.ts';

/** Space that does not break; minus sign as long as the plus. */
const NBSP = '\u00a0';
const MINUS = '\u2212';

/** Base units in the unit in which people think, and the names of both. */
const UNITS: Readonly<Record<Unit, readonly [scale: number, small: string, large: string]>> = {
  piece: [1, '', ''],
  g: [1_000, 'g', 'kg'],
  ml: [1_000, 'ml', 'l'],
  mm: [1_000, 'mm', 'm'],
  Wh: [1_000, 'Wh', 'kWh'],
  minute: [60, 'min', 'h'],
};
const unitOf = (unit: string) => UNITS[unit as Unit] ?? ([1, unit, unit] as const);

/** Base units that one price is for: a piece, a kilogram, a litre. */
export function priceScale(unit: string): number {
  return unitOf(unit)[0];
}

export interface Formats {
  readonly count: (n: number) => string;
  /** A share of one as per cent, to a tenth. */
  readonly percent: (share: number) => string;
  /** Micro-minutes: `0.42 min`, `14.2 min`, `1 h 24 min`, `477 h`: three digits, or as many as whole hours have. */
  readonly time: (micro: bigint) => string;
  /** With its sign, also for plus. */
  readonly signedTime: (micro: bigint) => string;
  /** To the last digit: `84.372514 min`. */
  readonly exact: (micro: bigint) => string;
  readonly amount: (amount: number, unit: string) => string;
  /** Micro-minutes of one piece, kilogram or litre: `14.2 min`, `78 min / kg`. */
  readonly price: (micro: bigint, unit: string) => string;
  /** ` / kg`, or nothing for pieces. */
  readonly per: (unit: string) => string;
  readonly day: (time: number) => string;
  readonly shortDay: (time: number) => string;
  readonly moment: (time: number) => string;
  /** The month that ends with this second: `October 2026`. */
  readonly month: (until: number) => string;
  readonly shortMonth: (until: number) => string;
  readonly minutes: (minutes: number) => string;
}

export function formatsFor(language: Language): Formats {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const digits = (n: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: 0, maximumFractionDigits: n });
  const fraction = [digits(0), digits(1), digits(2), digits(3)] as const;
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const date = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options });
    return (time: number) => format.format(new Date(time * 1000));
  };

  const unsigned = (micro: bigint): string => {
    // Rounded half up to hundredths of a minute; from ten minutes on to tenths, from an hour on to minutes.
    const step = micro < 10n * MINUTE ? 100n : micro < 60n * MINUTE ? 10n : 1n;
    const parts = floorDiv(micro * step * 2n + MINUTE, 2n * MINUTE);
    if (step !== 1n) return `${fraction[2].format(Number(parts) / Number(step))}${NBSP}min`;
    const [hours, rest] = [parts / 60n, parts % 60n];
    if (hours >= 100n) return `${whole.format((parts + 30n) / 60n)}${NBSP}h`;
    return rest === 0n ? `${hours}${NBSP}h` : `${hours}${NBSP}h${NBSP}${rest}${NBSP}min`;
  };
  const abs = (micro: bigint) => (micro < 0n ? -micro : micro);
  const time = (micro: bigint): string => `${micro < 0n ? MINUS : ''}${unsigned(abs(micro))}`;

  return {
    count: (n) => whole.format(n),
    percent: (n) => share.format(n).replace(/\s/g, NBSP),
    time,
    signedTime: (micro) => `${micro < 0n ? MINUS : '+'}${unsigned(abs(micro))}`,
    exact: (micro) => {
      const v = abs(micro);
      const rest = `${v % MINUTE}`.padStart(6, '0').replace(/0+$/, '');
      const point = fraction[1].format(1.5).charAt(1);
      const minutes = `${micro < 0n ? MINUS : ''}${whole.format(v / MINUTE)}`;
      return `${minutes}${rest === '' ? '' : point + rest}${NBSP}min`;
    },
    amount: (n, unit) => {
      const [scale, small, large] = unitOf(unit);
      if (large === '') return whole.format(n);
      return n < scale || scale === 1
        ? `${whole.format(n)}${NBSP}${small}`
        : `${fraction[n < 100 * scale ? 2 : 0].format(n / scale)}${NBSP}${large}`;
    },
    price: (micro, unit) => {
      const [, , large] = unitOf(unit);
      return large === '' ? time(micro) : `${time(micro)}${NBSP}/${NBSP}${large}`;
    },
    per: (unit) => {
      const [, , large] = unitOf(unit);
      return large === '' ? '' : `${NBSP}/${NBSP}${large}`;
    },
    day: date({ day: 'numeric', month: 'long', year: 'numeric' }),
    shortDay: date({ day: 'numeric', month: 'short' }),
    moment: date({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
    month: date({ month: 'long', year: 'numeric' }),
    shortMonth: date({ month: 'short' }),
    minutes: (minutes) => time(BigInt(minutes) * MINUTE),
  };
}

/** value × n / amount in micro-minutes, rounded half up, for show. amount ≥ 1. */
export function scaled(value: bigint, n: number, amount: number): bigint {
  return floorDiv(2n * value * BigInt(n) + BigInt(amount), 2n * BigInt(amount));
}
