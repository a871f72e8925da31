/** The grid of UTC calendar months, from seconds since 1970 and back, without a clock: Gregorian, no leap seconds (POSIX time). */
import type { Seconds } from './transaction.ts';

export const DAY_SECONDS = 86_400;

/** Days since 1970-01-01. */
export function dayOf(time: Seconds): number {
  return Math.floor(time / DAY_SECONDS);
}

/** The last second of the UTC month that holds `time`. */
export function monthEnd(time: Seconds): Seconds {
  const { year, month } = civil(dayOf(time));
  // After the twelfth month comes the next year's first, reckoned as a thirteenth.
  const next = days(year, month + 1);
  return next * DAY_SECONDS - 1;
}

/** The last second of the month before the one that ends with `until`: no month is longer than 31 days or shorter than 28. */
export function monthBefore(until: Seconds): Seconds {
  return monthEnd(until - 31 * DAY_SECONDS);
}

/** Year and month (1 to 12) of a day since 1970-01-01. */
export function civil(day: number): { readonly year: number; readonly month: number } {
  // Years begin in March here, so that the leap day is a year's last; an era is 400 years = 146 097 days.
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month };
}

/** Days since 1970-01-01 of the first day of a month. */
function days(year: number, month: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
