/**
 * `npm start`: a whole economy on one machine. Makes the demo at the first start, then starts a ledger node and the coupon office as
 * processes of their own, and the terminal in the host that is there: Electron if its binary is, else the browser host. Prints
 * where the screens are; Ctrl-C ends everything it started. Options: `--help`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXPLORER_DIR } from '../ledger/node.ts';
import { startBrowserHost } from '../main/browser-host.ts';
import { Children } from './children.ts';
import { type HostSettings, openDemoTerminal, RENDERER_DIR } from './host.ts';
import { startLedgerNode } from './ledger-process.ts';
import { createWorld, hasWorld, openWorld } from './world.ts';

const ROOT = join(import.meta.dirname, '..');
const HELP = `npm start -- [options]
  --data DIR      folder of the demo (default .data)
  --port N        port of the checkout on 127.0.0.1 (default: a free one)
  --reader NAME   PC/SC reader to use; "sim" for the simulated one (default: a real reader if there is one)
  --k N           fewest sales that leave together (default 5)
  --lang en|de    language of this output and of the window with the cards (default: from LANG)
  --help`;

const TEXTS = {
  en: {
    making: 'Making a demo economy; this happens once.',
    building: 'Building the screen.',
    buildFailed: 'The screen could not be built:',
    ledger: 'Starting the ledger and the coupon office.',
    ledgerFailed: 'The ledger does not start. Is a demo running in the same folder?',
    ledgerGone:
      'The ledger has ended. The terminal goes on as far as it safely can; start again for the rest.',
    officeGone: 'The coupon office has ended. No card can be loaded until the next start.',
    checkout: 'Checkout',
    display: 'Customer display',
    cards: 'Cards',
    explorer: 'Explorer',
    reader: 'Reader',
    simulated: 'simulated; put a card on it in the window with the cards',
    once: 'Each address opens one browser, once; after that it works there by reload.',
    pins: 'PINs',
    electron: 'The checkout opens in its own window.',
    end: 'Ctrl-C ends everything.',
    ending: 'Ending.',
  },
  de: {
    making: 'Eine kleine Wirtschaft wird angelegt; das geschieht einmal.',
    building: 'Der Bildschirm wird gebaut.',
    buildFailed: 'Der Bildschirm ließ sich nicht bauen:',
    ledger: 'Ledger und Coupon-Büro starten.',
    ledgerFailed: 'Der Ledger startet nicht. Läuft schon eine Vorführung im selben Ordner?',
    ledgerGone:
      'Der Ledger ist beendet. Das Terminal arbeitet weiter, soweit es sicher ist; sonst neu starten.',
    officeGone: 'Das Coupon-Büro ist beendet. Bis zum nächsten Start lässt sich keine Karte laden.',
    checkout: 'Kasse',
    display: 'Kundenanzeige',
    cards: 'Karten',
    explorer: 'Hauptbuch ansehen',
    reader: 'Leser',
    simulated: 'simuliert; im Fenster mit den Karten eine hinhalten',
    once: 'Jede Adresse öffnet einen Browser, einmal; danach geht dort Neuladen.',
    pins: 'PINs',
    electron: 'Die Kasse öffnet sich in einem eigenen Fenster.',
    end: 'Strg-C beendet alles.',
    ending: 'Ende.',
  },
};

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: join(ROOT, '.data') },
    port: { type: 'string', default: '0' },
    reader: { type: 'string' },
    k: { type: 'string' },
    lang: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const wrong =
  !/^[0-9]{1,5}$/.test(options.port) ||
  (options.k !== undefined && !/^[1-9][0-9]{0,3}$/.test(options.k)) ||
  (options.lang !== undefined && options.lang !== 'en' && options.lang !== 'de');
if (options.help || wrong) {
  say(HELP);
  process.exit(wrong ? 2 : 0);
}
const german = options.lang === 'de' || (options.lang === undefined && /^de/.test(process.env.LANG ?? ''));
const t = german ? TEXTS.de : TEXTS.en;
const data = resolve(options.data);
const children = new Children();
let stopTerminal: () => Promise<void> = async () => undefined;

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await stopTerminal();
  await children.endAll();
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (!ending) say(`\n${t.ending}`);
    void end(0);
  });

/** The newest change under a folder, ms since 1970. */
function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (latest, entry) =>
      entry.isFile() ? Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs) : latest,
    0,
  );
}

