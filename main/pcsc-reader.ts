/**
 * The terminal's readers over PC/SC, by pcsc-mini. Readers, cards and the service itself come and go at any time;
 * this file makes of that one union (`card-reader.ts`) and whole answers (`chaining.ts`). Several readers may be there
 * (pcsc-mini watches four); one card at a time is offered, and the one offered stays offered until it leaves.
 *
 * pcsc-mini 0.1.3 is kept on a short leash, each point tried against a real pcscd:
 * - every ArrayBuffer handed to it is leaked, and a smaller one than the answer loses the answer after the card has acted: one
 *   buffer of 65,544 bytes is used again and again, and the answer copied out;
 * - it reads the command's memory from another thread without holding it: the command is copied and held here;
 * - it has neither time-out nor cancel: ours gives up, and the session stays closed until the native call comes back;
 * - a card pulled in a transmit gives 0 bytes; a pulled card's session must be disconnected, or no connect ever works again;
 * - `change` carries a wrong ATR and fires for other flags as well: the ATR is asked for, and only presence counts;
 * - a card exchanged within pcscd's poll (400 ms) gives no event: the secure channel notices, and a lost session is tried again;
 * - when pcscd dies there is one `error` and then nothing: the client is laid aside and a new one tried, ever more slowly; laid
 *   aside and not thrown away, because collecting it throws an uncaught exception.
 */
import { createRequire } from 'node:module';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, Reader } from 'pcsc-mini';
import { type Result, refuse } from '../src/result.ts';
import type { CardInField, CardReader, CardRefusal, ReaderState } from './card-reader.ts';
import { announcesExtendedLength, type Carriage, exchangeWhole } from './chaining.ts';
import {
  AnswerBuffers,
  openSession,
  type PcscLibrary,
  type PcscSession,
  type SessionRefusal,
} from './pcsc-session.ts';

export interface PcscReaderOptions {
  /** Only the reader of this name (or the readers whose name goes on after it and a blank); a virtual one too. */
  readonly only?: string;
  /** Also take vpcd's «Virtual PCD» readers, which are there, empty, wherever vsmartcard-vpcd is installed. */
  readonly allowVirtual?: boolean;
  /** Milliseconds a card may take for one APDU before it counts as mute. */
  readonly timeoutMs?: number;
}

export interface PcscReader extends CardReader {
  /**
   * True while a native call has not come back: then the process cannot end in order (even `process.exit` waits for it), and
   * whoever stops the terminal closes its files and ends it with SIGKILL.
   */
  stuck(): boolean;
}

/** A card's slowest command is its answer to a load's block; contactless cards ask for at most 5 s (ISO 14443-4 FWT). */
const TIMEOUT_MS = 5_000;
/** First and longest wait before the service is tried again. */
const SERVICE_RETRY_MS = [250, 5_000] as const;
/**
 * A client is stopped only after this long without an event, our own disconnect's included (pcscd passes that on within 400 ms). PC/SC Lite's
 * SCardCancel does nothing while the watching thread is between two waits, and `stop()` then holds this whole process.
 */
const QUIET_MS = 500;
/** After a card was lost: longer than pcscd's poll (400 ms), so that a card that is really gone is not asked for again. */
const LOST_MS = 500;
/** While the reader says that there is a card and no connect succeeds: how often, how many times silently, how slowly then. */
const CARD_RETRY_MS = 100;
const SILENT_TRIES = 8;
const SLOW_RETRY_MS = 1_000;

/** What is known of one reader. */
interface Slot {
  readonly reader: Reader;
  readonly name: string;
  present: boolean;
  state: Extract<ReaderState, { reader: string }>;
  session: PcscSession | undefined;
  /** True from the first connect until it has come back. */
  busy: boolean;
  /** A session broke and pcscd has seen no card go since: it may be another card by now. */
  lost: boolean;
  tries: number;
  retry: NodeJS.Timeout | undefined;
  removed: boolean;
}

/**
 * Clients that are gone with their service, kept for as long as the process lives: the finalizer of one that is collected says `InvalidHandle`
 * as an uncaught exception, also after its reader was stopped and forgotten.
 */
const dead: Client[] = [];

