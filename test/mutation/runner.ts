/**
 * Stryker's test runner for this project: all suites are loaded once into the process, and for each mutant the tests that reach it run
 * there, the likeliest and shortest first, until one fails. Stryker's runner for vitest starts a thread and loads the suites again for every mutant,
 * which takes many times as long as the tests. What sharing a process could do to a verdict is excluded one by one:
 * - a kill counts only if the same test passes again right after without the mutant; otherwise the process is given up and Stryker asks
 *   a fresh one, so no test that depends on what an earlier one left can count;
 * - a mutant that no test has noticed in so many seconds of the processor's time (PATIENCE.cpuSeconds) counts as survived, whatever
 *   the tests that were not asked would say: the score can only be too low, and few of the killed need more than seven tests;
 * - a test that runs five times as long as without the mutant, and half a second more, is ended and counts as timed out, however busy the machine;
 * - code under test has no state of its own (a house rule); modules are loaded with no mutant on, so mutants reached only
 *   while loading cannot be judged here (`ignoreStatic` in `stryker.config.json`).
 */
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import type {
  DryRunResult,
  MutantRunOptions,
  MutantRunResult,
  TestResult,
  TestRunner,
} from '@stryker-mutator/api/test-runner';
import { RANDOM, SUITES } from './suites.ts';
import type { Suite, Test } from './vitest.ts';

type Vitest = typeof import('./vitest.ts');
interface Fault {
  readonly message: string;
  /** Ended because it took too long. */
  readonly ended: boolean;
}
/** A test may take so many times as long as it did without a mutant, and in any case so many milliseconds; all tests of a mutant so many seconds of the processor. */
const PATIENCE = { times: 5, milliseconds: 500, cpuSeconds: 4 };
/** How many of the last finders are asked first. */
const FINDERS = 8;

class OneProcess implements TestRunner {
  private vitest: Vitest | undefined;
  private readonly stryker: InstrumenterContext = globalContext();
  /** Milliseconds of a test's last run. */
  private readonly took = new Map<string, number>();
  /** The test that found the last mutants, the latest last. */
  private readonly finders: string[] = [];

  /** With `ignoreStatic` every mutant is switched on after loading: there is nothing that loading again would change. */
  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    const shim = pathToFileURL(resolve('test/mutation/vitest.ts')).href;
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vitest' && context.parentURL !== shim
          ? { url: shim, shortCircuit: true }
          : next(specifier, context),
    });
    this.vitest = (await import(shim)) as Vitest;
    for (const file of SUITES.flatMap((pattern) => globSync(pattern).sort()))
      await this.vitest.collect(file, () => import(pathToFileURL(join(process.cwd(), file)).href));
  }

  async dryRun(): Promise<DryRunResult> {
    const results: TestResult[] = [];
    for (const test of this.all().values()) {
      const fault = await this.alone(test, true);
      results.push({
        id: test.id,
        name: test.id,
        fileName: resolve(test.suite.file),
        timeSpentMs: this.took.get(test.id) ?? 0,
        ...(fault === undefined ? { status: 0 } : { status: 1, failureMessage: fault.message }),
      } as TestResult);
    }
    const { mutantCoverage } = this.stryker;
    return {
      status: 'complete',
      tests: results,
      ...(mutantCoverage === undefined ? {} : { mutantCoverage }),
    } as DryRunResult;
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    const reaching = new Set(testFilter ?? this.all().keys());
    const name = basename(activeMutant.fileName, '.ts');
    const chosen = [...this.all().values()].filter(({ id }) => reaching.has(id));
    chosen.sort((a, b) => this.rank(a, name) - this.rank(b, name));
    const { stryker } = this;
    const begun = performance.now();
    const before = process.cpuUsage();
    const spent = (): number => {
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    let nrOfTests = 0;
    for (const test of chosen) {
      if (spent() > PATIENCE.cpuSeconds) break;
      nrOfTests += 1;
      Object.assign(stryker, { activeMutant: activeMutant.id, hitCount: 0, hitLimit });
      const fault = await this.alone(test, false);
      const hits = stryker.hitCount ?? 0;
      Object.assign(stryker, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
      if (fault === undefined) continue;
      if ((await this.alone(test, false)) !== undefined)
        throw new Error(`${test.id} fails without a mutant too, after ${activeMutant.id}`);
      this.finders.push(test.id);
      if (this.finders.length > FINDERS) this.finders.shift();
      const duration = performance.now() - begun;
      if (fault.ended || (hitLimit !== undefined && hits > hitLimit))
        return { status: 'timeout', reason: fault.message, duration } as MutantRunResult;
      return {
        status: 'killed',
        killedBy: [test.id],
        failureMessage: fault.message,
        nrOfTests,
        duration,
      } as MutantRunResult;
    }
    return { status: 'survived', nrOfTests, duration: performance.now() - begun } as MutantRunResult;
  }

  private all(): ReadonlyMap<string, Test> {
    if (this.vitest === undefined) throw new Error('not initialized');
    return this.vitest.tests;
  }

  /** The finders of the last mutants first, then the suite of the file's name, then the shortest, long histories last. */
  private rank({ id, suite }: Test, name: string): number {
    const found = this.finders.lastIndexOf(id);
    if (found >= 0) return -1e6 - found;
    const likely = basename(suite.file, '.test.ts') === name ? -1e5 : 0;
    return likely + (RANDOM.test(suite.file) ? 1e9 : 0) + (this.took.get(id) ?? 20);
  }

  /** One test with all its hooks; what its hooks reach, it reaches. Without a mutant the time it takes is noted. */
  private async alone(test: Test, covering: boolean): Promise<Fault | undefined> {
    const suites: Suite[] = [];
    for (let at: Suite | undefined = test.suite; at !== undefined; at = at.parent) suites.unshift(at);
    const acts = [
      ...suites.flatMap(({ hooks }) => hooks.beforeAll),
      ...suites.flatMap(({ hooks }) => hooks.beforeEach),
      test.run,
      ...suites.toReversed().flatMap(({ hooks }) => hooks.afterEach),
      ...suites.toReversed().flatMap(({ hooks }) => hooks.afterAll),
    ] as (() => unknown)[];
    const mutated = this.stryker.activeMutant !== undefined;
    const took = this.took.get(test.id);
    const patience =
      mutated && took !== undefined ? PATIENCE.milliseconds + PATIENCE.times * took : undefined;
    const begun = performance.now();
    if (covering) this.stryker.currentTestId = test.id;
    try {
      for (const act of acts) await within(act, patience);
      return undefined;
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      return { message: String(message).slice(0, 500), ended: code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' };
    } finally {
      delete this.stryker.currentTestId;
      if (!mutated) this.took.set(test.id, performance.now() - begun);
    }
  }
}

const call = new Script('__act__()');
/** Calls; what does not come back in this many milliseconds is ended by an exception. Waiting for promises is Stryker's to end. */
function within(act: () => unknown, milliseconds: number | undefined): unknown {
  if (milliseconds === undefined) return act();
  (globalThis as { __act__?: () => unknown }).__act__ = act;
  return call.runInThisContext({ timeout: Math.ceil(milliseconds) });
}

/** Where the instrumented code looks which mutant is on. */
function globalContext(): InstrumenterContext {
  const place = globalThis as { __stryker__?: InstrumenterContext };
  place.__stryker__ ??= {};
  return place.__stryker__;
}

const factory = (): TestRunner => new OneProcess();
factory.inject = [] as const;
export const strykerPlugins = [{ kind: 'TestRunner', name: 'one-process', factory }];
