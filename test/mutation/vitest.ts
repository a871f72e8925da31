/**
 * What the suites get when they import `vitest` under mutation testing: `describe`, `test` and the hooks write down what there is to run,
 * so that `runner.ts` can run any of it, any number of times, in one process. `expect` is vitest's own. What the suites here
 * do not use is not here, so that a suite which needs more cannot be loaded.
 */
import { format } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';

// That a property fails is all one wants to know of a mutant; the smallest case is not looked for.
fc.configureGlobal({ endOnFailure: true });

type Act = (...args: never[]) => unknown;
interface Options {
  readonly timeout?: number;
}

export interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly file: string;
  readonly hooks: Record<'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll', Act[]>;
}
export interface Test {
  readonly id: string;
  readonly suite: Suite;
  readonly run: () => unknown;
}

export const tests = new Map<string, Test>();
const open: Suite[] = [];

/** Collects the suite of a file: everything that is declared until the promise is kept belongs to it. */
export async function collect(file: string, load: () => Promise<unknown>): Promise<void> {
  open.push(suite(file, file));
  await load();
  open.pop();
}

function suite(name: string, file: string): Suite {
  return {
    name,
    parent: open.at(-1),
    file,
    hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
  };
}
const current = (): Suite => open.at(-1) as Suite;

function declare(name: string, run: () => unknown): void {
  const names = [name];
  for (let at: Suite | undefined = current(); at !== undefined; at = at.parent) names.unshift(at.name);
  let id = names.join(' > ');
  for (let again = 2; tests.has(id); again++) id = `${names.join(' > ')} (${again})`;
  tests.set(id, { id, suite: current(), run });
}

function group(name: string, act: () => unknown): void {
  open.push(suite(name, current().file));
  act();
  open.pop();
}

/** `(name, act, milliseconds?)` or `(name, options, act)`. */
const actOf = (second: Act | Options, third?: Act | number): Act =>
  (typeof second === 'function' ? second : third) as Act;

/** `each` as vitest has it: an array row is spread over the arguments, `$field` is taken from an object. */
function each(say: (name: string, act: () => unknown) => void) {
  return (rows: readonly unknown[]) =>
    (name: string, second: Act | Options, third?: Act | number): void => {
      for (const [i, row] of rows.entries()) {
        const args = (Array.isArray(row) ? row : [row]) as never[];
        const fields = (text: string): string =>
          text.replace(/\$(\w+)/g, (whole, field: string) =>
            typeof row === 'object' && row !== null && field in row
              ? String((row as Record<string, unknown>)[field])
              : whole,
          );
        const holes = name.match(/%[sidfjoO]/g)?.length ?? 0;
        const title = fields(format(name, ...args.slice(0, holes)));
        say(`${title} [${i}]`, () => (actOf(second, third) as (...a: never[]) => unknown)(...args));
      }
    };
}

export const test = Object.assign(
  (name: string, second: Act | Options, third?: Act | number): void =>
    declare(name, () => (actOf(second, third) as () => unknown)()),
  { each: each(declare) },
);
export const it = test;
export const describe = Object.assign(group, { each: each(group) });
export const beforeAll = (act: Act): unknown => current().hooks.beforeAll.push(act);
export const beforeEach = (act: Act): unknown => current().hooks.beforeEach.push(act);
export const afterEach = (act: Act): unknown => current().hooks.afterEach.push(act);
export const afterAll = (act: Act): unknown => current().hooks.afterAll.push(act);
export { expect };
