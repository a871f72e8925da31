/** Who and what histories are about: goods, wallets, tills; and where chance comes from. */
import { typeId } from '../../src/economy/product.ts';
import type { Id, Key, Product } from '../../src/economy/transaction.ts';
import { keyNamed, paperCrypto } from './paper-crypto.ts';

export const PRODUCTS: readonly Product[] = [
  { name: 'Bread', unit: 'piece' },
  { name: 'Milk', unit: 'ml' },
  { name: 'Flour', unit: 'g' },
  { name: 'Oven', unit: 'piece' },
  { name: 'Board', unit: 'piece' },
];
export const TYPES: readonly Id[] = PRODUCTS.map((p) => typeId(paperCrypto, p));
export const WALLETS: readonly Key[] = ['anna', 'ben', 'carla', 'dora', 'emil', 'fritz'].map(keyNamed);
export const TILLS: readonly Key[] = ['till 1', 'till 2', 'till 3'].map(keyNamed);
export const NOTHING: Id = '0'.repeat(64);
/** Uniform numbers from a seed (mulberry32): the same history on every machine. */
export function uniform(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
