/**
 * Coupons for a measurement: an office's nine keys and as many signed serials as it takes, in the proportion of a pack. Signing is
 * the slow part of the preparation and done on several threads. Run as a thread it signs its share.
 */
import { constants, createPrivateKey, sign } from 'node:crypto';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { nodeCrypto } from '../../crypto/node.ts';
import { privateJwk } from '../../crypto/rsa-jwk.ts';
import { makeOfficeKeys, type OfficeKeys, publicKeys } from '../../ledger/office-keys.ts';
import { ascii, toHex } from '../../src/bytes.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import type { Id, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { PACK } from '../../src/limits.ts';

export interface Minted {
  readonly keyset: Id;
  readonly keys: readonly { readonly n: Uint8Array; readonly e: number }[];
  readonly coupons: readonly RedeemedCoupon[];
}

/** Exponents of a pack's coupons. */
export const PACK_EXPONENTS = PACK.flatMap(([exponent, count]) => Array<number>(count).fill(exponent));

interface Share {
  readonly office: OfficeKeys;
  readonly from: number;
  readonly to: number;
}

function signShare({ office, from, to }: Share): RedeemedCoupon[] {
  const keys = office.keys.map((key: RsaPrivateKey) => ({
    key: createPrivateKey({ key: privateJwk(key), format: 'jwk' }),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 0,
  }));
  return Array.from({ length: to - from }, (_, i) => {
    const exponent = PACK_EXPONENTS[(from + i) % PACK_EXPONENTS.length] as number;
    const serial = nodeCrypto.sha256(ascii(`coupon ${from + i}`));
    const key = keys[exponent];
    if (key === undefined) throw new Error('no key');
    const signature = Uint8Array.from(sign('sha384', serial, key));
    return { keyset: office.keyset, exponent, serial: toHex(serial), signature };
  });
}

/** `count` fresh coupons of a fresh office. */
export async function mint(count: number, threads: number): Promise<Minted> {
  const office = makeOfficeKeys(nodeCrypto);
  const shares = await Promise.all(
    Array.from({ length: threads }, (_, i) => {
      const [from, to] = [Math.floor((count * i) / threads), Math.floor((count * (i + 1)) / threads)];
      return new Promise<RedeemedCoupon[]>((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { office, from, to } });
        worker.once('message', resolve).once('error', reject);
      });
    }),
  );
  return { keyset: office.keyset, keys: publicKeys(office), coupons: shares.flat() };
}

if (!isMainThread && import.meta.url.endsWith('/mint.ts'))
  parentPort?.postMessage(signShare(workerData as Share));
