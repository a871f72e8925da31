/** The demo inside Electron: `electron demo/electron.ts --demo {settings as JSON}`. Started by `start.ts` where Electron's binary is. */
import { join } from 'node:path';
import { openShell, registerScheme } from '../main/electron-shell.ts';
import { type HostSettings, openDemoTerminal, RENDERER_DIR } from './host.ts';

registerScheme();
const at = process.argv.indexOf('--demo');
const settings = JSON.parse(process.argv[at + 1] ?? '{}') as HostSettings;
const demo = await openDemoTerminal(settings);
await openShell({
  api: demo.terminal.api,
  rendererDir: RENDERER_DIR,
  preload: join(RENDERER_DIR, '..', 'preload.cjs'),
  ...(demo.dockUrl === undefined ? {} : { companion: demo.dockUrl }),
  stop: () => demo.stop(),
});