/** Builds what is older than its sources. */
async function build(): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const age = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0);
  const sources = (folder: string): number => Math.max(newest(join(ROOT, folder)), newest(join(ROOT, 'src')));
  const wanted: string[][] = [];
  if (age(join(RENDERER_DIR, 'index.html')) < sources('renderer')) wanted.push(['build']);
  if (age(join(EXPLORER_DIR, 'index.html')) < sources('explorer'))
    wanted.push(['build', '-c', 'vite.explorer.config.ts']);
  if (electronBinary() !== undefined && age(join(ROOT, 'dist', 'preload.cjs')) < newest(join(ROOT, 'main')))
    wanted.push(['build', '-c', 'vite.preload.config.ts']);
  if (wanted.length > 0) say(t.building);
  for (const args of wanted) {
    const { code, output } = await children.run(process.execPath, [vite, ...args, '--logLevel', 'warn']);
    if (code !== 0 && !ending) {
      say(`${t.buildFailed}\n${output}`);
      await end(1);
    }
  }
}

/** Electron's binary if it was installed; found on disk, for importing `electron` would download it. */
function electronBinary(): string | undefined {
  const dist = join(ROOT, 'node_modules', 'electron', 'dist');
  const path = join(ROOT, 'node_modules', 'electron', 'path.txt');
  if (!existsSync(join(dist, 'version')) || !existsSync(path)) return undefined;
  return join(dist, readFileSync(path, 'utf8').trim());
}

async function makeWorld(): Promise<void> {
  if (hasWorld(data)) return;
  say(t.making);
  await createWorld({ dir: data, progress: (line) => say(`  ${line}`) });
}

/** The node and the office; the node's address. */
async function startLedger(): Promise<string> {
  const { ledgerDir, officeFiles } = openWorld(data);
  say(t.ledger);
  const url = await startLedgerNode(children, ledgerDir, () => say(t.ledgerGone));
  if (url === undefined) {
    say(t.ledgerFailed);
    await end(1);
    return '';
  }
  const office = children.start(
    process.execPath,
    [
      join(ROOT, 'ledger', 'cli.ts'),
      'office',
      'run',
      '--url',
      url,
      '--keys',
      officeFiles.keyset,
      '--sign',
      officeFiles.signingKey,
    ],
    () => say(t.officeGone),
  );
  office.stdout?.resume();
  return url;
}

/** Opens a browser if somebody could see it; nothing depends on it. */
function show(url: string): void {
  const seen = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
  if (process.platform !== 'linux' || seen === undefined || seen === '') return;
  const browser = spawn('xdg-open', [url], { stdio: 'ignore', detached: true });
  browser.on('error', () => undefined);
  browser.unref();
}

await Promise.all([makeWorld(), build()]);
const ledgerUrl = await startLedger();
const settings: HostSettings = {
  data,
  ledgerUrl,
  language: german ? 'de' : 'en',
  ...(options.reader === undefined ? {} : { reader: options.reader }),
  ...(options.k === undefined ? {} : { k: Number(options.k) }),
};
const pins = openWorld(data)
  .cards.map((card) => `${card.names[german ? 'de' : 'en']}: ${card.pin}`)
  .join('   ');
const electron = electronBinary();
if (electron !== undefined) {
  const args = [join(import.meta.dirname, 'electron.ts'), '--demo', JSON.stringify(settings)];
  children.start(electron, args, () => void end(0));
  say(`${t.electron}\n${t.explorer}: ${ledgerUrl}\n${t.pins}: ${pins}\n${t.end}`);
} else {
  const demo = await openDemoTerminal(settings);
  stopTerminal = demo.stop;
  const host = await startBrowserHost({
    api: demo.terminal.api,
    rendererDir: RENDERER_DIR,
    port: Number(options.port),
  });
  stopTerminal = async () => {
    await host.stop();
    await demo.stop();
  };
  say('');
  say(`${t.reader}: ${demo.reader ?? t.simulated}`);
  say(`${t.checkout}: ${host.url}`);
  say(`${t.display}: ${host.newUrl()}#display`);
  if (demo.dockUrl !== undefined) say(`${t.cards}: ${demo.dockUrl}`);
  say(`${t.explorer}: ${ledgerUrl}`);
  say(t.once);
  say(`${t.pins}: ${pins}`);
  say(t.end);
  show(host.newUrl());
}
