/** The device remembers language and colours, each window its own, and works without storage. */
import { expect, test } from 'vitest';
import { ageOf } from '../../renderer/age.ts';
import { deviceOf } from '../../widgets/device.ts';

function shelf() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}
const light = () => false;

test('the first language is the browser’s, the next one the chosen', () => {
  const s = shelf();
  expect(deviceOf('timecard', () => s, ['fr-FR', 'de-AT', 'en'], light).language('clerk')).toBe('de');
  expect(deviceOf('timecard', () => s, ['fr-FR'], light).language('clerk')).toBe('en');
  deviceOf('timecard', () => s, ['de'], light).setLanguage('clerk', 'en');
  expect(deviceOf('timecard', () => s, ['de'], light).language('clerk')).toBe('en');
});

test('the customer’s window has a language of its own', () => {
  const s = shelf();
  const device = deviceOf('timecard', () => s, ['de'], light);
  device.setLanguage('display', 'en');
  expect([device.language('clerk'), device.language('display')]).toEqual(['de', 'en']);
});

test('something else in the storage is not believed', () => {
  const s = shelf();
  s.kept.set('timecard.language.clerk', 'xx');
  s.kept.set('timecard.scheme', 'pink');
  const device = deviceOf(
    'timecard',
    () => s,
    [],
    () => true,
  );
  expect([device.language('clerk'), device.scheme()]).toEqual(['en', 'dark']);
});

test('a browser without storage forgets and works', () => {
  const device = deviceOf(
    'timecard',
    () => {
      throw new Error('storage is off');
    },
    ['en'],
    light,
  );
  device.setLanguage('clerk', 'de');
  device.setScheme('dark');
  expect([device.language('clerk'), device.scheme()]).toEqual(['en', 'light']);
});

test.each([
  [0, 'now', 0],
  [9.9, 'now', 0],
  [47, 'seconds', 40],
  [60, 'minutes', 1],
  [3_599, 'minutes', 59],
  [3_600, 'hours', 1],
  [172_799, 'hours', 47],
  [172_800, 'days', 2],
])('%d seconds are an age in %s: %i', (seconds, unit, n) => {
  expect(ageOf(seconds)).toEqual({ unit, n });
});
