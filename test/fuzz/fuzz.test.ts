/** Every fuzzer for a few seconds, from a seed of its own; longer: `npm run fuzz -- --seconds 600`. */
import { expect, test, vi } from 'vitest';
import { fuzz } from './run.ts';

vi.setConfig({ testTimeout: 180_000 });

const SECONDS = 8;
const SEED = 20_261_122;
/** What must have been tried at least, on a machine with much else to do. */
const enough = (tally: Readonly<Record<string, number>>, name: string, least: number): void => {
  console.log(JSON.stringify(tally));
  expect(tally[name]).toBeGreaterThan(least);
};

test('the card: APDUs in the clear and in a channel', async () => {
  enough(await fuzz('card', SECONDS, SEED), 'apdus', 500);
});

test('the door: messages and intents of a screen and of a display', async () => {
  enough(await fuzz('door', SECONDS, SEED), 'messages', 50);
});

test("a node's HTTP API", async () => {
  enough(await fuzz('api', SECONDS, SEED), 'requests', 100);
});

test('every decoder: both read and refused have been met', async () => {
  const tally = await fuzz('decoders', SECONDS, SEED);
  const names = Object.keys(tally);
  enough(tally, 'CBOR: what is read is written again byte for byte: read', 10);
  expect(names.filter((name) => name.endsWith(': refused')).length).toBeGreaterThan(12);
});
