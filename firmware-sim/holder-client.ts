/** The other end of `holder.ts`: starting the process that holds a card in a reader, and telling it to pull. */
import { fork } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ok, type Result, refuse } from '../src/result.ts';
import { controlPath, type FileRefusal } from './card-files.ts';
import type { HolderAnswer, HolderOrder } from './holder.ts';

export type HolderRefusal = FileRefusal | 'no_reader' | 'already_inserted' | 'not_inserted' | 'holder_failed';

/** Tells the holder of a card; `not_inserted` when nobody holds it. */
export async function tell(
  folder: string,
  name: string,
  order: HolderOrder,
): Promise<Result<HolderAnswer, 'not_inserted' | 'holder_failed'>> {
  const socket = connect(controlPath(folder, name));
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  if (!connected) return refuse('not_inserted', name);
  const answered = new Promise<HolderAnswer | undefined>((resolve) => {
    createInterface({ input: socket }).once('line', (line) => resolve(JSON.parse(line) as HolderAnswer));
    socket.once('close', () => resolve(undefined));
    socket.on('error', () => resolve(undefined));
  });
  socket.write(`${JSON.stringify(order)}\n`);
  const answer = await answered;
  socket.destroy();
  return answer?.ok === true ? ok(answer) : refuse('holder_failed', name);
}

/** Whether somebody holds this card in a reader, and at which port. */
export async function insertedAt(folder: string, name: string): Promise<string | undefined> {
  const answer = await tell(folder, name, { do: 'status' });
  return answer.ok ? answer.value.port : undefined;
}

/** Puts a card into a slot of vpcd and leaves a process behind that holds it there. Refuses what `HolderRefusal` says. */
export async function insert(
  folder: string,
  name: string,
  port: string,
  lengths: 'extended' | 'short',
): Promise<Result<{ readonly pid: number }, HolderRefusal>> {
  if ((await insertedAt(folder, name)) !== undefined) return refuse('already_inserted', name);
  // A holder that was killed leaves its socket's name behind.
  const path = controlPath(folder, name);
  if (existsSync(path)) rmSync(path);
  const holder = fork(fileURLToPath(new URL('./holder.ts', import.meta.url)), [folder, name, port, lengths], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const said = await new Promise<{ ready?: boolean; failed?: HolderRefusal; detail?: string }>((resolve) => {
    holder.once('message', (message) => resolve(message as { ready?: boolean }));
    holder.once('exit', () => resolve({ failed: 'holder_failed' }));
    holder.once('error', (cause) => resolve({ failed: 'holder_failed', detail: String(cause) }));
  });
  if (holder.connected) holder.disconnect();
  holder.unref();
  return said.ready === true
    ? ok({ pid: holder.pid as number })
    : refuse(said.failed ?? 'holder_failed', said.detail ?? name);
}
