/**
 * `npm run test:mutants`: breaks one rule after the other in a copy of `src/` in a temporary folder and plays histories against the copy until they
 * catch it or `--seconds` are over. Prints what was caught after how many histories. Exit code 1 when one survives. `--only TEXT`
 * takes those with this in their name, `--alone` those that only the auditor finds; with `--audit 0` it does not look, and they survive.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from './mutants.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What histories are played with. */
const PARTS = [
  'src',
  'crypto',
  'demo/chance.ts',
  'test/histories',
  'test/auditor',
  'test/economy',
  'package.json',
];

export interface Outcome {
  readonly name: string;
  readonly caught: boolean;
  /** Histories played, and what was wrong. */
  readonly histories: number;
  readonly fault: string;
}

/** Plays histories against one mutant for at most so many seconds; the auditor looks at every so manieth of them, with 0 at none. */
export async function tryMutant(
  mutant: Mutant,
  seconds: number,
  audited = mutant.alone === true ? 1 : 20,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'timecard-mutant-'));
  try {
    for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const file = join(folder, 'src', mutant.file);
    const text = await readFile(file, 'utf8');
    if (text.split(mutant.from).length !== 2) throw new Error(`«${mutant.name}» does not fit ${mutant.file}`);
    await writeFile(
      file,
      text.replace(mutant.from, () => mutant.to),
    );
    const { code, out } = await played(join(folder, 'test/histories/run.ts'), seconds, audited);
    const histories = Number(/^([0-9]+) histories/m.exec(out)?.[1] ?? 0);
    return {
      name: mutant.name,
      caught: code === 1 && histories > 0,
      histories,
      fault: /^seed .*$/m.exec(out)?.[0] ?? '',
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function played(
  script: string,
  seconds: number,
  audited: number,
): Promise<{ readonly code: number | null; readonly out: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; out: string }>();
  const child = spawn(
    process.execPath,
    [script, '--seconds', String(seconds), '--audit', String(audited), '--threads', '1', '--shrink', '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let out = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, out }));
  return promise;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      only: { type: 'string', default: '' },
      audit: { type: 'string' },
      alone: { type: 'boolean', default: false },
    },
  });
  let survived = 0;
  const wanted = MUTANTS.filter(
    ({ name, alone }) => name.includes(values.only) && (alone === true || !values.alone),
  );
  for (const mutant of wanted) {
    const { name, caught, histories, fault } = await tryMutant(
      mutant,
      Number(values.seconds),
      values.audit === undefined ? undefined : Number(values.audit),
    );
    if (!caught) survived += 1;
    process.stdout.write(`${caught ? 'caught' : 'SURVIVED'} after ${histories}: ${name} (${fault})\n`);
  }
  process.stdout.write(`${wanted.length - survived} of ${wanted.length} mutants caught\n`);
  process.exitCode = survived === 0 ? 0 : 1;
}
