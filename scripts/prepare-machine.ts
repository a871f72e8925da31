/**
 * Makes a Debian machine ready for the tests and the headless sale (npm run prepare-machine): a card reader service, a virtual reader,
 * a browser, and what a private network needs. As root it installs what is missing and says so; as anybody else it prints
 * the one line to run. With everything there it looks at a few files and is done.
 *
 * It installs Debian's packages only, and nothing that the terminal itself needs to sell: `npm start` works without it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

interface Need {
  readonly debian: string;
  readonly what: string;
  /** One of these files means it is there. */
  readonly files: readonly string[];
}

const tool = (name: string): readonly string[] =>
  ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin', '/usr/local/sbin'].map(
    (folder) => `${folder}/${name}`,
  );

export const NEEDS: readonly Need[] = [
  { debian: 'pcscd', what: 'the PC/SC service and its library', files: tool('pcscd') },
  {
    debian: 'vsmartcard-vpcd',
    what: 'a virtual reader that the simulated card sits in',
    files: ['/usr/lib/pcsc/drivers/serial/libifdvpcd.so'],
  },
  { debian: 'chromium', what: 'a browser for the screen', files: tool('chromium') },
  { debian: 'iproute2', what: 'the private loopback of the virtual reader', files: tool('ip') },
  { debian: 'strace', what: 'counting what is really synced to the disk', files: tool('strace') },
  {
    debian: 'fonts-dejavu-core',
    what: 'a typeface for the screen',
    files: ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'],
  },
];

export function missingNeeds(exists: (file: string) => boolean = existsSync): readonly Need[] {
  return NEEDS.filter((need) => !need.files.some(exists));
}

/** What an ordinary user is told to run. */
export function installLine(needs: readonly Need[]): string {
  const names = needs.map((need) => need.debian).join(' ');
  return `sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${names}'`;
}

/** Returns true when the machine is ready; otherwise it has said what is missing and why it could not be helped. */
export function prepareMachine(): boolean {
  const missing = missingNeeds();
  if (missing.length === 0) return true;
  for (const need of missing) console.log(`Missing: ${need.debian} (${need.what})`);
  if (process.getuid?.() !== 0) {
    console.error(`Not root, so nothing was installed. Run:\n  ${installLine(missing)}`);
    return false;
  }
  const started = performance.now();
  const apt = (...words: string[]): boolean => {
    const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-q'];
    console.log(`apt-get ${words.join(' ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const ran = spawnSync('apt-get', [...options, ...words], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    });
    if (ran.error !== undefined) console.error(`apt-get did not start: ${ran.error.message}`);
    return ran.status === 0;
  };
  const names = missing.map((need) => need.debian);
  const done = apt('update') && apt('install', '-y', '--no-install-recommends', ...names);
  const left = missingNeeds();
  if (!done || left.length > 0) {
    const what = left.map((need) => need.debian).join(' ');
    console.error(`This machine could not be made ready${what === '' ? '' : `; still missing: ${what}`}.`);
    return false;
  }
  console.log(`Installed ${names.join(', ')} in ${Math.round((performance.now() - started) / 1000)} s.`);
  return true;
}

if (import.meta.main) {
  const already = missingNeeds().length === 0;
  if (!prepareMachine()) process.exitCode = 1;
  else if (already) console.log('Everything is there.');
}
