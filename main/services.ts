/**
 * Card services at work: after the PIN, balance, claim and load over one session with the `services` certificate. The card
 * composes and signs; the terminal puts the same body together, and what the two hash must agree. A torn load is taken
 * up again: the card keeps its record, the ledger its issue.
 */
import { equal, fromHex, hexBytes, toHex } from '../src/bytes.ts';
import type { Account } from '../src/card/service-commands.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { encodeEnvelope } from '../src/economy/envelope.ts';
import type { Claim, Id, Load } from '../src/economy/transaction.ts';
import { encodeBody } from '../src/economy/wire.ts';
import { LOAD_PACKS, PACK_COUPONS, PACK_MINUTES } from '../src/limits.ts';
import type { ServicesPhase, ServicesView, TillRefusal } from '../src/till-api.ts';
import { MINUTE } from '../src/units/micro-minutes.ts';
import type { Refused } from './card-line.ts';
import type { CardInField } from './card-reader.ts';
import { type CardServices, cardServices } from './card-services.ts';
import { openSession, type Session, type Trust } from './card-session.ts';
import type { Identity } from './identity.ts';
import type { LedgerClient } from './ledger-client.ts';
import { troubleOf } from './sale.ts';
import { claimableOf, type WalletAnswer, walletAnswer } from './wallet-answer.ts';

export interface ServicesParts {
  readonly crypto: CryptoPort;
  readonly random: (length: number) => Uint8Array;
  readonly identity: Identity;
  readonly trust: Trust;
  readonly ledger: LedgerClient;
  liveKeyset(): Keyset | undefined;
  keyset(id: Id): Keyset | undefined;
  /** Listens from now on. `shown` resolves when the stream has shown that this load is issued; false after `milliseconds`, or when stopped. */
  issued(load: Id, milliseconds: number): { readonly shown: Promise<boolean>; stop(): void };
  outletName(prefix: Uint8Array): string;
  changed(): void;
  /** Closed later than it was asked for: the card in the field is the sale's again. */
  closed(): void;
}

/** How long a load waits for the office before it is left to be taken up later. */
const OFFICE_MILLISECONDS = 30_000;
type Outcome = NonNullable<ServicesView['lastAct']>['outcome'];
type Act = NonNullable<ServicesView['lastAct']>['act'];

interface Open {
  readonly card: CardInField;
  readonly session: Session;
  readonly services: CardServices;
}

