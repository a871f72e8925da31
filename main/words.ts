/** The 24 words of a seed: BIP-39, English list, 256 bits, plain entropy without a passphrase. Nothing here is kept. */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { RECOVERY_WORDS, WORDS_ASKED } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import type { RandomBelow } from './slots.ts';

/** The words of 32 bytes. */
export function wordsOf(seed: Uint8Array): readonly string[] {
  return entropyToMnemonic(seed, wordlist).split(' ');
}

/** Which words the holder reads back: different numbers from 1, ascending. */
export function numbersToAsk(randomBelow: RandomBelow): readonly number[] {
  const numbers = new Set<number>();
  while (numbers.size < WORDS_ASKED) numbers.add(1 + randomBelow(RECOVERY_WORDS));
  return [...numbers].sort((a, b) => a - b);
}

/** The 32 bytes of 24 words. `unknown_word`: one is not on the list, its number from 1 is the detail; `wrong_words`: their check fails. */
export function seedOf(words: readonly string[]): Result<Uint8Array, 'unknown_word' | 'wrong_words'> {
  const said = words.map((word) => word.trim().toLowerCase());
  const unknown = said.findIndex((word) => !wordlist.includes(word));
  if (unknown >= 0) return refuse('unknown_word', String(unknown + 1));
  if (said.length !== RECOVERY_WORDS) return refuse('wrong_words');
  try {
    return ok(mnemonicToEntropy(said.join(' '), wordlist));
  } catch {
    return refuse('wrong_words');
  }
}
