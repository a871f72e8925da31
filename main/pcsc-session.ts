/**
 * One connection to one card through pcsc-mini: connect, find out what card and reader take, transmit single APDUs with a
 * time-out of our own, disconnect. It knows the library's error codes and turns them into refusals; what becomes of
 * reader and card afterwards is `pcsc-reader.ts`'s to decide.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { Card, Reader } from 'pcsc-mini';
import { ok, type Result, refuse } from '../src/result.ts';
import type { CardRefusal } from './card-reader.ts';

export type PcscLibrary = typeof import('pcsc-mini');

/** As a card's refusals, and one that ends the whole client: pcscd is gone. */
export type SessionRefusal = CardRefusal | 'service_lost';

export interface PcscSession {
  /** As the reader says it (`change` events carry a wrong one). */
  readonly atr: Uint8Array;
  /** The reader takes extended-length APDUs, or does not say. */
  readonly extended: boolean;
  /** Protocol T=0: no Le beside data. */
  readonly t0: boolean;
  /** One APDU as it stands; the card's bytes, at least two, as a copy. One at a time. */
  transmit(apdu: Uint8Array): Promise<Result<Uint8Array, SessionRefusal>>;
  /**
   * Disconnects as soon as a running call has come back, and resolves then. The card is left as it is: a reset that meets an
   * empty reader makes pcscd 1.9.9 overlook the next card. pcscd itself switches an unused card off.
   */
  close(): Promise<void>;
  /** Resolves when a call has run out of time: `close` may take for ever now. */
  readonly abandoned: Promise<void>;
  /** A call ran out of time and has not come back. */
  stuck(): boolean;
}

/**
 * The answer buffers. pcsc-mini leaks each ArrayBuffer that it is handed, so one is used again and again; a second one is
 * made only while a mute card's call still owns the first.
 */
export class AnswerBuffers {
  readonly #free: ArrayBuffer[] = [];
  take(): ArrayBuffer {
    return this.#free.pop() ?? new ArrayBuffer(ANSWER_BUFFER_BYTES);
  }
  giveBack(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }
}

/** The longest extended APDU's answer, and room for the header some drivers put before it. */
const ANSWER_BUFFER_BYTES = 65_544;

const CARD_LEFT = ['RemovedCard', 'NoSmartCard', 'ResetCard', 'NotTransacted', 'NoCardConnection'];
const CARD_MUTE = ['UnresponsiveCard', 'UnpoweredCard', 'Timeout'];
const SERVICE_LOST = ['NoService', 'CommError', 'ServiceStopped', 'InvalidHandle', 'ServerTooBusy'];

function refusalOf(error: unknown): { ok: false; refusal: SessionRefusal; detail?: string } {
  const code = String((error as { code?: unknown }).code ?? error);
  if (CARD_LEFT.includes(code)) return refuse('card_left', code);
  if (CARD_MUTE.includes(code)) return refuse('card_mute', code);
  if (SERVICE_LOST.includes(code)) return refuse('service_lost', code);
  return refuse('reader_failed', code);
}

/** PC/SC part 10 §2.2 and §2.6.14: the feature list, the property list, and in it the largest data field the reader takes. */
const FEATURE_REQUEST = 3400;
const FEATURE_TLV_PROPERTIES = 0x12;
const PROPERTY_MAX_APDU = 0x0a;

/** True unless the reader says that it takes short APDUs only. */
async function takesExtended(library: PcscLibrary, card: Card, buffers: AnswerBuffers): Promise<boolean> {
  const buffer = buffers.take();
  try {
    const features = (await card.control(library.controlCode(FEATURE_REQUEST), undefined, buffer)).slice();
    const code = fieldOf(features, FEATURE_TLV_PROPERTIES);
    if (code === undefined) return true;
    const control = new DataView(code.buffer, code.byteOffset).getUint32(0, false);
    const properties = (await card.control(control, undefined, buffer)).slice();
    const largest = fieldOf(properties, PROPERTY_MAX_APDU);
    return (
      largest === undefined || new DataView(largest.buffer, largest.byteOffset).getUint32(0, true) >= 65_535
    );
  } catch {
    // Many drivers know no features at all.
    return true;
  } finally {
    buffers.giveBack(buffer);
  }
}

/** The four-byte value of a tag in a list of tag ‖ length ‖ value. */
function fieldOf(list: Uint8Array, tag: number): Uint8Array | undefined {
  for (let i = 0; i + 2 <= list.length; i += 2 + (list[i + 1] as number)) {
    const value = list.subarray(i + 2, i + 2 + (list[i + 1] as number));
    if (list[i] === tag && value.length === 4) return value;
  }
  return undefined;
}

/**
 * Connects to the card in the reader, alone (EXCLUSIVE): nobody else's command may come between OPEN and ACK. Comes back
 * when the native call does, which a mute card can delay for ever. `cold`: switch the card off and on first, because pcscd has
 * not seen that it is another one, and would give the ATR of the one before.
 */
export async function openSession(
  library: PcscLibrary,
  reader: Reader,
  buffers: AnswerBuffers,
  how: { readonly timeoutMs: number; readonly cold: boolean },
): Promise<Result<PcscSession, SessionRefusal>> {
  let card: Card;
  try {
    card = await reader.connect(library.CardMode.EXCLUSIVE);
  } catch (error) {
    return refusalOf(error);
  }
  try {
    if (how.cold) await card.reconnect(library.CardMode.EXCLUSIVE, library.CardDisposition.UNPOWER);
    const atr = (await card.state()).atr.slice();
    const extended = await takesExtended(library, card, buffers);
    const t0 = card.protocol() === library.Protocol.T0;
    return ok(session(library, card, { atr, extended, t0 }, buffers, how.timeoutMs));
  } catch (error) {
    await card.disconnect(library.CardDisposition.LEAVE).catch(() => undefined);
    return refusalOf(error);
  }
}

function session(
  library: PcscLibrary,
  card: Card,
  facts: Pick<PcscSession, 'atr' | 'extended' | 't0'>,
  buffers: AnswerBuffers,
  timeoutMs: number,
): PcscSession {
  const abandoned = Promise.withResolvers<void>();
  let running: Promise<unknown> = Promise.resolve();
  let stuck = false;
  let closed: Promise<void> | undefined;

  return {
    ...facts,
    abandoned: abandoned.promise,
    stuck: () => stuck,
    async transmit(apdu) {
      if (closed !== undefined) return refuse('card_left');
      if (stuck) return refuse('card_mute');
      // Held until the call is back: the library keeps no reference to the memory it reads.
      const held = apdu.slice();
      const buffer = buffers.take();
      const call = Promise.resolve()
        .then(() => card.transmit(held, buffer))
        .then(
          (bytes): Result<Uint8Array, SessionRefusal> =>
            bytes.length < 2 ? refuse('card_left', `${bytes.length} of ${held.length}`) : ok(bytes.slice()),
          refusalOf,
        )
        .finally(() => {
          buffers.giveBack(buffer);
          stuck = false;
        });
      running = call;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Result<Uint8Array, SessionRefusal>>((resolve) => {
        timer = setTimeout(() => {
          stuck = true;
          abandoned.resolve();
          resolve(refuse('card_mute', `no answer in ${timeoutMs} ms`));
        }, timeoutMs);
      });
      const got = await Promise.race([call, late]);
      clearTimeout(timer);
      return got;
    },
    close() {
      closed ??= running.then(() => card.disconnect(library.CardDisposition.LEAVE)).catch(() => undefined);
      return closed;
    },
  };
}
