/**
 * What a process did to the files of one folder, from strace's record of its main thread, and what a disk would hold that lost power
 * in a given moment: everything that was synced, and of what was not, any part, in any order of writes, torn at sectors. A
 * file's own sync makes its name last too (as on ext4, XFS, btrfs); a removal lasts when the folder is synced.
 * Shared memory (-shm) is left out: SQLite makes it anew.
 */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

const SECTOR = 512;
const TRACED = 'openat,pwrite64,write,ftruncate,unlink,unlinkat,rename,fsync,fdatasync';

/** The words before the command whose files are recorded. */
export const straceWords = (file: string): string[] => [
  'strace',
  ...['-qq', '-xx', '-y', '-s', '1200000', '-e', `trace=${TRACED}`, '-e', 'signal=none', '-o', file],
];

export type Op =
  | { readonly op: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly op: 'size'; readonly file: string; readonly size: number }
  | { readonly op: 'create' | 'remove' | 'sync'; readonly file: string }
  | { readonly op: 'sync_folder' }
  /** A message on the descriptor that was asked for. */
  | { readonly op: 'said' };

const unhex = (text: string) => Buffer.from(text.replaceAll('\\x', ''), 'hex');
const pathOf = (text: string) =>
  unhex(text)
    .toString('utf8')
    .replace(/ \(deleted\)$/, '');

/** Reads a record; files of `dir` by their name, messages on `said`. */
export async function readTrace(file: string, dir: string, said: number): Promise<Op[]> {
  const ops: Op[] = [];
  const at = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
    const call = /^(\w+)\((.*)\) += (-?\d+)/.exec(line);
    if (call === null) continue;
    const [, name = '', words = '', result = '-1'] = call;
    const done = Number(result);
    if (done < 0) continue;
    if (name === 'openat') {
      const path = pathOf(/"((?:\\x\w\w)*)"/.exec(words)?.[1] ?? '');
      if (!path.startsWith(`${dir}/`) || !words.includes('O_CREAT')) continue;
      const of = basename(path);
      ops.push({ op: 'create', file: of });
      if (words.includes('O_TRUNC')) ops.push({ op: 'size', file: of, size: 0 });
      at.set(of, 0);
      continue;
    }
    if (name === 'unlink' || name === 'unlinkat' || name === 'rename') {
      const path = pathOf(/"((?:\\x\w\w)*)"/.exec(words)?.[1] ?? '');
      if (!path.startsWith(`${dir}/`)) continue;
      if (name === 'rename') throw new Error(`a renamed file is not foreseen: ${path}`);
      ops.push({ op: 'remove', file: basename(path) });
      continue;
    }
    const of = /^(\d+)<((?:\\x\w\w)*)>(?:, (.*))?$/.exec(words);
    if (of === null) continue;
    const [, number = '', hex = '', rest = ''] = of;
    if (Number(number) === said && name === 'write') {
      ops.push({ op: 'said' });
      continue;
    }
    const path = pathOf(hex);
    if (path === dir && name.startsWith('f')) ops.push({ op: 'sync_folder' });
    if (!path.startsWith(`${dir}/`)) continue;
    const own = basename(path);
    if (name === 'fsync' || name === 'fdatasync') ops.push({ op: 'sync', file: own });
    else if (name === 'ftruncate') ops.push({ op: 'size', file: own, size: Number(rest) });
    else {
      const [, data = '', , offset] = /^"((?:\\x\w\w)*)"(?:\.\.\.)?, (\d+)(?:, (\d+))?$/.exec(rest) ?? [];
      const bytes = unhex(data).subarray(0, done);
      const place = offset === undefined ? (at.get(own) ?? 0) : Number(offset);
      at.set(own, place + done);
      ops.push({ op: 'write', file: own, offset: place, bytes });
    }
  }
  return ops;
}

/** How much of what was not synced is there: nothing, everything, or any part. */
export type Luck = 'none' | 'all' | { readonly below: (n: number) => number };

interface State {
  /** What lasts; undefined when the file does not. */
  durable: Buffer | undefined;
  pending: Op[];
}

const EMPTY = Buffer.alloc(0);

function applied(content: Buffer | undefined, op: Op, luck: Luck): Buffer | undefined {
  if (op.op === 'create') return content ?? EMPTY;
  if (op.op === 'remove') return undefined;
  if (content === undefined) return undefined;
  if (op.op === 'size') {
    if (op.size <= content.length) return content.subarray(0, op.size);
    return Buffer.concat([content, Buffer.alloc(op.size - content.length)]);
  }
  if (op.op !== 'write') return content;
  const end = op.offset + op.bytes.length;
  const out = Buffer.alloc(Math.max(content.length, end));
  content.copy(out);
  if (typeof luck === 'string' || luck.below(3) > 0) op.bytes.copy(out, op.offset);
  // Torn: some sectors of it, each whole.
  else
    for (let from = op.offset; from < end; ) {
      const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
      if (luck.below(2) === 1) op.bytes.copy(out, from, from - op.offset, to - op.offset);
      from = to;
    }
  return out;
}

/** A disk that is written to step by step and can lose power between any two. */
export class Disk {
  readonly #files = new Map<string, State>();

  /** `files`: what was there before, and lasts. */
  constructor(files: Readonly<Record<string, Buffer>>) {
    for (const [name, durable] of Object.entries(files)) this.#files.set(name, { durable, pending: [] });
  }

  do(op: Op): void {
    if (op.op === 'said') return;
    if (op.op === 'sync_folder') {
      for (const state of this.#files.values()) {
        const last = state.pending.findLastIndex(({ op: what }) => what === 'remove');
        if (last < 0) continue;
        for (const one of state.pending.slice(0, last + 1))
          state.durable = applied(state.durable, one, 'all');
        state.pending = state.pending.slice(last + 1);
      }
      return;
    }
    if (op.file.endsWith('-shm')) return;
    const state = this.#files.get(op.file) ?? { durable: undefined, pending: [] };
    this.#files.set(op.file, state);
    if (op.op !== 'sync') {
      state.pending.push(op);
      return;
    }
    for (const one of state.pending) state.durable = applied(state.durable, one, 'all');
    state.pending = [];
  }

  /** True when nothing waits to be synced. */
  get settled(): boolean {
    return [...this.#files.values()].every(({ pending }) => pending.length === 0);
  }

  /** What lies on it when power is lost now. */
  afterPowerLoss(luck: Luck): Record<string, Buffer> {
    const files: Record<string, Buffer> = {};
    for (const [name, { durable, pending }] of this.#files) {
      let content = durable;
      for (const op of pending)
        if (luck === 'all' || (luck !== 'none' && luck.below(2) === 1)) content = applied(content, op, luck);
      if (content !== undefined) files[name] = content;
    }
    return files;
  }
}
