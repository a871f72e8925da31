/**
 * The terminal's reader over a real pcscd and vpcd: a private one, so that the machine's own stays as it is. Everything a
 * clerk or a customer can do to a reader is done here; what a mute card does to a process is in `mute.test.ts`.
 */
import { Client, ReaderStatus } from 'pcsc-mini';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PrivatePcscd, startPrivatePcscd } from '../../firmware-sim/private-pcscd.ts';
import { type ConnectedCard, connectCard } from '../../firmware-sim/vpcd.ts';
import type { ReaderState } from '../../main/card-reader.ts';
import { createPcscReader, type PcscReader } from '../../main/pcsc-reader.ts';
import { answered, cardIn, until } from './states.ts';
import { EXTENDED_ATR, pattern, SHORT_ATR, testCard } from './test-card.ts';

let rig: PrivatePcscd;
let reader: PcscReader;
const inserted: ConnectedCard[] = [];

const put = async (card: ReturnType<typeof testCard>, slot: 0 | 1 = 0): Promise<ConnectedCard> => {
  const connected = await connectCard({ port: rig.vpcdPorts[slot], card });
  inserted.push(connected);
  return connected;
};
const give = (length: number): Uint8Array => Uint8Array.of(0x84, 0x10, length >> 8, length & 0xff, 0, 0, 0);
const store = (length: number): Uint8Array =>
  Uint8Array.from([
    0x84,
    0x12,
    0,
    0,
    0,
    length >> 8,
    length & 0xff,
    ...Array.from({ length }, (_, i) => pattern(i)),
    0,
    0,
  ]);

/** What pcscd itself sees, looking every 400 ms; one client for the whole file, because stopping one right after an event can block. */
const field = { client: undefined as Client | undefined, empty: new Set<string>(), wake: () => {} };
const laidAside: Client[] = [];

function look(): void {
  const client = new Client();
  field.client = client;
  client.on('error', () => {
    laidAside.push(client);
    field.client = undefined;
    field.empty.clear();
  });
  client.on('reader', (r) =>
    r.on('change', (status) => {
      if (status.has(ReaderStatus.EMPTY)) field.empty.add(r.name());
      else field.empty.delete(r.name());
      field.wake();
    }),
  );
  client.start();
}

/** Resolves when both readers are empty for pcscd too, so that tests do not meet each other's cards. */
async function emptied(): Promise<void> {
  if (field.client === undefined) look();
  while (field.empty.size < 2)
    await new Promise<void>((resolve) => {
      field.wake = resolve;
    });
}

beforeAll(async () => {
  rig = await startPrivatePcscd();
  Object.assign(process.env, rig.env);
});
beforeEach(() => {
  reader = createPcscReader({ allowVirtual: true, timeoutMs: 2_000 });
});
afterEach(async () => {
  await Promise.all(inserted.splice(0).map((c) => c.remove()));
  await Promise.all([reader.stop(), emptied()]);
});
afterAll(() => rig.stop());

