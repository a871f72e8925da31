/**
 * The floor: the same signatures, verified by nothing but the runtime's own functions on as many threads. What is counted in: every
 * Ed25519 signature comes with its public key, as transactions do, and the key is imported for it; the nine RSA keys of
 * a keyset are imported once a thread and round. Run as a thread it verifies what it was given, as often as it is told.
 */
import { constants, createPublicKey, verify } from 'node:crypto';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { publicJwk } from '../../crypto/rsa-jwk.ts';
import { beInt, concat, hexBytes } from '../../src/bytes.ts';

/** An Ed25519 signature: raw key, message, signature. Or a coupon: place of its key, serial, signature. */
export interface Signature {
  readonly key: Uint8Array | number;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}
interface Work {
  readonly signatures: readonly Signature[];
  /** Moduli of a keyset. */
  readonly moduli: readonly Uint8Array[];
}

const SPKI = hexBytes('302a300506032b6570032100');

function run({ signatures, moduli }: Work): void {
  const rsa = moduli.map((n) => ({
    key: createPublicKey({ key: publicJwk({ n: beInt(n), e: 65_537n }), format: 'jwk' }),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 0,
  }));
  for (const { key, message, signature } of signatures) {
    let valid: boolean;
    if (typeof key === 'number') {
      const object = rsa[key];
      if (object === undefined) throw new Error('no key');
      valid = verify('sha384', message, object, signature);
    } else {
      const object = createPublicKey({ key: Buffer.from(concat(SPKI, key)), format: 'der', type: 'spki' });
      valid = verify(null, message, object, signature);
    }
    if (!valid) throw new Error('a signature does not hold');
  }
}

/** Threads that wait with their share of the signatures of every round. */
export class Floor {
  readonly #workers: readonly Worker[];
  readonly #count: number;

  constructor(rounds: readonly (readonly Signature[])[], moduli: readonly Uint8Array[], threads: number) {
    this.#count = rounds[0]?.length ?? 0;
    this.#workers = Array.from({ length: threads }, (_, t) => {
      const mine = rounds.map((signatures) => ({
        signatures: signatures.filter((_, i) => i % threads === t),
        moduli,
      }));
      return new Worker(new URL(import.meta.url), { workerData: mine });
    });
  }

  /** Milliseconds that one round takes; `count` signatures. */
  async run(round: number): Promise<{ readonly ms: number; readonly count: number }> {
    const begun = performance.now();
    await Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.once('message', () => resolve()).once('error', reject);
            worker.postMessage(round);
          }),
      ),
    );
    return { ms: performance.now() - begun, count: this.#count };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

if (!isMainThread && import.meta.url.endsWith('/floor.ts')) {
  const rounds = workerData as readonly Work[];
  parentPort?.on('message', (round: number) => {
    run(rounds[round] as Work);
    parentPort?.postMessage('done');
  });
}
