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
