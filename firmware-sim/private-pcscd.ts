/**
 * A pcscd of one's own with vpcd's two empty readers («Virtual PCD 00 00» and «00 01»), for tests, the headless sale and
 * the demo: the machine's own pcscd, its readers and its socket are left alone. Needs Debian's packages pcscd and
 * vsmartcard-vpcd; iproute2 and the right to make namespaces make it fast.
 *
 * PC/SC Lite's client library reads PCSCLITE_CSOCK_NAME once a process, at its first connection: put `env` into
 * `process.env` before the terminal's reader is made, and use one private pcscd a process.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { KeeperOrder } from './pcscd-keeper.ts';
import type { VpcdPort } from './vpcd.ts';

export interface PrivatePcscd {
  /** The socket clients connect to. */
  readonly socketPath: string;
  /** Where `connectCard` puts a card into the first reader. */
  readonly vpcdPort: VpcdPort;
  /** Both readers, in the order of their names. */
  readonly vpcdPorts: readonly [VpcdPort, VpcdPort];
  readonly env: { readonly PCSCLITE_CSOCK_NAME: string };
  /** False: each APDU costs about 49 ms because of delayed acknowledgements. `note` says why. */
  readonly quick: boolean;
  readonly note: string;
  /** Kills pcscd as a crash would. */
  crash(): Promise<void>;
  /** Starts it again, on the same socket and ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';

/** Namespaces first as root, then by a user namespace, else none: then the machine's own loopback is used as it is. */
const APART: readonly (readonly string[])[] = [
  ['unshare', '--net', '--mount'],
  ['unshare', '--user', '--map-root-user', '--net', '--mount'],
];

/** Starts pcscd and resolves when cards can be inserted. Rejects with what is missing. */
export async function startPrivatePcscd(): Promise<PrivatePcscd> {
  if (!existsSync(DRIVER)) throw new Error('vsmartcard-vpcd is not installed: npm run prepare-machine');
  const directory = mkdtempSync(join(tmpdir(), 'timecard-pcscd-'));
  const socketPath = join(directory, 'pcscd.comm');
  const slots: readonly [string, string] = [join(directory, 'slot0'), join(directory, 'slot1')];
  const prefix = APART.find(([name, ...flags]) => spawnSync(name as string, [...flags, 'true']).status === 0);
  const order: KeeperOrder = {
    directory,
    socketPath,
    slotPaths: slots,
    driver: DRIVER,
    apart: prefix !== undefined,
  };
  const keeper = fileURLToPath(new URL('./pcscd-keeper.ts', import.meta.url));
  const words = [...(prefix ?? []), execPath, keeper, JSON.stringify(order)];
  const child = spawn(words[0] as string, words.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const answer = async (): Promise<{ quick?: boolean }> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the private pcscd ended');
    const message = JSON.parse(line.value) as { failed?: string; quick?: boolean };
    if (message.failed !== undefined) throw new Error(`private pcscd: ${message.failed}`);
    return message;
  };
  const ask = async (word: string): Promise<void> => {
    child.stdin.write(`${word}\n`);
    await answer();
  };
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };

  try {
    const { quick = false } = await answer();
    return {
      socketPath,
      vpcdPort: slots[0],
      vpcdPorts: slots,
      env: { PCSCLITE_CSOCK_NAME: socketPath },
      quick,
      note: quick
        ? 'private network with quick acknowledgements'
        : prefix === undefined
          ? 'no namespaces here: about 49 ms more for each APDU'
          : 'the loopback route takes no quickack: about 49 ms more for each APDU',
      crash: () => ask('crash'),
      restart: () => ask('restart'),
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
