/**
 * The demo's terminal, the same in both hosts (browser and Electron): which reader, which till, the dock beside it. A real reader
 * is taken when pcscd answers with one that is not virtual; else the simulated cards come with a reader of their own.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers';
import { createTerminal, type Terminal } from '../main/main.ts';
import { createPcscReader, type PcscReader } from '../main/pcsc-reader.ts';
import { startDock } from './dock.ts';
import { createInProcessReader } from './in-process-reader.ts';
import { openWorld, terminalConfig } from './world.ts';

/** pcscd names its readers within milliseconds; a reader that shows up later was not there at the start. */
const READER_WAIT = 1_000;

export interface HostSettings {
  /** Folder of the world. */
  readonly data: string;
  readonly ledgerUrl: string;
  /** `sim`, a reader's name, or undefined: whatever is there. */
  readonly reader?: string;
  /** Fewest sales of a crowd; the chain's own figure unless told. */
  readonly k?: number;
  readonly language?: 'en' | 'de';
}

export interface DemoTerminal {
  readonly terminal: Terminal;
  /** What stands on the counter: a reader's name, or undefined for the simulated one. */
  readonly reader: string | undefined;
  readonly dockUrl: string | undefined;
  stop(): Promise<void>;
}

/** Opens the first till of the outlet. */
export async function openDemoTerminal(settings: HostSettings): Promise<DemoTerminal> {
  const world = openWorld(settings.data);
  const till = world.tills[0];
  if (till === undefined) throw new Error('a world has a till');
  const common = {
    dataDir: till.dir,
    identity: till.identity,
    ledgerUrl: settings.ledgerUrl,
    config: terminalConfig(settings.k ?? world.genesis.parameters.k),
  };
  const real = await realReader(settings.reader);
  if (real !== undefined) {
    const terminal = createTerminal({ ...common, reader: real.reader });
    return {
      terminal,
      reader: real.name,
      dockUrl: undefined,
      async stop() {
        await terminal.stop();
        // A call into a mute card never comes back and would hold this process: everything is on disk by now.
        if (real.reader.stuck()) process.kill(process.pid, 'SIGKILL');
      },
    };
  }
  const reader = createInProcessReader('Simulated reader');
  const cards = world.cards.map((person) => ({ person, opened: world.card(person.number) }));
  const dock = await startDock({
    reader,
    cards: cards.map(({ person, opened }) => ({ person, device: opened.device })),
    ...(settings.language === undefined ? {} : { language: settings.language }),
  });
  const terminal = createTerminal({ ...common, reader, dock: dock.url });
  return {
    terminal,
    reader: undefined,
    dockUrl: dock.url,
    async stop() {
      await dock.stop();
      await terminal.stop();
      for (const { opened } of cards) opened.close();
    },
  };
}

/** The reader asked for, or one that is there; undefined for the simulated one. */
async function realReader(
  wanted: string | undefined,
): Promise<{ readonly reader: PcscReader; readonly name: string } | undefined> {
  if (wanted === 'sim') return undefined;
  if (wanted !== undefined) return { reader: createPcscReader({ only: wanted }), name: wanted };
  const reader = createPcscReader();
  const name = await new Promise<string | undefined>((resolve) => {
    const stop = reader.watch((state) => {
      if ('reader' in state) done(state.reader);
    });
    const late = setTimeout(() => done(undefined), reader.state().kind === 'no_service' ? 0 : READER_WAIT);
    function done(found: string | undefined): void {
      clearTimeout(late);
      queueMicrotask(() => stop());
      resolve(found);
    }
  });
  if (name !== undefined) return { reader, name };
  await reader.stop();
  return undefined;
}

/** Where the built screen lies. */
export const RENDERER_DIR = join(import.meta.dirname, '..', 'dist', 'renderer');