describe('a card comes and goes', () => {
  test('inserted: ready, with the right ATR (the event carries a wrong one); removed: no card', async () => {
    await until(reader, 'no_card');
    const connected = await put(testCard({ extended: true }));
    const state = await until(reader, 'ready');
    expect(state.reader).toBe('Virtual PCD 00 00');
    expect(state.card.atr).toEqual(EXTENDED_ATR);
    expect(await answered(state.card, give(3))).toEqual(
      Uint8Array.of(pattern(0), pattern(1), pattern(2), 0x90, 0),
    );
    await connected.remove();
    await until(reader, 'no_card');
    expect(await state.card.exchange(give(3))).toMatchObject({ ok: false, refusal: 'card_left' });
  });

  test('five cards one after the other: a removed card is disconnected, or the second would find the reader in use', async () => {
    for (let i = 0; i < 5; i++) {
      const connected = await put(testCard({ extended: true }));
      expect(await answered(await cardIn(reader), give(i + 1))).toHaveLength(i + 3);
      await connected.remove();
      await until(reader, 'no_card');
    }
  });

  test('a card that is in the reader before the terminal starts', async () => {
    await reader.stop();
    const connected = await put(testCard({ extended: true }));
    await connected.seen;
    reader = createPcscReader({ allowVirtual: true });
    expect(await answered(await cardIn(reader), give(1))).toHaveLength(3);
  });

  test('exchanged within one poll: the old handle may speak to the new card or be refused, and a card is ready again', async () => {
    const first = await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    await first.remove();
    const second = testCard({ extended: true });
    await put(second);
    const got = await card.exchange(give(2));
    if (!got.ok) expect(got.refusal).toBe('card_left');
    const now = await cardIn(reader);
    expect(await answered(now, give(2))).toHaveLength(4);
    expect(second.met.length).toBeGreaterThan(0);
  });

  test('two readers: the card on offer stays when a second one comes, and the second follows when it goes', async () => {
    const first = await put(testCard({ extended: true }), 1);
    expect((await until(reader, 'ready')).reader).toBe('Virtual PCD 00 01');
    const other = await put(testCard({ extended: false }), 0);
    await other.seen;
    expect(reader.state()).toMatchObject({ kind: 'ready', reader: 'Virtual PCD 00 01' });
    const moved = new Promise<ReaderState>((resolve) => {
      const stop = reader.watch((s) => {
        if (s.kind === 'ready' && s.reader === 'Virtual PCD 00 00') {
          queueMicrotask(() => stop());
          resolve(s);
        }
      });
    });
    await first.remove();
    const state = await moved;
    expect(state.kind === 'ready' && state.card.atr).toEqual(SHORT_ATR);
  });

  test('virtual readers are not taken unless they are allowed or named', async () => {
    await put(testCard({ extended: true }));
    await cardIn(reader);
    const plain = createPcscReader();
    const named = createPcscReader({ only: 'Virtual PCD 00 01' });
    try {
      expect((await until(named, 'no_card')).reader).toBe('Virtual PCD 00 01');
      expect(plain.state()).toEqual({ kind: 'no_reader' });
    } finally {
      await plain.stop();
      await named.stop();
    }
  });

  test('another programme holds the card: the reader says so, and is ready when it is let go', {
    timeout: 15_000,
  }, async () => {
    await reader.stop();
    const holder = createPcscReader({ only: 'Virtual PCD 00 00' });
    await put(testCard({ extended: true }));
    await cardIn(holder);
    reader = createPcscReader({ allowVirtual: true });
    expect((await until(reader, 'reader_failed')).detail).toBe('SharingViolation');
    await holder.stop();
    expect(await answered(await cardIn(reader), give(1))).toHaveLength(3);
  });
});

describe('whole commands and whole answers', () => {
  test('extended: 6,000 bytes in one APDU, and 2,000 bytes of command', async () => {
    const device = testCard({ extended: true });
    await put(device);
    const card = await cardIn(reader);
    const answer = await answered(card, give(6000));
    expect(answer).toEqual(Uint8Array.from([...Array.from({ length: 6000 }, (_, i) => pattern(i)), 0x90, 0]));
    expect(await answered(card, store(2000))).toEqual(Uint8Array.of(2000 >> 8, 2000 & 0xff, 0x90, 0));
    expect(device.met).toHaveLength(2);
    expect(card.spent()).toMatchObject({ frames: 2, bytesIn: 6002 + 4, bytesOut: 7 + 2009 });
  });

  test('without extended fields in the ATR: the same by chaining and GET RESPONSE', async () => {
    const device = testCard({ extended: false });
    await put(device);
    const card = await cardIn(reader);
    const answer = await answered(card, give(6000));
    expect(answer).toEqual(Uint8Array.from([...Array.from({ length: 6000 }, (_, i) => pattern(i)), 0x90, 0]));
    expect(await answered(card, store(2000))).toEqual(Uint8Array.of(2000 >> 8, 2000 & 0xff, 0x90, 0));
    expect(device.stored).toEqual([Uint8Array.from({ length: 2000 }, (_, i) => pattern(i))]);
    expect(device.met.every((apdu) => apdu.length <= 261)).toBe(true);
    expect(device.met.filter((apdu) => apdu[0] === 0x94)).toHaveLength(7);
  });

  test('the longest answer vpcd can carry arrives whole, and a second one over the same buffer does not change the first', async () => {
    await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    const first = await answered(card, give(65_533));
    const copy = first.slice();
    expect(first).toHaveLength(65_535);
    expect(await answered(card, give(10))).toHaveLength(12);
    expect(first).toEqual(copy);
  });

  test('a second exchange while one runs is a bug, not a race', async () => {
    await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    const first = card.exchange(give(4));
    await expect(card.exchange(give(4))).rejects.toThrow('one exchange at a time');
    expect((await first).ok).toBe(true);
  });

  test('under four bytes nothing is sent: vpcd would take it for a control byte', async () => {
    const device = testCard({ extended: true });
    await put(device);
    const card = await cardIn(reader);
    for (const length of [0, 1, 2, 3])
      await expect(card.exchange(new Uint8Array(length))).rejects.toThrow('4 bytes');
    expect(device.met).toHaveLength(0);
    expect(await answered(card, give(1))).toHaveLength(3);
  });
});