/** Starts watching at once. Never throws for what is missing: the state says it. */
export function createPcscReader(options: PcscReaderOptions = {}): PcscReader {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const slots = new Map<string, Slot>();
  const listeners = new Set<(state: ReaderState) => void>();
  const closing = new Set<PcscSession>();
  const connecting = new Set<Promise<unknown>>();
  const buffers = new AnswerBuffers();
  let heard = 0;
  let library: PcscLibrary | undefined;
  let client: Client | undefined;
  let service = false;
  let stopped = false;
  let chosen: Slot | undefined;
  let current: ReaderState = { kind: 'no_service' };
  let wait: number = SERVICE_RETRY_MS[0];
  let serviceRetry: NodeJS.Timeout | undefined;

  const wanted = (name: string): boolean =>
    options.only === undefined
      ? options.allowVirtual === true || !name.includes('Virtual PCD')
      : name === options.only || name.startsWith(`${options.only} `);

  /** The one state of all readers: the card on offer stays; else ready before mute before failed before empty. */
  function choose(): ReaderState {
    if (!service) return { kind: 'no_service' };
    if (chosen !== undefined && !chosen.removed && chosen.state.kind === 'ready') return chosen.state;
    chosen = undefined;
    const order = ['ready', 'card_mute', 'reader_failed', 'no_card'];
    for (const slot of slots.values())
      if (chosen === undefined || order.indexOf(slot.state.kind) < order.indexOf(chosen.state.kind))
        chosen = slot;
    return chosen?.state ?? { kind: 'no_reader' };
  }

  function publish(): void {
    if (stopped) return;
    const next = choose();
    if (same(current, next)) return;
    current = next;
    for (const listener of [...listeners]) listener(current);
  }

  function set(slot: Slot, state: Slot['state']): void {
    slot.state = state;
    publish();
  }

  // The service.

  function open(): void {
    if (stopped) return;
    try {
      library ??= createRequire(import.meta.url)('pcsc-mini') as PcscLibrary;
      const made = client ?? new library.Client();
      if (client === undefined) {
        client = made;
        made.on('reader', (reader) => {
          reader.on('change', () => {
            heard = performance.now();
          });
          if (made === client && wanted(reader.name())) appear(reader);
        });
        made.on('error', () => {
          if (made === client) serviceLost();
        });
      }
      made.start();
      heard = performance.now();
      service = true;
      wait = SERVICE_RETRY_MS[0];
      publish();
    } catch {
      // No library (PC/SC Lite is not installed) or no service: the same client may be started later.
      again();
    }
  }

  /** Never throws. Takes up to half a second: see `QUIET_MS`. */
  async function end(old: Client): Promise<void> {
    for (let quiet = performance.now() - heard; quiet < QUIET_MS; quiet = performance.now() - heard)
      await delay(QUIET_MS - quiet);
    try {
      old.stop();
    } catch {
      // NoService or InvalidHandle: it is gone with its service. Its finalizer would say so again, as an uncaught exception.
      dead.push(old);
    }
  }

  function again(): void {
    service = false;
    publish();
    clearTimeout(serviceRetry);
    if (stopped) return;
    serviceRetry = setTimeout(open, wait);
    wait = Math.min(2 * wait, SERVICE_RETRY_MS[1]);
  }

  function serviceLost(): void {
    const old = client;
    client = undefined;
    for (const slot of [...slots.values()]) disappear(slot);
    heard = performance.now();
    if (old !== undefined) void end(old);
    again();
  }

  // Readers.

  function appear(reader: Reader): void {
    const name = reader.name();
    const slot: Slot = {
      reader,
      name,
      present: false,
      state: { kind: 'no_card', reader: name },
      session: undefined,
      busy: false,
      lost: false,
      tries: 0,
      retry: undefined,
      removed: false,
    };
    const flags = (library as PcscLibrary).ReaderStatus;
    reader.on('change', (status) => {
      if (slot.removed) return;
      // The first event follows at once; before it, nothing is known of the reader.
      slots.set(name, slot);
      const present = status.has(flags.PRESENT) && !status.hasAny(flags.EMPTY);
      if (!present) {
        slot.present = false;
        slot.tries = 0;
        slot.lost = false;
        clearTimeout(slot.retry);
        void leave(slot);
        set(slot, { kind: 'no_card', reader: name });
      } else {
        slot.present = true;
        if (status.hasAny(flags.MUTE) && slot.session === undefined)
          set(slot, { kind: 'card_mute', reader: name });
        else void arrive(slot);
      }
    });
    reader.on('disconnect', () => disappear(slot));
  }

  function disappear(slot: Slot): void {
    if (slot.removed) return;
    slot.removed = true;
    slot.present = false;
    clearTimeout(slot.retry);
    if (slots.get(slot.name) === slot) slots.delete(slot.name);
    void leave(slot);
    publish();
  }

  // Cards.

  /** Connects to the card that the reader says is there, unless that is done or under way. */
  async function arrive(slot: Slot): Promise<void> {
    if (slot.session !== undefined || slot.busy || stopped) return;
    clearTimeout(slot.retry);
    slot.busy = true;
    const opening = openSession(library as PcscLibrary, slot.reader, buffers, { timeoutMs, cold: slot.lost });
    connecting.add(opening);
    const late = setTimeout(() => {
      if (slot.present) set(slot, { kind: 'card_mute', reader: slot.name });
    }, timeoutMs);
    const opened = await opening;
    clearTimeout(late);
    connecting.delete(opening);
    slot.busy = false;
    if (slot.removed || stopped || !slot.present) {
      if (opened.ok) await close(opened.value);
      // A card came back while the connect was on its way: its event found us busy.
      if (slot.present && !slot.removed && !stopped) await arrive(slot);
      return;
    }
    if (opened.ok) {
      slot.session = opened.value;
      slot.tries = 0;
      slot.lost = false;
      set(slot, { kind: 'ready', reader: slot.name, card: cardOf(slot, opened.value) });
      return;
    }
    if (opened.refusal === 'service_lost') {
      serviceLost();
      return;
    }
    slot.tries++;
    if (slot.tries <= SILENT_TRIES) set(slot, { kind: 'no_card', reader: slot.name });
    else if (opened.refusal === 'reader_failed')
      set(slot, { kind: 'reader_failed', reader: slot.name, detail: opened.detail ?? '' });
    else set(slot, { kind: 'card_mute', reader: slot.name });
    comeBack(slot, slot.tries < SILENT_TRIES ? CARD_RETRY_MS : SLOW_RETRY_MS);
  }

  function comeBack(slot: Slot, pause: number): void {
    clearTimeout(slot.retry);
    if (slot.removed || stopped || !slot.present) return;
    slot.retry = setTimeout(() => void arrive(slot), pause);
  }

  /** Gives the session back; the reader is free for the next card only after that. */
  async function leave(slot: Slot): Promise<void> {
    const session = slot.session;
    slot.session = undefined;
    if (session !== undefined) await close(session);
  }

  async function close(session: PcscSession): Promise<void> {
    closing.add(session);
    await session.close();
    closing.delete(session);
  }

  /** A session ended under a command: nothing is offered until a new one stands. */
  async function lost(slot: Slot, session: PcscSession, refusal: CardRefusal): Promise<void> {
    if (slot.session !== session) return;
    if (refusal === 'card_mute') set(slot, { kind: 'card_mute', reader: slot.name });
    else set(slot, { kind: 'no_card', reader: slot.name });
    slot.lost = true;
    await leave(slot);
    if (slot.session === undefined && !slot.busy) comeBack(slot, LOST_MS);
  }

  function cardOf(slot: Slot, session: PcscSession): CardInField {
    const carriage: Carriage = {
      extended: session.extended && announcesExtendedLength(session.atr),
      withoutLeBesideData: session.t0,
    };
    const spent = { milliseconds: 0, bytesOut: 0, bytesIn: 0, frames: 0 };
    let running = false;

    const transmit = async (apdu: Uint8Array): Promise<Result<Uint8Array, SessionRefusal>> => {
      if (slot.session !== session || stopped) return refuse('card_left');
      const from = performance.now();
      spent.frames++;
      spent.bytesOut += apdu.length;
      const got = await session.transmit(apdu);
      spent.milliseconds += performance.now() - from;
      if (got.ok) spent.bytesIn += got.value.length;
      return got;
    };

    return {
      atr: session.atr,
      spent: () => ({ ...spent }),
      async exchange(command) {
        if (running) throw new Error('one exchange at a time');
        running = true;
        try {
          const got = await exchangeWhole(command, carriage, transmit);
          if (got.ok) return got;
          if (got.refusal === 'service_lost') {
            serviceLost();
            return refuse('reader_failed', got.detail);
          }
          void lost(slot, session, got.refusal);
          return refuse(got.refusal, got.detail);
        } finally {
          running = false;
        }
      },
    };
  }

  open();

  return {
    state: () => current,
    stuck: () => connecting.size > 0 || [...closing].some((s) => s.stuck()),
    watch(listener) {
      listeners.add(listener);
      listener(current);
      return () => void listeners.delete(listener);
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(serviceRetry);
      for (const slot of [...slots.values()]) {
        slot.removed = true;
        clearTimeout(slot.retry);
        void leave(slot);
      }
      // What a mute card holds is not waited for.
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all([...connecting]), patience]);
      await Promise.all([...closing].map((s) => Promise.race([s.close(), s.abandoned])));
      clearTimeout(timer);
      const old = client;
      client = undefined;
      if (old !== undefined) await end(old);
    },
  };
}

function same(a: ReaderState, b: ReaderState): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.kind === 'ready' || b.kind === 'ready') return false;
  const name = (s: ReaderState): string => ('reader' in s ? s.reader : '');
  const detail = (s: ReaderState): string => ('detail' in s ? s.detail : '');
  return name(a) === name(b) && detail(a) === detail(b);
}
