/** What is really synced, counted by strace in a process of its own: at most four before «paid», erasure after it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folder } from './helpers.ts';

let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.remove());

it('T1 four fsyncs before «paid»: two for the intent, one for the answer, one for the close; two for the erasure after it', () => {
  const trace = join(place.dir, 'trace');
  const ran = spawnSync(
    'strace',
    [
      ...['-f', '-qq', '-e', 'trace=fsync,fdatasync,write', '-s', '40', '-o', trace],
      process.execPath,
      join(import.meta.dirname, 'one-sale.ts'),
      join(place.dir, 'data'),
    ],
    { encoding: 'utf8' },
  );
  expect(ran.status, ran.stderr).toBe(0);
  const counts: Record<string, number> = {};
  let step = '';
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    const mark = /write\(1, "step ([a-z]+)/.exec(line);
    if (mark) {
      step = mark[1] as string;
      counts[step] = 0;
    } else if (step !== '' && /\b(fsync|fdatasync)\(/.test(line) && !line.includes('resumed'))
      counts[step] = (counts[step] ?? 0) + 1;
  }
  const { begin = 0, answered = 0, close = 0, erase = 0 } = counts;
  expect(answered).toBeGreaterThanOrEqual(1);
  expect(close).toBeGreaterThanOrEqual(1);
  expect(begin + answered + close).toBeLessThanOrEqual(4);
  expect(erase).toBeGreaterThanOrEqual(1);
  expect(Object.keys(counts)).toEqual(['begin', 'answered', 'close', 'erase', 'end']);
});