describe('pulled in the middle', () => {
  test.each([0, 1, 6])('after %i bytes of a command: card_left, and the card never saw it', async (bytes) => {
    const device = testCard({ extended: true });
    const connected = await put(device);
    const card = await cardIn(reader);
    connected.pullAfterBytes(bytes);
    expect(await card.exchange(give(100))).toMatchObject({ ok: false, refusal: 'card_left' });
    expect(device.met).toHaveLength(0);
    await until(reader, 'no_card');
  });

  test.each([7, 8, 50, 107])(
    'after %i bytes, inside the answer: card_left, though the card has acted',
    async (bytes) => {
      const device = testCard({ extended: true });
      const connected = await put(device);
      const card = await cardIn(reader);
      connected.pullAfterBytes(bytes);
      // These cuts end in no status word; a cut that does is found by the channel, or by the next command.
      expect(await card.exchange(give(100))).toMatchObject({ ok: false, refusal: 'card_left' });
      expect(device.met).toHaveLength(1);
      await until(reader, 'no_card');
    },
  );

  test('after the whole answer: the answer counts, and then the card is gone', async () => {
    const connected = await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    connected.pullAfterBytes(7 + 102);
    expect(await answered(card, give(100))).toHaveLength(102);
    await connected.gone;
    await until(reader, 'no_card');
    expect(await card.exchange(give(1))).toMatchObject({ ok: false, refusal: 'card_left' });
  });

  test('a card that comes back after a pull is a new card in the field', async () => {
    const connected = await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    connected.pullAfterBytes(3);
    expect((await card.exchange(give(9))).ok).toBe(false);
    await connected.gone;
    const device = testCard({ extended: true });
    await put(device);
    const again = await cardIn(reader);
    expect(again).not.toBe(card);
    expect(await answered(again, give(9))).toHaveLength(11);
    expect(device.resets()).toBeGreaterThan(0);
  });
});

describe('slow and mute', () => {
  test('a slow answer inside the time-out is waited for', async () => {
    const connected = await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    connected.answerAfter(300);
    expect(await answered(card, give(1))).toHaveLength(3);
    expect(card.spent().milliseconds).toBeGreaterThanOrEqual(290);
  });

  test('a mute card is card_mute after the time-out, and the next card is served once it is pulled', async () => {
    const connected = await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    expect(await card.exchange(Uint8Array.of(0x84, 0xee, 0, 0))).toMatchObject({
      ok: false,
      refusal: 'card_mute',
    });
    expect(reader.state()).toEqual({ kind: 'card_mute', reader: 'Virtual PCD 00 00' });
    expect(reader.stuck()).toBe(true);
    await connected.remove();
    await until(reader, 'no_card');
    await put(testCard({ extended: true }));
    expect(await answered(await cardIn(reader), give(2))).toHaveLength(4);
    expect(reader.stuck()).toBe(false);
  });
});

describe('pcscd itself goes', () => {
  test('killed and started again, with a card in the field and in the middle of nothing: no_service, then ready', async () => {
    await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    await rig.crash();
    await until(reader, 'no_service');
    expect((await card.exchange(give(1))).ok).toBe(false);
    await rig.restart();
    await until(reader, 'no_card');
    await put(testCard({ extended: true }));
    expect(await answered(await cardIn(reader), give(1))).toHaveLength(3);
  });

  test('killed under a command: a refusal, not an exception', async () => {
    const connected = await put(testCard({ extended: true }));
    const card = await cardIn(reader);
    connected.answerAfter(1_500);
    const running = card.exchange(give(1));
    await rig.crash();
    expect((await running).ok).toBe(false);
    await until(reader, 'no_service');
    await rig.restart();
    await until(reader, 'no_card');
  });

  test('a terminal that starts before pcscd: no_service, then its reader appears', async () => {
    await reader.stop();
    await rig.crash();
    reader = createPcscReader({ allowVirtual: true });
    expect(reader.state()).toEqual({ kind: 'no_service' });
    await rig.restart();
    expect((await until(reader, 'no_card')).reader).toBe('Virtual PCD 00 00');
  });
});
