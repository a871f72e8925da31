/** The reader of the headless sale: a real pcscd with vpcd of its own, or the simulated one of this process. */
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import { startPrivatePcscd } from '../../firmware-sim/private-pcscd.ts';
import { type ConnectedCard, connectCard } from '../../firmware-sim/vpcd.ts';
import type { CardReader } from '../../main/card-reader.ts';
import { createInProcessReader } from '../in-process-reader.ts';

export interface Field {
  readonly reader: CardReader;
  insert(card: SimulatedCard): Promise<void>;
  pull(): Promise<void>;
  /** After the terminal has stopped the reader. */
  stop(): Promise<void>;
}

export async function openField(kind: 'pcsc' | 'sim' | string, say: (line: string) => void): Promise<Field> {
  if (kind === 'sim') {
    const reader = createInProcessReader('simulated reader');
    return {
      reader,
      insert: async (card) => reader.insert(card),
      pull: async () => reader.pull(),
      stop: async () => undefined,
    };
  }
  const pcscd = await startPrivatePcscd();
  say(pcscd.note);
  process.env.PCSCLITE_CSOCK_NAME = pcscd.env.PCSCLITE_CSOCK_NAME;
  const { createPcscReader } = await import('../../main/pcsc-reader.ts');
  let inside: ConnectedCard | undefined;
  return {
    reader: createPcscReader({ allowVirtual: true }),
    insert: async (card) => {
      inside = await connectCard({ port: pcscd.vpcdPort, card });
    },
    pull: async () => {
      await inside?.remove();
      inside = undefined;
    },
    stop: () => pcscd.stop(),
  };
}
