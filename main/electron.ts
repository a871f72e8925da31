/** The Electron host's entry: `electron . --till till.json`. */
import { fileURLToPath } from 'node:url';
import { app, dialog } from 'electron';
import { DamagedDatabase } from './damage.ts';
import { openShell, registerScheme } from './electron-shell.ts';
import { openTerminal } from './open-terminal.ts';

registerScheme();
const at = process.argv.indexOf('--till');
function opened() {
  try {
    return openTerminal(at > 0 ? (process.argv[at + 1] ?? 'till.json') : 'till.json');
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error;
    dialog.showErrorBox('timecard', error.message);
    app.exit(1);
    throw error;
  }
}
const terminal = opened();
await openShell({
  api: terminal.api,
  rendererDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
  preload: fileURLToPath(new URL('../dist/preload.cjs', import.meta.url)),
  stop: () => terminal.stop(),
});
