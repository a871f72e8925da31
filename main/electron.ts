/** The Electron host's entry: `electron . --till till.json`. */
import { fileURLToPath } from 'node:url';
import { openShell, registerScheme } from './electron-shell.ts';
import { openTerminal } from './open-terminal.ts';

registerScheme();
const at = process.argv.indexOf('--till');
const terminal = openTerminal(at > 0 ? (process.argv[at + 1] ?? 'till.json') : 'till.json');
await openShell({
  api: terminal.api,
  rendererDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
  preload: fileURLToPath(new URL('../dist/preload.cjs', import.meta.url)),
  stop: () => terminal.stop(),
});
