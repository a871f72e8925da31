/** What a mute card and a dead pcscd do to the terminal's process as a whole, in processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PrivatePcscd, startPrivatePcscd } from '../../firmware-sim/private-pcscd.ts';
import { connectCard } from '../../firmware-sim/vpcd.ts';
import { createPcscReader } from '../../main/pcsc-reader.ts';
import { answered, cardIn, until } from './states.ts';
import { testCard } from './test-card.ts';

let rig: PrivatePcscd;
beforeAll(async () => {
  rig = await startPrivatePcscd();
  Object.assign(process.env, rig.env);
});
afterAll(() => rig.stop());

/** Waits until pcscd sees the first reader empty. */
async function emptyAgain(): Promise<void> {
  const reader = createPcscReader({ only: 'Virtual PCD 00 00' });
  await until(reader, 'no_card');
  await reader.stop();
}

function terminal(what: 'mute' | 'service'): { child: ChildProcess; next(): Promise<string | undefined> } {
  const file = fileURLToPath(new URL('./terminal-process.ts', import.meta.url));
  const child = spawn(execPath, ['--expose-gc', file, what], {
    env: { ...process.env, ...rig.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return { child, next: async () => (await lines.next()).value as string | undefined };
}

test('thousands of exchanges do not grow the process by their buffers (pcsc-mini leaks each ArrayBuffer it is handed)', async () => {
  const connected = await connectCard({ port: rig.vpcdPort, card: testCard({ extended: true }) });
  const reader = createPcscReader({ allowVirtual: true });
  const card = await cardIn(reader);
  const command = Uint8Array.of(0x84, 0x10, 0, 16);
  const run = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) await answered(card, command);
  };
  const count = rig.quick ? 3_000 : 300;
  await run(count / 10);
  const before = process.memoryUsage();
  await run(count);
  const after = process.memoryUsage();
  // A buffer each would be 65,544 bytes each, in or outside the engine's own count (3,000: 197 MB).
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan((count * 65_544) / 2);
  if (rig.quick) expect(after.rss - before.rss).toBeLessThan((count * 65_544) / 2);
  await connected.remove();
  await until(reader, 'no_card');
  await reader.stop();
});

test('a mute card: card_mute, stop() comes back, and the process knows that only SIGKILL ends it', async () => {
  const card = await connectCard({ port: rig.vpcdPort, card: testCard({ extended: true }) });
  const { child, next } = terminal('mute');
  const ended = once(child, 'exit');
  expect([await next(), await next(), await next()]).toEqual(['card_mute', 'card_mute', 'stuck']);
  expect(await ended).toEqual([null, 'SIGKILL']);
  await card.remove();
  await emptyAgain();
});

test('pcscd dies and comes back: the process goes on and ends in order', async () => {
  const first = await connectCard({ port: rig.vpcdPorts[1], card: testCard({ extended: true }) });
  const { child, next } = terminal('service');
  const ended = once(child, 'exit');
  expect(await next()).toBe('ready');
  await rig.crash();
  expect(await next()).toBe('no_service');
  await first.gone;
  await rig.restart();
  const second = await connectCard({ port: rig.vpcdPort, card: testCard({ extended: true }) });
  expect([await next(), await next()]).toEqual(['3', 'stopped']);
  expect(await ended).toEqual([0, null]);
  await second.remove();
});
