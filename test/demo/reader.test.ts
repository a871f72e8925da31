/** The in-process reader: a reader like any other, and a card that leaves at any byte. */
import { describe, expect, test } from 'vitest';
import { createInProcessReader } from '../../demo/in-process-reader.ts';
import type { CardDevice } from '../../firmware-sim/device.ts';
import type { CardInField, ReaderState } from '../../main/card-reader.ts';

/** A device that repeats what it is told, and says what happened to it. Extended lengths (historical bytes 80 73 00 00 40). */
function echo(answer: (apdu: Uint8Array) => Uint8Array | undefined = (apdu) => withOk(apdu)) {
  const happened: string[] = [];
  const device: CardDevice = {
    atr: Uint8Array.of(0x3b, 0x85, 0x01, 0x80, 0x73, 0x00, 0x00, 0x40),
    reset: () => happened.push('reset'),
    powerOff: () => happened.push('off'),
    transmit(apdu) {
      happened.push(`apdu ${apdu.length}`);
      return answer(apdu);
    },
  };
  return { device, happened };
}
const withOk = (data: Uint8Array) => Uint8Array.of(...data, 0x90, 0x00);
const COMMAND = Uint8Array.of(0x80, 0x01, 0x00, 0x00, 0x02, 0xaa, 0xbb, 0x00);

function inField(state: ReaderState): CardInField {
  if (state.kind !== 'ready') throw new Error(state.kind);
  return state.card;
}

describe('the in-process reader', () => {
  test('tells every transition, and the state at the time of the call', async () => {
    const reader = createInProcessReader('Counter');
    const told: string[] = [];
    const stop = reader.watch((state) => told.push(state.kind));
    const { device, happened } = echo();
    reader.insert(device);
    reader.pull();
    reader.pull();
    stop();
    reader.insert(device);
    expect(told).toEqual(['no_card', 'ready', 'no_card']);
    await reader.stop();
    expect(happened).toEqual(['reset', 'off', 'reset', 'off']);
  });

  test('another card takes the place of the one that lay there', () => {
    const reader = createInProcessReader('Counter');
    const [first, second] = [echo(), echo()];
    reader.insert(first.device);
    reader.insert(second.device);
    expect(first.happened).toEqual(['reset', 'off']);
    expect(reader.card()).toBe(second.device);
  });

  test('an exchange gives the whole answer and counts it', async () => {
    const reader = createInProcessReader('Counter');
    reader.insert(echo().device);
    const card = inField(reader.state());
    expect(await card.exchange(COMMAND)).toEqual({ ok: true, value: withOk(COMMAND) });
    expect(card.spent()).toMatchObject({ bytesOut: 8, bytesIn: 10, frames: 1 });
    expect(card.spent().milliseconds).toBeGreaterThan(0);
  });

  test('a handle of a card that has left answers card_left, also when another card lies there', async () => {
    const reader = createInProcessReader('Counter');
    reader.insert(echo().device);
    const old = inField(reader.state());
    const other = echo();
    reader.insert(other.device);
    expect(await old.exchange(COMMAND)).toMatchObject({ ok: false, refusal: 'card_left' });
    expect(other.happened).toEqual(['reset']);
  });

  test('a card that does not answer is mute', async () => {
    const reader = createInProcessReader('Counter');
    reader.insert(echo(() => undefined).device);
    expect(await inField(reader.state()).exchange(COMMAND)).toMatchObject({ refusal: 'card_mute' });
    expect(reader.state().kind).toBe('card_mute');
  });

  test('pulled after n bytes: inside the command the card never acts, inside the answer it has', async () => {
    const whole = COMMAND.length + withOk(COMMAND).length;
    for (let n = 0; n <= whole; n++) {
      const reader = createInProcessReader('Counter');
      const { device, happened } = echo();
      reader.insert(device);
      const card = inField(reader.state());
      reader.pullAfterBytes(n);
      const got = await card.exchange(COMMAND);
      const acted = happened.includes(`apdu ${COMMAND.length}`);
      expect(acted, `${n} bytes`).toBe(n >= COMMAND.length);
      expect(got.ok, `${n} bytes`).toBe(n === whole);
      if (!got.ok) expect(got.refusal).toBe('card_left');
      expect(reader.state().kind).toBe('no_card');
      expect(reader.pullsAfter()).toBeUndefined();
    }
  });

  test('a pull asked for beforehand waits for the next card, and can be taken back', async () => {
    const reader = createInProcessReader('Counter');
    reader.pullAfterBytes(3);
    reader.insert(echo().device);
    expect(await inField(reader.state()).exchange(COMMAND)).toMatchObject({ refusal: 'card_left' });
    reader.pullAfterBytes(3);
    reader.pullAfterBytes(undefined);
    reader.insert(echo().device);
    expect((await inField(reader.state()).exchange(COMMAND)).ok).toBe(true);
  });
});
