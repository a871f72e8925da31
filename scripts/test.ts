/**
 * `npm test`: makes the machine ready, runs every suite, and closes with one line, «N passed, N failed». Arguments go to vitest, so
 * `npm test -- test/card` runs a part. The line is counted from vitest's own JSON report, and counts as failed also
 * what no test can say: a file that could not be loaded, an error outside any test, nothing that ran, a test that was left out.
 * Left out may be the Electron suite alone, where Electron's binary is not installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { prepareMachine } from './prepare-machine.ts';

/** The part of vitest's JSON report that is counted. */
export interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Sentences for the reader, each a reason to look. */
  readonly remarks: readonly string[];
}

/** Files whose tests may be left out, because what they need is no package. */
const MAY_BE_LEFT_OUT = /(^|\/)test\/electron\//;

/**
 * Counts a report. `exitCode` is vitest's; `partial` says that tests were left out on request (-t). A report that is missing, or
 * that counts no failure while vitest failed, is a failure of its own.
 */
export function outcomeOf(report: Report | undefined, exitCode: number, partial: boolean): Outcome {
  const remarks: string[] = [];
  let passed = 0;
  let failed = 0;
  if (report === undefined) {
    failed++;
    remarks.push('vitest left no report.');
  }
  for (const file of report?.testResults ?? []) {
    const broken = file.assertionResults.filter((test) => test.status === 'failed').length;
    failed += broken;
    passed += file.assertionResults.filter((test) => test.status === 'passed').length;
    if (file.status === 'failed' && broken === 0) {
      failed++;
      remarks.push(`${file.name} could not run: ${file.message ?? ''}`);
    }
    const out = file.assertionResults.filter((test) => test.status !== 'failed' && test.status !== 'passed');
    if (out.length === 0 || partial) continue;
    if (MAY_BE_LEFT_OUT.test(file.name)) remarks.push(`${file.name} did not run (${out.length} tests).`);
    else {
      failed += out.length;
      for (const test of out) remarks.push(`left out (${test.status}): ${file.name}: ${test.fullName}`);
    }
  }
  if (passed + failed === 0) {
    failed++;
    remarks.push('No test ran.');
  }
  if (exitCode !== 0 && failed === 0) {
    failed++;
    remarks.push(`vitest ended with ${exitCode} though no test failed: see the errors above.`);
  }
  return { passed, failed, remarks };
}

function main(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24) {
    console.error(`This is Node ${process.versions.node}; the tests run on Node 24: npm test`);
    process.exitCode = 1;
    return;
  }
  if (!prepareMachine()) {
    process.exitCode = 1;
    return;
  }
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'timecard-test-'));
  const file = join(folder, 'report.json');
  const words = process.argv.slice(2);
  const ran = spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...words,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const report = readReport(file, root);
  rmSync(folder, { recursive: true, force: true });
  const partial = words.some((word) => word.startsWith('-t') || word.startsWith('--testNamePattern'));
  const { passed, failed, remarks } = outcomeOf(report, ran.status ?? 1, partial);
  for (const remark of remarks) console.log(remark);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function readReport(file: string, root: string): Report | undefined {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    return { testResults: report.testResults.map((one) => ({ ...one, name: relative(root, one.name) })) };
  } catch {
    return undefined;
  }
}

if (import.meta.main) main();
