/**
 * Refresh and recovery over an open session (docs/card-protocol.md): what the card gives out and takes in, and the ledger's
 * transactions put together from it. What the card hashes and what the terminal puts together must agree. It asks no
 * ledger and decides nothing: `refresh-work.ts` and `recovery-work.ts` do.
 */
import { equal, toHex } from '../src/bytes.ts';
import {
  type BegunRefresh,
  beginRefreshCommand,
  deadCommand,
  type Found,
  findCommand,
  foundCommand,
  giveUpCommand,
  type OldCoupon,
  oldCouponsCommand,
  parseBegunRefresh,
  parseCount,
  parseFound,
  parseOldCoupons,
  parseSignedRefresh,
  parseWords,
  type RefreshOf,
  refreshBlockCommand,
  restoreCommand,
  signBlocks,
  signRefreshCommand,
  storeRefreshCommand,
  takeCommand,
  wordsCommand,
  wordsWrittenCommand,
} from '../src/card/refresh-commands.ts';
import { loadBlocks, parseBlock } from '../src/card/service-commands.ts';
import { couponSerial } from '../src/coupons/coupon.ts';
import { type Keyset, modulusOf } from '../src/coupons/keyset.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { encodeEnvelope } from '../src/economy/envelope.ts';
import type { Id, Refresh } from '../src/economy/transaction.ts';
import { encodeBody } from '../src/economy/wire.ts';
import { LOAD_BLOCK, PACK_COUPONS, REFRESH_SIGNATURES } from '../src/limits.ts';
import { ok } from '../src/result.ts';
import { type Answer, asker, nothing, refused } from './card-line.ts';
import { inBlocks, type Progress } from './card-services.ts';
import type { Session } from './card-session.ts';

/** A coupon that goes out, with the serial that tills know it by. */
export interface Outgoing extends OldCoupon {
  readonly serial: Id;
}

export interface PreparedRefresh extends BegunRefresh {
  readonly outgoingCoupons: readonly Outgoing[];
  readonly blinded: readonly Uint8Array[];
  /** Transactions it takes: one for the packs, if any, and one for each other coupon. */
  readonly parts: number;
}

/** One transaction of a refresh, ready to send. */
export interface SignedPart {
  readonly id: Id;
  readonly envelope: Uint8Array;
}

export interface CardRefresh {
  /** Begins, or takes up again, and reads both lists. Refused: `not_found` nothing to refresh; `no_room`; `conditions_not_satisfied` another one is open. */
  prepare(
    of: RefreshOf,
    keyset: Keyset,
    options: { readonly undoPending?: boolean; readonly all?: boolean },
    progress?: Progress,
  ): Promise<Answer<PreparedRefresh>>;
  /** The `part`-th transaction, signed by its coupons; `wrong_answer` when card and terminal do not put the same together. */
  sign(of: RefreshOf, chain: string, prepared: PreparedRefresh, part: number): Promise<Answer<SignedPart>>;
  /** Stores what has come, in the order of the blinded serials; undefined where nothing has. Gives the number stored. */
  store(
    of: RefreshOf,
    signatures: readonly (Uint8Array | undefined)[],
    progress?: Progress,
  ): Promise<Answer<number>>;
  giveUp(of: RefreshOf, dead?: readonly number[]): Promise<Answer<true>>;
  /** Chooses the lost card and the keyset that `found` and `take` speak of. */
  find(g: Uint8Array, keyset: Keyset): Promise<Answer<true>>;
  found(exponent: number, first: number): Promise<Answer<readonly Found[]>>;
  take(
    exponent: number,
    coupons: readonly { readonly counter: number; readonly signature: Uint8Array }[],
  ): Promise<Answer<number>>;
  words(): Promise<Answer<Uint8Array>>;
  wordsWritten(): Promise<Answer<true>>;
  restore(seed: Uint8Array): Promise<Answer<true>>;
  dead(pin: string, what: 'refresh' | 'forget'): Promise<Answer<true>>;
}

/** The places of the new coupons of one part among all. */
export function placesOf({ packs, incoming }: BegunRefresh, part: number): { from: number; to: number } {
  const packed = packs * PACK_COUPONS;
  if (packs > 0 && part === 0) return { from: 0, to: packed };
  const from = packed + part - (packs > 0 ? 1 : 0);
  return { from, to: Math.min(from + 1, incoming) };
}

/** The old coupons of one part. */
export function outgoingOf(prepared: PreparedRefresh, part: number): readonly Outgoing[] {
  const { packs, inPacks, outgoingCoupons } = prepared;
  if (packs > 0 && part === 0) return outgoingCoupons.slice(0, inPacks);
  const at = inPacks + part - (packs > 0 ? 1 : 0);
  return outgoingCoupons.slice(at, at + 1);
}

