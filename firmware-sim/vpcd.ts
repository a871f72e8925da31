/**
 * A card behind vpcd (vsmartcard's virtual reader driver for pcscd): a client that connects to the driver and answers
 * as the card in its slot. Framing both ways: 2-byte big-endian length, then the bytes. From the driver, a message of
 * one byte is a control (0 off, 1 on, 2 reset, 4 send the ATR; only 4 is answered), any longer one is a command APDU.
 * The connection is the card's presence: connected = in the field, closed = pulled. pcscd notices either within 400 ms.
 *
 * It does not know what the card does. APDUs under 4 bytes never come from a sane reader and are not answered.
 */
import { connect, type Socket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { CardDevice } from './device.ts';

/** Where a slot of vpcd listens: a TCP port on 127.0.0.1, or the path of a private pcscd's relay. */
export type VpcdPort = number | string;

export interface ConnectedCard {
  /** Pulls the card. Resolves when the connection is closed. */
  remove(): Promise<void>;
  /**
   * Pulls the card after `bytes` more bytes of commands and answers (both ways, without vpcd's framing). Inside a command: the
   * card never sees it. Inside an answer: the card has acted, and the reader gets the beginning. 0 = before the next command.
   */
  pullAfterBytes(bytes: number): void;
  /** From now on every answer is sent this many milliseconds late. */
  answerAfter(milliseconds: number): void;
  /** Resolves when the card is out of the field, whoever ended it. */
  readonly gone: Promise<void>;
  /** Resolves when the reader has first asked for the ATR. */
  readonly seen: Promise<void>;
}

const POWER_OFF = 0;
const POWER_ON = 1;
const RESET = 2;
const GET_ATR = 4;

/** Puts a card into a slot. Rejects when nothing listens there (`ECONNREFUSED`, `ENOENT`). */
export async function connectCard(options: {
  readonly port: VpcdPort;
  readonly card: CardDevice;
}): Promise<ConnectedCard> {
  const { port, card } = options;
  const socket = typeof port === 'number' ? connect({ port, host: '127.0.0.1' }) : connect({ path: port });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.setNoDelay(true);
  // The field powers the card; pcscd may be slow to notice, or take it for the one before.
  card.reset();
  return serve(socket, card);
}

function serve(socket: Socket, card: CardDevice): ConnectedCard {
  const gone = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<void>();
  let pending = new Uint8Array(0);
  let delay = 0;
  let late: NodeJS.Timeout | undefined;
  let left: number | undefined;
  let pulled = false;

  const send = (bytes: Uint8Array): void => {
    const framed = new Uint8Array(2 + bytes.length);
    framed[0] = bytes.length >> 8;
    framed[1] = bytes.length & 0xff;
    framed.set(bytes, 2);
    socket.write(framed);
  };

  const pull = (): void => {
    if (pulled) return;
    pulled = true;
    clearTimeout(late);
    socket.end();
  };

  /** The answer, or its beginning when the card is pulled inside it. */
  const answer = (bytes: Uint8Array): void => {
    if (pulled) return;
    if (left === undefined || left >= bytes.length) {
      if (left !== undefined) left -= bytes.length;
      send(bytes);
      if (left === 0) pull();
      return;
    }
    const framed = new Uint8Array(2 + left);
    framed[0] = bytes.length >> 8;
    framed[1] = bytes.length & 0xff;
    framed.set(bytes.subarray(0, left), 2);
    socket.write(framed);
    pull();
  };

  const message = (bytes: Uint8Array): void => {
    if (bytes.length === 1) {
      if (bytes[0] === POWER_OFF) card.powerOff();
      else if (bytes[0] === POWER_ON || bytes[0] === RESET) card.reset();
      else if (bytes[0] === GET_ATR) {
        send(card.atr);
        seen.resolve();
      }
      return;
    }
    if (left !== undefined) {
      if (bytes.length > left) {
        pull();
        return;
      }
      left -= bytes.length;
    }
    const response = bytes.length < 4 ? undefined : card.transmit(bytes);
    if (response === undefined) return;
    if (delay === 0) answer(response);
    else late = setTimeout(() => answer(response), delay);
  };

  socket.on('data', (chunk: Buffer) => {
    const all = new Uint8Array(pending.length + chunk.length);
    all.set(pending);
    all.set(chunk, pending.length);
    let at = 0;
    while (!pulled && all.length - at >= 2) {
      const length = ((all[at] as number) << 8) | (all[at + 1] as number);
      if (all.length - at < 2 + length) break;
      message(all.slice(at + 2, at + 2 + length));
      at += 2 + length;
    }
    pending = all.slice(at);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    pulled = true;
    clearTimeout(late);
    card.powerOff();
    gone.resolve();
  });

  return {
    gone: gone.promise,
    seen: seen.promise,
    remove() {
      pull();
      return gone.promise;
    },
    pullAfterBytes(bytes) {
      left = bytes;
    },
    answerAfter(milliseconds) {
      delay = milliseconds;
    },
  };
}
