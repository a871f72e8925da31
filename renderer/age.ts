/** How long ago something was, in the largest unit that fits: the key of its sentence and the number. */
export interface Age {
  readonly unit: 'now' | 'seconds' | 'minutes' | 'hours' | 'days';
  readonly n: number;
}

/** Below ten seconds is «now»: a number that changes all the time draws the eye for nothing. */
export function ageOf(seconds: number): Age {
  if (seconds < 10) return { unit: 'now', n: 0 };
  if (seconds < 60) return { unit: 'seconds', n: Math.floor(seconds / 10) * 10 };
  if (seconds < 3_600) return { unit: 'minutes', n: Math.floor(seconds / 60) };
  if (seconds < 2 * 86_400) return { unit: 'hours', n: Math.floor(seconds / 3_600) };
  return { unit: 'days', n: Math.floor(seconds / 86_400) };
}
