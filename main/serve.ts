/** The browser host's entry: `node main/serve.ts till.json [port]`. Prints the one-time address. */
import { fileURLToPath } from 'node:url';
import { startBrowserHost } from './browser-host.ts';
import { DamagedDatabase } from './damage.ts';
import { openTerminal } from './open-terminal.ts';

function opened() {
  try {
    return openTerminal(process.argv[2] ?? 'till.json');
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
const terminal = opened();
const host = await startBrowserHost({
  api: terminal.api,
  rendererDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
  port: Number(process.argv[3] ?? 0),
});
process.stdout.write(`${JSON.stringify({ url: host.url })}\n`);
const stop = async () => {
  await host.stop();
  await terminal.stop();
  process.exit(0);
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
