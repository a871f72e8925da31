/** What the scripts decide: what counts as a passed run, what a machine lacks, what a lockfile lacks. */
import { describe, expect, test } from 'vitest';
import { type Lockfile, missingOptionalPackages, platformEntry } from '../../scripts/complete-lockfile.ts';
import { installLine, missingNeeds, NEEDS } from '../../scripts/prepare-machine.ts';
import { outcomeOf, type Report } from '../../scripts/test.ts';

const file = (
  name: string,
  statuses: string[],
  status = 'passed',
  message = '',
): Report['testResults'][number] => ({
  name,
  status,
  message,
  assertionResults: statuses.map((s, i) => ({ status: s, fullName: `t${i}` })),
});
const count = (exitCode: number, ...testResults: Report['testResults'][number][]): string => {
  const { passed, failed } = outcomeOf({ testResults }, exitCode, false);
  return `${passed} passed, ${failed} failed`;
};

describe('the closing line', () => {
  test('counts tests', () => {
    expect(count(0, file('test/a.test.ts', ['passed', 'passed']), file('test/b.test.ts', ['passed']))).toBe(
      '3 passed, 0 failed',
    );
    expect(count(1, file('test/a.test.ts', ['passed', 'failed'], 'failed'))).toBe('1 passed, 1 failed');
  });
  test('a file that could not be loaded is a failure, beside what else passed', () => {
    expect(
      count(1, file('test/a.test.ts', [], 'failed', 'SyntaxError'), file('test/b.test.ts', ['passed'])),
    ).toBe('1 passed, 1 failed');
  });
  test('nothing that ran, and no report, are failures', () => {
    expect(count(0)).toBe('0 passed, 1 failed');
    expect(outcomeOf(undefined, 0, false).failed).toBe(1);
  });
  test('an error outside any test is a failure', () => {
    expect(count(1, file('test/a.test.ts', ['passed']))).toBe('1 passed, 1 failed');
  });
  test('a test left out is a failure, but for the Electron suite, which is named', () => {
    expect(count(0, file('test/a.test.ts', ['passed', 'skipped', 'todo']))).toBe('1 passed, 2 failed');
    const report = {
      testResults: [file('test/a.test.ts', ['passed']), file('test/electron/shell.test.ts', ['skipped'])],
    };
    const got = outcomeOf(report, 0, false);
    expect(got).toMatchObject({ passed: 1, failed: 0 });
    expect(got.remarks).toEqual(['test/electron/shell.test.ts did not run (1 tests).']);
  });
  test('on request (-t) tests may be left out', () => {
    expect(
      outcomeOf({ testResults: [file('test/a.test.ts', ['passed', 'skipped'])] }, 0, true),
    ).toMatchObject({ failed: 0 });
  });
});

describe('the machine', () => {
  test('a bare one lacks everything, and the line to run names it', () => {
    const missing = missingNeeds(() => false);
    expect(missing).toEqual(NEEDS);
    for (const need of NEEDS) expect(installLine(missing)).toContain(need.debian);
  });
  test('one of a need’s files is enough', () => {
    expect(missingNeeds((path) => NEEDS.some((need) => need.files.at(-1) === path))).toEqual([]);
    expect(missingNeeds((path) => !path.endsWith('/ip')).map((n) => n.debian)).toEqual(['iproute2']);
  });
});

describe('the lockfile', () => {
  test('an optional package counts as there in the folder itself or above it', () => {
    const lock = (packages: Lockfile['packages']): Lockfile => ({ packages });
    const wants = { optionalDependencies: { 'x-linux-x64': '1.0.0' } };
    expect(missingOptionalPackages(lock({ 'node_modules/a/node_modules/x': wants }))).toEqual([
      { name: 'x-linux-x64', version: '1.0.0', wantedBy: 'node_modules/a/node_modules/x' },
    ]);
    for (const at of [
      'node_modules/a/node_modules/x/node_modules/',
      'node_modules/a/node_modules/',
      'node_modules/',
    ])
      expect(
        missingOptionalPackages(lock({ 'node_modules/a/node_modules/x': wants, [`${at}x-linux-x64`]: {} })),
      ).toEqual([]);
  });
  test.each([
    ['@pcsc-mini/macos-aarch64', 'darwin', 'arm64'],
    ['@pcsc-mini/windows-x86_64-node', 'win32', 'x64'],
    ['@pcsc-mini/linux-x86-musl', 'linux', 'ia32'],
    ['@esbuild/linux-arm', 'linux', 'arm'],
  ])('%s is for %s on %s', (name, os, cpu) => {
    expect(platformEntry(name, '1.2.3')).toEqual({ version: '1.2.3', optional: true, os: [os], cpu: [cpu] });
  });
  test('what the name or the version does not tell is not guessed', () => {
    expect(platformEntry('fsevents', '2.3.3')).toBeUndefined();
    expect(platformEntry('@pcsc-mini/linux-x86-musl', '^1.2.3')).toBeUndefined();
  });
});
