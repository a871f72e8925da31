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

/** A file's content as it grows: one buffer, however many writes. */
class Content {
  #bytes: Buffer | undefined;
  #length = 0;
  constructor(bytes: Buffer | undefined, most: number) {
    if (bytes === undefined) return;
    this.#bytes = Buffer.alloc(Math.max(bytes.length, most));
    this.#length = bytes.copy(this.#bytes);
  }
  get bytes(): Buffer | undefined {
    return this.#bytes?.subarray(0, this.#length);
  }
  #room(length: number): Buffer {
    const old = this.#bytes ?? Buffer.alloc(0);
    if (length > old.length) {
      this.#bytes = Buffer.alloc(length * 2);
      old.copy(this.#bytes);
    }
    return this.#bytes ?? old;
  }
  do(op: Op, luck: Luck): void {
    if (op.op === 'create') this.#bytes ??= Buffer.alloc(0);
    else if (op.op === 'remove') [this.#bytes, this.#length] = [undefined, 0];
    else if (this.#bytes === undefined) return;
    else if (op.op === 'size') {
      this.#room(op.size).fill(0, Math.min(op.size, this.#length), Math.max(op.size, this.#length));
      this.#length = op.size;
    } else if (op.op === 'write') {
      const end = op.offset + op.bytes.length;
      const out = this.#room(end);
      if (end > this.#length) out.fill(0, this.#length, end);
      this.#length = Math.max(this.#length, end);
      if (typeof luck === 'string' || luck.below(3) > 0) {
        op.bytes.copy(out, op.offset);
        return;
      }
      // Torn: some sectors of it, each whole.
      for (let from = op.offset; from < end; ) {
        const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
        if (luck.below(2) === 1) op.bytes.copy(out, from, from - op.offset, to - op.offset);
        from = to;
      }
    }
  }
}

/** What lies there after those of the operations that were lucky. Without any it is the same buffer. */
function applied(durable: Buffer | undefined, ops: readonly Op[], luck: Luck): Buffer | undefined {
  if (luck === 'none' || ops.length === 0) return durable;
  const most = ops.reduce((n, op) => (op.op === 'write' ? Math.max(n, op.offset + op.bytes.length) : n), 0);
  const content = new Content(durable, most);
  for (const op of ops) if (luck === 'all' || luck.below(2) === 1) content.do(op, luck);
  return content.bytes;
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
        state.durable = applied(state.durable, state.pending.slice(0, last + 1), 'all');
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
    state.durable = applied(state.durable, state.pending, 'all');
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
      const content = applied(durable, pending, luck);
      if (content !== undefined) files[name] = content;
    }
    return files;
  }
}