export class Services {
  readonly #parts: ServicesParts;
  #step: ServicesPhase = { phase: 'closed' };
  #card: CardInField | undefined;
  #open: Open | undefined;
  #account: Account | undefined;
  /** The card in the field has begun a load and not stored all of it. */
  #unfinished = false;
  /** Undefined also when the ledger did not answer. */
  #wallet: WalletAnswer | undefined;
  #lastAct: ServicesView['lastAct'];
  #busy: Promise<void> | undefined;
  #closing = false;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
  }

  get active(): boolean {
    return this.#step.phase !== 'closed';
  }

  #set(step: ServicesPhase): void {
    this.#step = step;
    this.#parts.changed();
  }

  open(): TillRefusal | undefined {
    if (this.#step.phase !== 'closed' && this.#step.phase !== 'card_gone') return 'not_now';
    this.#forget();
    this.#set({ phase: 'hold_card' });
    this.#tap();
    return undefined;
  }

  /** At once, or as soon as the card has answered: one conversation at a time, and a load is not broken off. */
  close(): undefined {
    if (this.#busy !== undefined) {
      this.#closing = true;
      return;
    }
    this.#closing = false;
    this.#forget();
    this.#set({ phase: 'closed' });
  }

  #forget(): void {
    this.#open?.session.close();
    this.#open = undefined;
    this.#account = undefined;
    this.#unfinished = false;
    this.#wallet = undefined;
    this.#lastAct = undefined;
  }

  cardInField(card: CardInField | undefined): void {
    if (card === this.#card) return;
    this.#card = card;
    if (this.#open !== undefined && card !== this.#open.card && this.#busy === undefined && this.active)
      this.#gone();
    else this.#tap();
  }

  #gone(): void {
    const unfinishedLoad = this.#unfinished;
    this.#forget();
    this.#set({ phase: 'card_gone', unfinishedLoad });
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy;
  }

  #run(work: () => Promise<void>): void {
    this.#busy = work().finally(() => {
      this.#busy = undefined;
      if (this.#closing) {
        this.close();
        this.#parts.closed();
      } else if (this.#open !== undefined && this.#card !== this.#open.card && this.active) this.#gone();
    });
  }

  #tap(): void {
    const card = this.#card;
    if (card === undefined || this.#busy !== undefined || this.#step.phase !== 'hold_card') return;
    this.#run(async () => {
      const { crypto, random, identity, trust } = this.#parts;
      const opened = await openSession(card, {
        crypto,
        random,
        staticSecret: identity.staticSecret,
        certificate: identity.servicesCertificate,
        aborted: [],
        trust,
      });
      if (!opened.ok) {
        this.#set({ phase: 'hold_card', trouble: troubleOf(opened.refusal) });
        return;
      }
      this.#open = { card, session: opened.value, services: cardServices(opened.value) };
      this.#set({ phase: 'pin', triesLeft: null, blocked: false });
    });
  }

  pin(pin: string): TillRefusal | undefined {
    const open = this.#open;
    if (this.#step.phase !== 'pin' || open === undefined || this.#busy !== undefined) return 'not_now';
    this.#run(async () => {
      const verified = await open.session.verify('services', pin);
      if (verified.ok) await this.#read(open);
      else if (verified.refusal === 'wrong_pin')
        this.#set({ phase: 'pin', triesLeft: verified.triesLeft, blocked: verified.triesLeft === 0 });
      else if (verified.refusal === 'pin_blocked') this.#set({ phase: 'pin', triesLeft: 0, blocked: true });
      else this.#lost(verified);
    });
    return undefined;
  }

  /** Account from the card, balance and workloads from the ledger. */
  async #read(open: Open): Promise<void> {
    this.#set({ phase: 'working', task: 'reading', done: 0, of: 2 });
    const account = await open.services.account();
    if (!account.ok) return this.#lost(account);
    this.#account = account.value;
    this.#unfinished = account.value.openLoad !== undefined;
    this.#set({ phase: 'working', task: 'reading', done: 1, of: 2 });
    this.#wallet = walletAnswer(
      await this.#parts.ledger.get(`/v1/wallets/${toHex(account.value.walletKey)}`),
    );
    this.#set({ phase: 'open' });
  }

  #lost(refusal: Refused): void {
    // An answer cut off by a card that was pulled reads like a broken one.
    if (refusal.refusal === 'card_left' || this.#card !== this.#open?.card) {
      this.#gone();
      return;
    }
    const trouble = troubleOf(refusal.refusal);
    this.#forget();
    this.#set({ phase: 'hold_card', trouble });
  }

  #done(act: Act, outcome: Outcome, minutes?: number): void {
    this.#lastAct = minutes === undefined ? { act, outcome } : { act, outcome, minutes };
  }

  /** A card's no to an act: a wrong PIN is an outcome, anything else ends the session. False = the session is over. */
  #refused(act: Act, refusal: Refused): boolean {
    if (refusal.refusal === 'wrong_pin' || refusal.refusal === 'pin_blocked') {
      this.#done(act, refusal.refusal);
      return true;
    }
    this.#lost(refusal);
    return false;
  }

  #act(act: Act, work: (open: Open) => Promise<boolean>): TillRefusal | undefined {
    const open = this.#open;
    if (open === undefined || this.#busy !== undefined) return 'not_now';
    this.#lastAct = undefined;
    this.#run(async () => {
      this.#set({ phase: 'working', task: act, done: 0, of: 1 });
      if (await work(open)) await this.#read(open);
    });
    return undefined;
  }

  changePin(old: string, fresh: string): TillRefusal | undefined {
    if (this.#step.phase !== 'open') return 'not_now';
    return this.#act('pin', async ({ services }) => {
      const changed = await services.changePin(old, fresh);
      if (!changed.ok) return this.#refused('pin', changed);
      this.#done('pin', 'done');
      return true;
    });
  }

  /** With the PUK; the PIN is asked for afterwards. */
  unblock(puk: string, fresh: string): TillRefusal | undefined {
    const open = this.#open;
    if (this.#step.phase !== 'pin' || open === undefined || this.#busy !== undefined) return 'not_now';
    this.#run(async () => {
      const unblocked = await open.services.unblock(puk, fresh);
      if (unblocked.ok) {
        this.#done('unblock', 'done');
        this.#set({ phase: 'pin', triesLeft: null, blocked: false });
      } else if (this.#refused('unblock', unblocked)) {
        this.#set({ phase: 'pin', triesLeft: 0, blocked: true });
      }
    });
    return undefined;
  }

  /** Claims every workload that a revision has covered, one after the other. */
  claim(): TillRefusal | undefined {
    if (this.#step.phase !== 'open') return 'not_now';
    if (this.#wallet === undefined) return 'ledger_unreachable';
    const { workloads } = claimableOf(this.#wallet);
    if (workloads.length === 0) return 'nothing_to_claim';
    return this.#act('claim', async ({ services }) => {
      let value = 0n;
      for (const [i, w] of workloads.entries()) {
        this.#set({ phase: 'working', task: 'claim', done: i, of: workloads.length });
        const signed = await services.signClaim(hexBytes(w.id), hexBytes(w.revision));
        if (!signed.ok) return this.#refused('claim', signed);
        const claim: Claim = {
          kind: 'claim',
          chain: this.#parts.identity.chain,
          workload: w.id,
          revision: w.revision,
        };
        const outcome = await this.#submit(claim, signed.value.digest, signed.value.signature);
        if (outcome !== undefined) {
          this.#done('claim', outcome);
          return true;
        }
        value += w.share;
      }
      this.#done('claim', 'done', Number(value / MINUTE));
      return true;
    });
  }

  /** Submits what the card signed. The terminal's body must have the digest the card computed. */
  async #submit(body: Claim | Load, digest: Uint8Array, signature: Uint8Array): Promise<Outcome | undefined> {
    const account = this.#account;
    if (account === undefined) return 'not_now';
    const bytes = encodeBody(body);
    if (!equal(this.#parts.crypto.sha256(bytes), digest)) return 'wrong_answer';
    const envelope = encodeEnvelope(bytes, [{ key: toHex(account.walletKey), signature }]);
    const submitted = await this.#parts.ledger.submit(envelope);
    if (submitted.kind === 'answered') return undefined;
    return submitted.kind === 'refused' ? 'ledger_refused' : 'ledger_unreachable';
  }

  /** Whole packs that balance and card allow now. */
  #packs(): number {
    if (this.#account === undefined || this.#wallet === undefined) return 0;
    const byBalance = Number(this.#wallet.balance / (BigInt(PACK_MINUTES) * MINUTE));
    return Math.max(0, Math.min(LOAD_PACKS, byBalance, Math.floor(this.#account.freeSlots / PACK_COUPONS)));
  }

  /** Loads `packs` packs, or takes up the load that was torn. */
  load(packs: number): TillRefusal | undefined {
    const account = this.#account;
    if (this.#step.phase !== 'open' || account === undefined) return 'not_now';
    const unfinished = account.openLoad;
    if (unfinished === undefined && this.#wallet === undefined) return 'ledger_unreachable';
    const keyset =
      unfinished === undefined ? this.#parts.liveKeyset() : this.#parts.keyset(toHex(unfinished.keysetId));
    if (keyset === undefined) return 'office_silent';
    if (unfinished === undefined) {
      if (Math.floor(account.freeSlots / PACK_COUPONS) < packs) return 'no_room_on_card';
      if (this.#packs() < packs) return 'balance_too_small';
    }
    return this.#act('load', (open) => this.#loadOn(open, account, unfinished?.packs ?? packs, keyset));
  }

  async #loadOn(open: Open, account: Account, packs: number, keyset: Keyset): Promise<boolean> {
    const all = packs * PACK_COUPONS * 2 + 1;
    const progress = (done: number) => this.#set({ phase: 'working', task: 'load', done, of: all });
    const prepared = await open.services.prepareLoad(packs, keyset, (done) => {
      this.#unfinished = true;
      progress(done);
    });
    if (!prepared.ok) return this.#refused('load', prepared);
    const body: Load = {
      kind: 'load',
      chain: this.#parts.identity.chain,
      g: toHex(account.g),
      packs,
      keyset: toHex(keyset.id),
      wallet: toHex(account.walletKey),
      blinded: prepared.value.blinded,
    };
    const outcome = await this.#submit(body, prepared.value.digest, prepared.value.signature);
    if (outcome !== undefined) {
      this.#done('load', outcome);
      return true;
    }
    const load = toHex(prepared.value.digest);
    progress(packs * PACK_COUPONS + 1);
    // Listens before it asks: an issue between answer and waiting would be missed.
    const issued = this.#parts.issued(load, OFFICE_MILLISECONDS);
    let signatures = await this.#signatures(load);
    if (signatures === undefined && (await issued.shown)) signatures = await this.#signatures(load);
    issued.stop();
    if (signatures === undefined) {
      this.#done('load', 'office_silent');
      return true;
    }
    const stored = await open.services.storeLoad(signatures, (done) =>
      progress(packs * PACK_COUPONS + 1 + done),
    );
    if (!stored.ok) return this.#refused('load', stored);
    this.#unfinished = false;
    this.#done('load', 'done', packs * PACK_MINUTES);
    return true;
  }

  /** The office's answers to a load, or undefined before it is issued. */
  async #signatures(load: Id): Promise<readonly Uint8Array[] | undefined> {
    const answer = await this.#parts.ledger.get(`/v1/loads/${load}`);
    if (answer?.state !== 'issued' || !Array.isArray(answer.signatures)) return undefined;
    return answer.signatures.map((s) => fromHex(String(s)) ?? new Uint8Array(0));
  }

  view(): ServicesView {
    const account = this.#account;
    const base: ServicesView =
      this.#lastAct === undefined ? { step: this.#step } : { step: this.#step, lastAct: this.#lastAct };
    if (account === undefined || this.#step.phase === 'pin') return base;
    const { workloads, value } = claimableOf(this.#wallet);
    return {
      ...base,
      account: {
        onCard: account.payableMinutes,
        exposed: account.exposedMinutes,
        pending: account.pendingMinutes,
        freeSlots: account.freeSlots,
        balance: String(this.#wallet?.balance ?? 0n),
        packs: this.#packs(),
        claimable: workloads.length,
        claimableValue: String(value),
        unfinishedLoad: account.openLoad !== undefined,
        log: account.log.map((e) => ({
          day: e.day,
          outlet: this.#parts.outletName(e.outlet),
          minutes: e.minutes,
          state: e.state,
        })),
      },
    };
  }
}
