/** Both crypto ports, by name, for tables of tests. */
import { nobleCrypto } from '../../crypto/noble.ts';
import { nodeCrypto } from '../../crypto/node.ts';
import type { CryptoPort } from '../../src/crypto-port.ts';

export const PORTS: readonly (readonly [name: string, port: CryptoPort])[] = [
  ['node', nodeCrypto],
  ['noble', nobleCrypto],
];
