/**
 * The whole behind the screen, real: the demo's economy, a ledger node, the coupon office, the terminal in its browser
 * host, simulated cards on the dock. For the tests and the photographs of this folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Children } from '../../demo/children.ts';
import { openDemoTerminal } from '../../demo/host.ts';
import { startLedgerNode } from '../../demo/ledger-process.ts';
import { createWorld, openWorld } from '../../demo/world.ts';
import { startBrowserHost } from '../../main/browser-host.ts';

const LEDGER_CLI = fileURLToPath(new URL('../../ledger/cli.ts', import.meta.url));

export interface RealTill {
  /** An address for a browser that was not here before. */
  newUrl(): string;
  /** Puts card 1, 2 or 3 on the reader. */
  insert(card: number): Promise<void>;
  pull(): Promise<void>;
  /** The card is pulled after so many more bytes of commands and answers. */
  pullAfter(bytes: number): Promise<void>;
  pinOf(card: number): string;
  readonly stop: () => Promise<void>;
}

/** `lean`: one round of work instead of a month. */
export async function openRealTill(rendererDir: string, lean: boolean): Promise<RealTill> {
  const place = await mkdtemp(join(tmpdir(), 'till-'));
  const data = join(place, 'world');
  await createWorld({ dir: data, lean });
  const { ledgerDir, officeFiles, cards } = openWorld(data);
  const children = new Children();
  const ledgerUrl = await startLedgerNode(children, ledgerDir);
  if (ledgerUrl === undefined) throw new Error('the ledger node did not start');
  const keys = ['--keys', officeFiles.keyset, '--sign', officeFiles.signingKey];
  children
    .start(process.execPath, [LEDGER_CLI, 'office', 'run', '--url', ledgerUrl, ...keys])
    .stdout?.resume();
  const demo = await openDemoTerminal({ data, ledgerUrl, reader: 'sim' });
  const host = await startBrowserHost({ api: demo.terminal.api, rendererDir });

  const dock = new URL(demo.dockUrl!);
  const act = async (wanted: object): Promise<void> => {
    const response = await fetch(new URL('/act', dock), {
      method: 'POST',
      headers: { origin: dock.origin, 'x-dock-token': dock.searchParams.get('token')! },
      body: JSON.stringify(wanted),
    });
    if (response.status !== 204) throw new Error(`the dock answered ${response.status}`);
  };
  return {
    newUrl: () => host.newUrl(),
    insert: (card) => act({ act: 'insert', card }),
    pull: () => act({ act: 'pull' }),
    pullAfter: (bytes) => act({ act: 'pull_after', bytes }),
    pinOf: (card) => cards.find((one) => one.number === card)!.pin,
    stop: async () => {
      await host.stop();
      await demo.stop();
      await children.endAll();
      await rm(place, { recursive: true, force: true });
    },
  };
}
