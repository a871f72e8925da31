/**
 * Blind signatures beside two peers, in one run: `node bench/coupons.ts [--json]`.
 * Microseconds per coupon, medians over interleaved rounds, everything warmed up, fresh messages in each round. Compared
 * step by step, each side through its public functions, with keys already in the form it likes best:
 *
 *   blind     ours: blindLoad of whole packs (32 coupons under 7 keys each; factors handed in). The JSON's figure is the load of
 *             one pack, the dearest a coupon; larger loads are listed beside it. cashu: blindMessage (NUT-00), r handed in.
 *             blindrsa: blind (draws its own factor).
 *   sign      ours: blindSign, re-verified. cashu: createBlindSignature (without its DLEQ proof). blindrsa: blindSign, re-verified.
 *   finalize  what a holder must do to know that it holds something valid. ours and blindrsa: unblind and verify.
 *             cashu: unblindSignature and verifyDLEQProof (NUT-12); `unblind` alone is listed beside it.
 *   verify    ours and blindrsa: anyone, with the public key, one after another (blindrsa's is the same native operation behind
 *             WebCrypto's thread pool; several at once would share the cores). cashu: verifyProof, which only the mint can do, with its secret.
 *
 * cashu is BDHKE on secp256k1 by @cashu/crypto; blindrsa is RFC 9474 with RSA-2048 by @cloudflare/blindrsa-ts. Not measured:
 * network, storage, serialisation of cashu's points.
 */
import { randomBytes } from 'node:crypto';
import { blindMessage, unblindSignature } from '@cashu/crypto/modules/client';
import { verifyDLEQProof } from '@cashu/crypto/modules/client/NUT12';
import { pointFromBytes } from '@cashu/crypto/modules/common';
import { createBlindSignature, getPubKeyFromPrivKey, verifyProof } from '@cashu/crypto/modules/mint';
import { createDLEQProof } from '@cashu/crypto/modules/mint/NUT12';
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { nodeCrypto } from '../crypto/node.ts';
import { privateJwk, publicJwk } from '../crypto/rsa-jwk.ts';
import { generateRsaKey } from '../crypto/rsa-keygen.ts';
import { beInt } from '../src/bytes.ts';
import { DENOMINATIONS } from '../src/coupons/denominations.ts';
import { loadExponents } from '../src/coupons/pack.ts';
import {
  type BlindItem,
  blindingFactor,
  blindLoad,
  blindSign,
  finalize,
  verify,
} from '../src/coupons/rsabssa.ts';
import type { RsaPrivateKey } from '../src/crypto-port.ts';
import type { Result } from '../src/result.ts';
import { median } from './median.ts';

const STEPS = ['blind', 'sign', 'finalize', 'verify'] as const;
const PACKS = [1, 2, 4, 6] as const;
const ROUNDS = 15;
const WARM_UP = 3;
/** Coupons a round, by what one costs. */
const CASHU_COUPONS = 8;
const BLINDRSA_BLINDS = 2;
const BLINDRSA_SIGNS = 1;
const BLINDRSA_FINALIZES = 4;
const BLINDRSA_VERIFIES = 32;

/** Samples in microseconds per coupon, by name. */
type Samples = Map<string, number[]>;
type Side = (record: (name: string, count: number, work: () => unknown) => Promise<void>) => Promise<void>;

const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));

function value<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.refusal);
  return result.value;
}

function must(valid: boolean): void {
  if (!valid) throw new Error('a signature did not verify');
}

function ourSide(keys: readonly RsaPrivateKey[]): Side {
  const load = (packs: number): BlindItem[] =>
    loadExponents(packs).map((exponent) => {
      const key = keys[exponent] as RsaPrivateKey;
      return { key, message: random(32), factor: blindingFactor(random(288), key.n) };
    });
  return async (record) => {
    for (const packs of PACKS) {
      const items = load(packs);
      let blinded = value(blindLoad(nodeCrypto, []));
      await record(`ours blind ${packs}`, items.length, () => {
        blinded = value(blindLoad(nodeCrypto, items));
      });
      if (packs !== 1) continue;
      let signed: Uint8Array[] = [];
      await record('ours sign', items.length, () => {
        signed = blinded.map((b, i) =>
          value(blindSign(nodeCrypto, items[i]?.key as RsaPrivateKey, b.blinded)),
        );
      });
      let signatures: Uint8Array[] = [];
      await record('ours finalize', items.length, () => {
        signatures = items.map((item, i) =>
          value(
            finalize(
              nodeCrypto,
              item.key,
              item.message,
              signed[i] as Uint8Array,
              blinded[i]?.inverse as bigint,
            ),
          ),
        );
      });
      await record('ours verify', items.length, () => {
        items.forEach((item, i) => {
          must(verify(nodeCrypto, item.key, item.message, signatures[i] as Uint8Array));
        });
      });
    }
  };
}

