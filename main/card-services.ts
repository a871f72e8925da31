/**
 * Card services over an open session: account, PIN, claim, load (docs/card-protocol.md, «Card services»). Most need a
 * certificate of role `services` and VERIFY services before. The card composes and signs what goes to the ledger; this
 * file carries blinded serials, digests and signatures, and puts no transaction together.
 */
import { equal } from '../src/bytes.ts';
import { changeCommand, type PlainCommand, unblockCommand } from '../src/card/commands.ts';
import {
  type Account,
  accountCommand,
  beginLoadCommand,
  blockCommand,
  loadBlocks,
  parseAccount,
  parseBegunLoad,
  parseBlock,
  parseSigned,
  parseStored,
  type Signed,
  signClaimCommand,
  signLoadCommand,
  storeCommand,
} from '../src/card/service-commands.ts';
import { type Keyset, modulusOf } from '../src/coupons/keyset.ts';
import { LOAD_BLOCK } from '../src/limits.ts';
import { ok, type Result } from '../src/result.ts';
import { type Answer, asker, nothing, refused } from './card-line.ts';
import type { Session } from './card-session.ts';

/** Called when the card has begun and after each block: coupons done of all. A card needs minutes for a load; this moves the bar. */
export type Progress = (done: number, all: number) => void;

export interface PreparedLoad extends Signed {
  readonly packs: number;
  readonly keysetId: Uint8Array;
  /** 256 bytes each, exponent ascending. */
  readonly blinded: readonly Uint8Array[];
}

export interface CardServices {
  /** Balance, holdings, log, open load. */
  account(): Promise<Answer<Account>>;
  /** `wrong_pin` with tries left, `pin_blocked`, `wrong_data` when one is no PIN. */
  changePin(oldPin: string, newPin: string): Promise<Answer<true>>;
  /** `wrong_pin` with the PUK's tries left, `pin_blocked` when they are used up. */
  unblock(puk: string, newPin: string): Promise<Answer<true>>;
  /** The wallet's signature under a claim of this workload at this revision; 32-byte ids. */
  signClaim(workload: Uint8Array, revision: Uint8Array): Promise<Answer<Signed>>;
  /**
   * Blinded serials for `packs` packs (1 to 6) and the wallet's signature under the load. Repeatable until the load is
   * stored: the same packs and keyset give the same bytes, also after a torn card (`openLoad` of the account says
   * which). Refused: `no_room`; `conditions_not_satisfied` when another load is open; `wrong_data` when the card
   * refuses the keys; `wrong_answer` when it names another keyset.
   */
  prepareLoad(packs: number, keyset: Keyset, progress?: Progress): Promise<Answer<PreparedLoad>>;
  /**
   * Stores the office's answers, in the order of the blinded serials. Each coupon is stored once, so it is called again from
   * the start after a torn card; when the account shows no open load any more, nothing is left to store. `wrong_data`: a
   * signature that does not verify. Gives the number of coupons stored.
   */
  storeLoad(signatures: readonly Uint8Array[], progress?: Progress): Promise<Answer<number>>;
}

/** A list of `all` items that the card gives in blocks of eight; `done` hears how many there are after each. */
export async function inBlocks<T>(
  all: number,
  block: (number: number, count: number) => Promise<Answer<readonly T[]>>,
  done: (items: number) => void,
): Promise<Answer<readonly T[]>> {
  const items: T[] = [];
  for (let number = 0; number < loadBlocks(all); number++) {
    const some = await block(number, Math.min(LOAD_BLOCK, all - items.length));
    if (!some.ok) return some;
    items.push(...some.value);
    done(items.length);
  }
  return ok(items);
}

/** The services conversation of an open session. */
export function cardServices(session: Session): CardServices {
  const { suite } = session;
  const ask = asker(session);

  async function told(command: Result<PlainCommand, 'wrong_data'>): Promise<Answer<true>> {
    return command.ok ? ask(command.value, nothing) : command;
  }

  return {
    account: () => ask(accountCommand(), (data) => parseAccount(suite, data)),
    changePin: (oldPin, newPin) => told(changeCommand(oldPin, newPin)),
    unblock: (puk, newPin) => told(unblockCommand(puk, newPin)),
    signClaim: (workload, revision) =>
      ask(signClaimCommand(workload, revision), (data) => parseSigned(suite, data)),

    async prepareLoad(packs, keyset, progress) {
      const moduli = keyset.keys.map(modulusOf);
      const begun = await ask(beginLoadCommand(packs, moduli), (data) => parseBegunLoad(packs, data));
      if (!begun.ok) return begun;
      const { keysetId, coupons } = begun.value;
      if (!equal(keysetId, keyset.id)) return refused('wrong_answer', 'keyset');
      progress?.(0, coupons);
      const blinded = await inBlocks(
        coupons,
        (block, count) => ask(blockCommand(block), (data) => parseBlock(count, data)),
        (done) => progress?.(done, coupons),
      );
      if (!blinded.ok) return blinded;
      const signed = await ask(signLoadCommand(), (data) => parseSigned(suite, data));
      return signed.ok ? ok({ packs, keysetId, blinded: blinded.value, ...signed.value }) : signed;
    },

    async storeLoad(signatures, progress) {
      const all = signatures.length;
      let stored = 0;
      for (let block = 0; block < loadBlocks(all) && stored < all; block++) {
        const some = signatures.slice(block * LOAD_BLOCK, (block + 1) * LOAD_BLOCK);
        const answer = await ask(storeCommand(block, some), (data) => parseStored(all, data));
        if (!answer.ok) return answer;
        stored = answer.value;
        progress?.(stored, all);
      }
      return stored === all ? ok(stored) : refused('wrong_answer', 'not all stored');
    },
  };
}
