import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { LedgerClient } from '../../ledger/client.ts';
import { verifyLedger } from '../../ledger/replay.ts';
import { folder, get, post, register } from './fixtures.ts';
import { spawnNode } from './process.ts';

test('a node killed in the midst of submissions loses nothing that it answered', async () => {
  const dir = folder();
  const answered = new Map<string, number>();
  let sent = 0;
  for (let round = 0; round < 4; round++) {
    const node = await spawnNode(dir);
    const client = new LedgerClient(node.url);
    const enough = 15 * (round + 1);
    let here = 0;
    // Several senders at once, so that the kill meets blocks under way; none waits for the others.
    const sender = async (): Promise<void> => {
      for (;;) {
        const built = register(`collective ${sent++}`);
        const answer = await client.submit(built.bytes);
        if (!answer.ok) return;
        answered.set(built.id, answer.value.height);
        if (++here === enough) void node.kill();
      }
    };
    await Promise.all([sender(), sender(), sender(), sender()]);
    await node.kill();
    const verified = verifyLedger(dir, nodeCrypto);
    expect(verified).toMatchObject({ ok: true });
    expect(verified.ok && verified.value.transactions).toBeGreaterThanOrEqual(answered.size);
  }
  const node = await spawnNode(dir);
  for (const [id, height] of answered)
    expect(await get(node.url, `/v1/transactions/${id}`)).toMatchObject({ status: 200, body: { height } });
  expect(await node.terminate()).toBe(0);
  expect(answered.size).toBeGreaterThanOrEqual(150);
}, 60_000);

/** Lets a process write files of at most so many bytes (RLIMIT_FSIZE): to SQLite a disk that is full. */
function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

test('on a full disk a node refuses with 503, keeps answering queries, and goes on when there is room', async () => {
  const dir = folder();
  const node = await spawnNode(dir);
  expect((await post(node.url, register('before').bytes)).status).toBe(200);
  const { body: before } = await get(node.url, '/v1/status');
  limitFiles(node.pid, 4_096);
  for (const name of ['during', 'still']) {
    expect(await post(node.url, register(name).bytes)).toMatchObject({
      status: 503,
      body: { refusal: 'ledger_unavailable' },
    });
    const { body: now } = await get(node.url, '/v1/status');
    expect([now.height, now.stateHash]).toEqual([before.height, before.stateHash]);
  }
  limitFiles(node.pid, 'unlimited');
  expect(await post(node.url, register('during').bytes)).toMatchObject({ status: 200, body: { height: 2 } });
  expect(await node.terminate()).toBe(0);
  expect(verifyLedger(dir, nodeCrypto)).toMatchObject({ ok: true, value: { height: 2 } });
});

test('SIGTERM ends a node in good order, open streams included', async () => {
  const node = await spawnNode(folder());
  const stream = await fetch(`${node.url}/v1/events`);
  expect(stream.status).toBe(200);
  expect(await node.terminate()).toBe(0);
  await stream.text().catch(() => undefined);
});
