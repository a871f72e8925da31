/**
 * Completes package-lock.json after `npm install` (npm run lockfile). A registry that lacks some other platforms' optional
 * packages makes npm leave them out of the lockfile, and `npm ci` then refuses that lockfile («Missing: … from lock file»). An
 * entry with version, os and cpu is enough: npm never fetches what is not for this platform, and where it is, the registry
 * there has it. Registry addresses are taken out too: an integrity names a package wherever it is fetched from.
 *
 * It adds optional packages only; anything else that is missing is npm's to solve.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

interface Entry {
  version?: string;
  resolved?: string;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
  [key: string]: unknown;
}

export interface Lockfile {
  packages: Record<string, Entry>;
  [key: string]: unknown;
}

export interface MissingPackage {
  readonly name: string;
  readonly version: string;
  readonly wantedBy: string;
}

/** Optional packages that the lockfile's own entries ask for and that it does not have. */
export function missingOptionalPackages(lock: Lockfile): MissingPackage[] {
  const missing: MissingPackage[] = [];
  for (const [path, entry] of Object.entries(lock.packages))
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {}))
      if (!has(lock, path, name) && !missing.some((m) => m.name === name))
        missing.push({ name, version, wantedBy: path });
  return missing;
}

/** As Node resolves: the folder's own node_modules, then its parents'. */
function has(lock: Lockfile, path: string, name: string): boolean {
  for (let at = path; ; ) {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
    at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')));
  }
}

const OS: readonly (readonly [RegExp, string])[] = [
  [/linux/, 'linux'],
  [/darwin|macos/, 'darwin'],
  [/win32|windows/, 'win32'],
  [/android/, 'android'],
  [/freebsd/, 'freebsd'],
  [/openharmony/, 'openharmony'],
];
const CPU: readonly (readonly [RegExp, string])[] = [
  [/x86_64|x64/, 'x64'],
  [/aarch64|arm64/, 'arm64'],
  [/arm/, 'arm'],
  [/x86|ia32/, 'ia32'],
  [/riscv64/, 'riscv64'],
  [/ppc64/, 'ppc64'],
  [/s390x/, 's390x'],
  [/loong64/, 'loong64'],
];

/** The entry of a platform package, from its name and exact version; undefined when they do not say enough. */
export function platformEntry(name: string, version: string): Entry | undefined {
  const os = OS.find(([pattern]) => pattern.test(name))?.[1];
  const cpu = CPU.find(([pattern]) => pattern.test(name))?.[1];
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return undefined;
  return { version, cpu: [cpu], optional: true, os: [os] };
}

function main(): void {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
  const missing = missingOptionalPackages(lock);
  for (const { name, version, wantedBy } of missing) {
    const entry = platformEntry(name, version);
    if (entry === undefined) {
      console.error(
        `${wantedBy} wants ${name}@${version}: its name and version do not tell os, cpu and exact version.`,
      );
      process.exitCode = 1;
      return;
    }
    lock.packages[`node_modules/${name}`] = entry;
  }
  let addresses = 0;
  for (const entry of Object.values(lock.packages))
    if (typeof entry.resolved === 'string' && /^https?:/.test(entry.resolved)) {
      delete entry.resolved;
      addresses++;
    }
  const order = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(order.map((path) => [path, lock.packages[path] as Entry]));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} optional packages added, ${addresses} addresses taken out.`);
}

if (import.meta.main) main();
