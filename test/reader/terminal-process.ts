/**
 * A terminal's process for `process-end.test.ts`: waits for a card, asks it a question, stops its reader, and says on standard output how
 * it went. Argument `mute`: the question that the test card never answers; then it ends as a stuck process must. Argument
 * `service`: it waits until pcscd has died and come back, and ends in order.
 */
import process from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import { createPcscReader } from '../../main/pcsc-reader.ts';
import { answered, cardIn, until } from './states.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const openReader = () => createPcscReader({ allowVirtual: true, timeoutMs: 500 });

async function mute(): Promise<void> {
  const reader = openReader();
  const card = await cardIn(reader);
  const got = await card.exchange(Uint8Array.of(0x84, 0xee, 0, 0));
  say(got.ok ? 'answered' : got.refusal);
  say(reader.state().kind);
  await reader.stop();
  say(reader.stuck() ? 'stuck' : 'free');
  if (reader.stuck()) process.kill(process.pid, 'SIGKILL');
}

async function service(): Promise<void> {
  const reader = openReader();
  await cardIn(reader);
  say('ready');
  await until(reader, 'no_service');
  say('no_service');
  const card = await cardIn(reader);
  say(String((await answered(card, Uint8Array.of(0x84, 0x10, 0, 1))).length));
  await reader.stop();
}

if (process.argv[2] === 'mute') await mute();
else {
  await service();
  // The client laid aside at the crash must not make a scene when the garbage is collected, its reader with it, nor at the end.
  for (let turns = 0; turns < 5; turns++) {
    (globalThis as { gc?: () => void }).gc?.();
    await turn();
  }
  say('stopped');
}