function putTogether(
  chain: string,
  prepared: PreparedRefresh,
  part: number,
  voucher: { readonly batch: Uint8Array; readonly signature: Uint8Array } | undefined,
): Refresh {
  const { from, to } = placesOf(prepared, part);
  const bare: Refresh = {
    kind: 'refresh',
    chain,
    packs: prepared.packs > 0 && part === 0 ? prepared.packs : 0,
    keyset: toHex(prepared.keysetId),
    blinded: prepared.blinded.slice(from, to),
    coupons: outgoingOf(prepared, part).map(({ keysetId, exponent, key, signature }) => ({
      keyset: toHex(keysetId),
      exponent,
      key: toHex(key),
      signature,
    })),
  };
  if (voucher === undefined) return bare;
  return { ...bare, voucher: { batch: toHex(voucher.batch), signature: voucher.signature } };
}

export function cardRefresh(session: Session, crypto: CryptoPort): CardRefresh {
  const { suite } = session;
  const ask = asker(session);

  return {
    async prepare(of, keyset, options, progress) {
      const begin = { ...options, moduli: keyset.keys.map(modulusOf) };
      const begun = await ask(beginRefreshCommand(of, begin), parseBegunRefresh);
      if (!begun.ok) return begun;
      const { keysetId, outgoing, inPacks, incoming, packs } = begun.value;
      if (!equal(keysetId, keyset.id)) return refused('wrong_answer', 'keyset');
      if (incoming !== packs * PACK_COUPONS + outgoing - inPacks) return refused('wrong_answer', 'counts');
      const all = outgoing + incoming;
      progress?.(0, all);
      const old = await inBlocks(
        outgoing,
        (block, count) => ask(oldCouponsCommand(of, block), (data) => parseOldCoupons(suite, count, data)),
        (done) => progress?.(done, all),
      );
      if (!old.ok) return old;
      const blinded = await inBlocks(
        incoming,
        (block, count) => ask(refreshBlockCommand(of, block), (data) => parseBlock(count, data)),
        (done) => progress?.(outgoing + done, all),
      );
      if (!blinded.ok) return blinded;
      const outgoingCoupons = old.value.map((coupon) => ({
        ...coupon,
        serial: toHex(couponSerial(crypto, coupon.key[0] as number, coupon.key.subarray(1))),
      }));
      const parts = (packs > 0 ? 1 : 0) + outgoing - inPacks;
      return ok({ ...begun.value, outgoingCoupons, blinded: blinded.value, parts });
    },

    async sign(of, chain, prepared, part) {
      const coupons = outgoingOf(prepared, part);
      const signatures: Uint8Array[] = [];
      let body = new Uint8Array(0);
      for (let block = 0; block < signBlocks(coupons.length); block++) {
        const count = Math.min(REFRESH_SIGNATURES, coupons.length - signatures.length);
        const signed = await ask(signRefreshCommand(of, part, block, of === 'own'), (data) =>
          parseSignedRefresh(suite, count, data),
        );
        if (!signed.ok) return signed;
        const { digest, voucher } = signed.value;
        body = Uint8Array.from(encodeBody(putTogether(chain, prepared, part, voucher)));
        if (!equal(crypto.sha256(body), digest)) return refused('wrong_answer', 'digest');
        signatures.push(...signed.value.signatures);
      }
      const signedBy = coupons.map(({ key }, i) => ({
        key: toHex(key),
        signature: signatures[i] as Uint8Array,
      }));
      return ok({ id: toHex(crypto.sha256(body)), envelope: encodeEnvelope(body, signedBy) });
    },

    async store(of, signatures, progress) {
      const all = signatures.length;
      let stored = 0;
      for (let block = 0; block < loadBlocks(all); block++) {
        const some = signatures.slice(block * LOAD_BLOCK, (block + 1) * LOAD_BLOCK);
        if (some.every((signature) => signature === undefined)) continue;
        const answer = await ask(storeRefreshCommand(of, block, some), parseCount);
        if (!answer.ok) return answer;
        stored = answer.value;
        progress?.(Math.min(all, (block + 1) * LOAD_BLOCK), all);
        // The record is closed with the last one.
        if (stored >= all) break;
      }
      return ok(stored);
    },

    giveUp: (of, dead) => ask(giveUpCommand(of, dead), nothing),
    async find(g, keyset) {
      const id = await ask(findCommand(g, keyset.keys.map(modulusOf)), parseWords);
      if (!id.ok) return id;
      return equal(id.value, keyset.id) ? ok(true) : refused('wrong_answer', 'keyset');
    },
    found: (exponent, first) => ask(foundCommand(exponent, first), (data) => parseFound(first, data)),
    take: (exponent, coupons) => ask(takeCommand(exponent, coupons), parseCount),
    words: () => ask(wordsCommand(), parseWords),
    wordsWritten: () => ask(wordsWrittenCommand(), nothing),
    restore: (seed) => ask(restoreCommand(seed), nothing),
    async dead(pin, what) {
      const command = deadCommand(pin, what);
      return command.ok ? ask(command.value, nothing) : refused('wrong_data', command.detail);
    },
  };
}
