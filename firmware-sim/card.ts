/**
 * The simulated card: what a reader sees of it (`CardDevice`), and what its owner can see by looking inside, which nobody can
 * with a real one. Power lost in a write makes it mute until the next reset, as a card pulled from the field is.
 *
 *   const card = createCard(personalise({…}), { random });
 *   card.transmit(apdu)            // one APDU, one answer
 *   card.ownerView().payableMinutes
 */
import { writeFileSync } from 'node:fs';
import { nodeCrypto } from '../crypto/node.ts';
import { Transport } from './apdu.ts';
import { Application } from './application.ts';
import { answerToReset } from './atr.ts';
import type { CardDevice } from './device.ts';
import { PowerLoss, type Tear } from './memory.ts';
import { type OwnerView, ownerView } from './owner-view.ts';
import { openStore } from './store.ts';
import { Meter, type Tap } from './timing.ts';

/** A card's memory as personalised or saved. */
export interface CardImage {
  readonly bytes: Uint8Array;
}

export interface CardOptions {
  /** Randomness of the card: `n` unpredictable bytes. */
  readonly random: (n: number) => Uint8Array;
  /** False: a card that takes only short length fields, with chaining and GET RESPONSE. */
  readonly extended?: boolean;
  /** Called after every write, with its address and what lies there now: for an image kept in a file. */
  readonly onWrite?: (address: number, bytes: Uint8Array) => void;
}

export interface SimulatedCard extends CardDevice {
  /** Balance, slots, log, tries, limits: what nobody can read from a real card without its PIN. */
  ownerView(): OwnerView;
  /** PIN and PUK, as the letter that came with the card says them. */
  letter(): { readonly pin: string; readonly puk: string };
  /** A copy of the memory. */
  image(): CardImage;
  /** Writes the memory to a file that only its owner may read. */
  save(path: string): void;
  /** What the last session cost, counted as suite 2; undefined before the first SELECT. */
  lastTap(): Tap | undefined;
  /** The n-th write to memory from now (1 = the next) is torn; the card is mute until the next reset. */
  tearAt(n: number, how: Tear): void;
  /** Writes to memory since the card was created. */
  readonly writes: number;
}

/** A card over a copy of an image. It is powered: `transmit` works at once. */
export function createCard(image: CardImage, options: CardOptions): SimulatedCard {
  const { random, extended = true, onWrite } = options;
  const meter = new Meter();
  const store = openStore(image.bytes, nodeCrypto, meter);
  const application = new Application(store, meter, random);
  const transport = new Transport(extended, (command) => application.execute(command));
  let writes = 0;
  let powered = false;
  store.memory.onWrite = (address, bytes) => {
    writes++;
    meter.nvmWrite();
    onWrite?.(address, bytes);
  };

  /** Runs what may lose power: false when it did. */
  const survives = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (cause) {
      if (!(cause instanceof PowerLoss)) throw cause;
      powered = false;
      application.end();
      return false;
    }
  };

  const powerUp = (): void => {
    application.end();
    transport.reset();
    powered = survives(() => store.journal.recover());
  };
  powerUp();

  return {
    atr: answerToReset(extended),
    get writes() {
      return writes;
    },
    reset() {
      store.memory.powerUp();
      powerUp();
    },
    powerOff() {
      powered = false;
      application.end();
      transport.reset();
    },
    transmit(apdu) {
      if (!powered) return undefined;
      let answer: Uint8Array | undefined;
      const answered = survives(() => {
        answer = transport.handle(apdu);
      });
      if (!answered || answer === undefined) return undefined;
      meter.frame(apdu.length, answer.length);
      // The answer is out; power lost from here on only costs the next tap its head start.
      meter.afterwards(() => survives(() => application.afterwards()));
      return answer;
    },
    ownerView: () => ownerView(store, nodeCrypto),
    letter: () => store.pin.letter,
    image: () => ({ bytes: store.memory.image() }),
    save(path) {
      writeFileSync(path, store.memory.image(), { mode: 0o600 });
    },
    lastTap: () => meter.last(extended),
    tearAt: (n, how) => store.memory.tearAt(n, how),
  };
}
