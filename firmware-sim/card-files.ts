/**
 * Cards as files: a person's cards in one folder, `<name>.card` each, the memory as it is. A file protects nothing: whoever can
 * read it has the seed and the PIN, so only its owner may (mode 0600).
 */

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { platform } from 'node:process';
import { ok, type Result, refuse } from '../src/result.ts';
import type { CardImage } from './card.ts';
import { isCardMemory } from './store.ts';

const ENDING = '.card';

export type FileRefusal = 'bad_name' | 'no_such_card' | 'card_exists' | 'not_a_card';

/** Lower-case letters, digits and hyphens: a name is a file's and a person's. */
export function isCardName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,31}$/.test(name);
}

export function cardPath(folder: string, name: string): string {
  return join(folder, `${name}${ENDING}`);
}

/** Names of all cards in a folder, sorted; none when there is no folder. */
export function cardNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(ENDING) && isCardName(file.slice(0, -ENDING.length)))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

/** Refuses `bad_name`, `no_such_card` and `not_a_card`. */
export function readCard(folder: string, name: string): Result<CardImage, FileRefusal> {
  if (!isCardName(name)) return refuse('bad_name', name);
  const path = cardPath(folder, name);
  if (!existsSync(path)) return refuse('no_such_card', name);
  const bytes = Uint8Array.from(readFileSync(path));
  return isCardMemory(bytes) ? ok({ bytes }) : refuse('not_a_card', path);
}

/** A new file; an existing one is never replaced. Refuses `bad_name` and `card_exists`. Gives its path. */
export function createCardFile(folder: string, name: string, image: CardImage): Result<string, FileRefusal> {
  if (!isCardName(name)) return refuse('bad_name', name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = cardPath(folder, name);
  if (existsSync(path)) return refuse('card_exists', name);
  writeFileSync(path, image.bytes, { mode: 0o600, flag: 'wx' });
  return ok(path);
}

/**
 * Keeps a card's file as its memory is: every write of the card goes to the same place of the file, in the same order. The
 * process may be killed between any two, as a card may be pulled. Not against the machine losing power: no fsync.
 */
export function followFile(path: string): { write(address: number, bytes: Uint8Array): void; close(): void } {
  const file = openSync(path, 'r+');
  return {
    write: (address, bytes) => void writeSync(file, bytes, 0, bytes.length, address),
    close: () => closeSync(file),
  };
}

/** Where the process that holds an inserted card listens: a socket beside the card, or elsewhere when that path is too long. */
export function controlPath(folder: string, name: string): string {
  const near = resolve(folder, `${name}.inserted`);
  const short = `timecard-${createHash('sha256').update(near).digest('hex').slice(0, 16)}`;
  if (platform === 'win32') return `\\\\.\\pipe\\${short}`;
  return near.length < 100 ? near : join(tmpdir(), `${short}.sock`);
}
