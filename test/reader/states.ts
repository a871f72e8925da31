/** Waiting for a reader's state by its own events. */
import type { CardInField, CardReader, ReaderState } from '../../main/card-reader.ts';

export function until<K extends ReaderState['kind']>(
  reader: CardReader,
  kind: K,
): Promise<Extract<ReaderState, { kind: K }>> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    let done = false;
    stop = reader.watch((state) => {
      if (done || state.kind !== kind) return;
      done = true;
      resolve(state as Extract<ReaderState, { kind: K }>);
      stop?.();
    });
    if (done) stop();
  });
}

/** The card in the field as soon as there is one. */
export async function cardIn(reader: CardReader): Promise<CardInField> {
  return (await until(reader, 'ready')).card;
}

/** Bytes of an accepted exchange; a refusal is the test's failure. */
export async function answered(card: CardInField, command: Uint8Array): Promise<Uint8Array> {
  const got = await card.exchange(command);
  if (!got.ok) throw new Error(`${got.refusal} ${got.detail ?? ''}`);
  return got.value;
}