function cashuSide(): Side {
  const secretKey = random(32);
  const publicKey = pointFromBytes(getPubKeyFromPrivKey(secretKey));
  return async (record) => {
    const inputs = Array.from({ length: CASHU_COUPONS }, () => ({
      secret: random(32),
      r: beInt(random(31)) + 1n,
    }));
    let blinded: ReturnType<typeof blindMessage>[] = [];
    await record('cashu blind', inputs.length, () => {
      blinded = inputs.map(({ secret, r }) => blindMessage(secret, r));
    });
    let signed: ReturnType<typeof createBlindSignature>[] = [];
    await record('cashu sign', inputs.length, () => {
      signed = blinded.map(({ B_ }) => createBlindSignature(B_, secretKey, 1, '00ad268c4d1f5826'));
    });
    const proofs = blinded.map(({ B_ }) => createDLEQProof(B_, secretKey));
    const unblind = () => signed.map(({ C_ }, i) => unblindSignature(C_, inputs[i]?.r as bigint, publicKey));
    let points = unblind();
    await record('cashu unblind', inputs.length, unblind);
    await record('cashu finalize', inputs.length, () => {
      points = unblind();
      signed.forEach(({ C_ }, i) => {
        const B_ = blinded[i]?.B_ as (typeof blinded)[number]['B_'];
        must(verifyDLEQProof(proofs[i] as (typeof proofs)[number], B_, C_, publicKey));
      });
    });
    await record('cashu verify', inputs.length, () => {
      points.forEach((C, i) => {
        const secret = inputs[i]?.secret as Uint8Array;
        must(verifyProof({ C, secret, amount: 1, id: '00ad268c4d1f5826' }, secretKey));
      });
    });
  };
}

async function blindrsaSide(key: RsaPrivateKey): Promise<Side> {
  const suite = RSABSSA.SHA384.PSSZero.Deterministic();
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk(key), algorithm, true, ['verify']);
  const privateKey = await crypto.subtle.importKey('jwk', privateJwk(key), algorithm, true, ['sign']);
  return async (record) => {
    const message = random(32);
    let blinded = await suite.blind(publicKey, message);
    await record('blindrsa blind', BLINDRSA_BLINDS, async () => {
      for (let i = 0; i < BLINDRSA_BLINDS; i++) blinded = await suite.blind(publicKey, message);
    });
    let signed = new Uint8Array();
    await record('blindrsa sign', BLINDRSA_SIGNS, async () => {
      for (let i = 0; i < BLINDRSA_SIGNS; i++)
        signed = Uint8Array.from(await suite.blindSign(privateKey, blinded.blindedMsg));
    });
    let signature = new Uint8Array();
    await record('blindrsa finalize', BLINDRSA_FINALIZES, async () => {
      for (let i = 0; i < BLINDRSA_FINALIZES; i++)
        signature = Uint8Array.from(await suite.finalize(publicKey, message, signed, blinded.inv));
    });
    await record('blindrsa verify', BLINDRSA_VERIFIES, async () => {
      for (let i = 0; i < BLINDRSA_VERIFIES; i++) must(await suite.verify(publicKey, signature, message));
    });
  };
}

/** All sides in turn, each round beginning with another one; samples of the warm-up are thrown away. */
async function measure(sides: readonly Side[]): Promise<Samples> {
  const samples: Samples = new Map();
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(turn + round + WARM_UP) % sides.length] as Side;
      await side(async (name, count, work) => {
        const begun = process.hrtime.bigint();
        await work();
        const micros = Number(process.hrtime.bigint() - begun) / 1000 / count;
        if (round < 0) return;
        const found = samples.get(name);
        if (found === undefined) samples.set(name, [micros]);
        else found.push(micros);
      });
    }
  return samples;
}

function table(of: (name: string) => number): string {
  const row = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(14))).join('');
  const times = (peer: number, ours: number): string => `${(peer / ours).toPrecision(3)} x`;
  const lines = [
    `µs per coupon, medians of ${ROUNDS} rounds; a load is whole packs of 32 coupons under 7 keys`,
    row(['', 'ours', 'cashu', 'ratio', 'blindrsa', 'ratio']),
  ];
  const line = (label: string, step: string, ours: number): void => {
    const [cashu, blindrsa] = [of(`cashu ${step}`), of(`blindrsa ${step}`)];
    lines.push(
      row([
        label,
        ours.toFixed(1),
        cashu.toFixed(1),
        times(cashu, ours),
        blindrsa.toFixed(1),
        times(blindrsa, ours),
      ]),
    );
  };
  for (const packs of PACKS) line(`blind, load of ${32 * packs}`, 'blind', of(`ours blind ${packs}`));
  for (const step of ['sign', 'finalize', 'verify']) line(step, step, of(`ours ${step}`));
  lines.push(`cashu's unblinding without the check of validity: ${of('cashu unblind').toFixed(1)}`);
  return lines.join('\n');
}

const keys = Array.from({ length: DENOMINATIONS }, () => generateRsaKey());
const samples = await measure([ourSide(keys), cashuSide(), await blindrsaSide(keys[0] as RsaPrivateKey)]);
const of = (name: string): number => Math.round(10 * median(samples.get(name) as number[])) / 10;
if (process.argv.includes('--json')) {
  const steps = (side: string): Record<string, number> =>
    Object.fromEntries(
      STEPS.map((step) => [
        step,
        of(side === 'ours' && step === 'blind' ? 'ours blind 1' : `${side} ${step}`),
      ]),
    );
  const blindByLoad = Object.fromEntries(PACKS.map((packs) => [32 * packs, of(`ours blind ${packs}`)]));
  console.log(
    JSON.stringify({ ours: steps('ours'), cashu: steps('cashu'), blindrsa: steps('blindrsa'), blindByLoad }),
  );
} else console.log(table(of));
