/**
 * Card services at work: after the PIN, balance, claim and load over one session with the `services` certificate. The card
 * composes and signs; the terminal puts the same body together, and what the two hash must agree. A torn load is taken
 * up again: the card keeps its record, the ledger its issue.
 */
import { equal, hexBytes, toHex } from '../src/bytes.ts';
import type { Account } from '../src/card/service-commands.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import type { CryptoPort } from '../src/crypto-port.ts';
import { encodeEnvelope } from '../src/economy/envelope.ts';
import type { Claim, Id, Load } from '../src/economy/transaction.ts';
import { encodeBody } from '../src/economy/wire.ts';
import { PACK_COUPONS, PACK_MINUTES } from '../src/limits.ts';
import type { ServicesPhase, ServicesView, TillRefusal } from '../src/till-api.ts';
import { MINUTE } from '../src/units/micro-minutes.ts';
import { accountView, isFresh, packsNow } from './account-view.ts';
import type { Refused } from './card-line.ts';
import type { CardInField } from './card-reader.ts';
import { type CardRefresh, cardRefresh } from './card-refresh.ts';
import { type CardServices, cardServices } from './card-services.ts';
import { openSession, type Session, type Trust } from './card-session.ts';
import type { Identity } from './identity.ts';
import type { LedgerClient } from './ledger-client.ts';
import { lastCardOf, Recovery } from './recovery.ts';
import { Renewal, type Renewed, refreshUseful } from './renewal.ts';
import { troubleOf } from './sale.ts';
import type { RandomBelow } from './slots.ts';
import { claimableOf, type WalletAnswer, walletAnswer } from './wallet-answer.ts';
import { numbersToAsk, seedOf, wordsOf } from './words.ts';

export interface ServicesParts {
  readonly crypto: CryptoPort;
  readonly random: (length: number) => Uint8Array;
  readonly randomBelow: RandomBelow;
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
  /** What refreshing and recovery need beside: see `renewal.ts`. */
  serialState(serial: Id): 'spent' | 'aborted' | 'locked' | undefined;
  serialTaken(serial: Id): boolean;
  batchKnown(id: Uint8Array): boolean;
  keysets(): readonly Keyset[];
}

type LastAct = NonNullable<ServicesView['lastAct']>;
type Outcome = LastAct['outcome'];
type Act = LastAct['act'];

interface Open {
  readonly card: CardInField;
  readonly session: Session;
  readonly services: CardServices;
  readonly refresh: CardRefresh;
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
  /** Another card of this wallet has loaded last. */
  #otherCards = false;
  /** When what is on its way from lost cards can be fetched, if a node said so. */
  #until: number | null = null;
  /** Words on the screen, and which of them were asked for. */
  #words: { readonly all: readonly string[]; readonly asked: readonly number[] } | undefined;
  #busy: Promise<void> | undefined;
  #waiting: { stop(): void } | undefined;
  #closing = false;

  readonly #renewal: Renewal;
  readonly #recovery: Recovery;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
    this.#renewal = new Renewal({
      ...parts,
      chain: parts.identity.chain,
      issued: (load, milliseconds) => (this.#waiting = parts.issued(load, milliseconds)),
    });
    this.#recovery = new Recovery(this.#renewal, parts.randomBelow);
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
    this.#otherCards = false;
    this.#until = null;
    this.#words = undefined;
  }

  cardInField(card: CardInField | undefined): void {
    if (card === this.#card) return;
    this.#card = card;
    // Nobody waits for the office with a card that has left.
    if (card !== this.#open?.card) this.#waiting?.stop();
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
      this.#open = {
        card,
        session: opened.value,
        services: cardServices(opened.value),
        refresh: cardRefresh(opened.value, crypto),
      };
      this.#set({ phase: 'pin', triesLeft: null, blocked: false });
    });
  }

  pin(pin: string): TillRefusal | undefined {
    const open = this.#open;
    if (this.#step.phase !== 'pin' || open === undefined || this.#busy !== undefined) return 'not_now';
    this.#run(async () => {
      const verified = await open.session.verify('services', pin);
      if (verified.ok) await this.#welcome(open);
      else if (verified.refusal === 'wrong_pin')
        this.#set({ phase: 'pin', triesLeft: verified.triesLeft, blocked: verified.triesLeft === 0 });
      else if (verified.refusal === 'pin_blocked') this.#set({ phase: 'pin', triesLeft: 0, blocked: true });
      else this.#lost(verified);
    });
    return undefined;
  }

  /** After the PIN: what is open is finished, what no till takes any more is refreshed, before anything is asked. */
  async #welcome(open: Open): Promise<void> {
    await this.#read(open, 'more');
    if (this.#account === undefined) return;
    const over =
      this.#wallet !== undefined &&
      !((await this.#giveUpForeign(open, this.#account)) && (await this.#finish(open)));
    if (!over && this.active) this.#set({ phase: 'open' });
  }

  /** False: the session is over. */
  async #giveUpForeign(open: Open, account: Account): Promise<boolean> {
    const given = await this.#renewal.giveUpForeign(open.refresh, account);
    if (!given.ok) return this.#refused('load', given);
    const [act] = given.value;
    if (act === undefined) return true;
    this.#done(act, 'foreign_keys');
    await this.#read(open, 'more');
    return this.#account !== undefined;
  }

  /** False: the session is over. */
  async #finish(open: Open): Promise<boolean> {
    const account = this.#account;
    if (account === undefined) return false;
    const { recovery, openRefresh } = account;
    if (recovery?.collecting === false) {
      const keyset = this.#parts.keyset(toHex(recovery.keysetId));
      const fetched =
        keyset &&
        (await this.#recovery.resume(
          open.refresh,
          account,
          keyset,
          this.#parts.keysets(),
          this.#progress('find_lost'),
          true,
        ));
      if (fetched?.ok === true) this.#until = fetched.until;
      // Still waiting is no news; the account says it.
      const waits = fetched?.ok === true && fetched.until !== null;
      if (fetched !== undefined && !waits && !this.#renewed('find_lost', fetched)) return false;
      await this.#read(open, 'more');
      // What has just come is new already.
      if (fetched?.ok === true && fetched.until === null) return true;
    }
    const now = this.#account;
    if (now === undefined) return false;
    // Another card has loaded since: this one may be the lost one, and everything on it is looked at.
    const useful = refreshUseful(now) || (this.#otherCards && now.payableMinutes > 0);
    const may = now.openLoad === undefined && this.#parts.liveKeyset() !== undefined;
    if (openRefresh === undefined && !(useful && may)) return true;
    const all = { all: this.#otherCards };
    const renewed = await this.#renewal.own(open.refresh, now, all, this.#progress('refresh'));
    if (!this.#renewed('refresh', renewed)) return false;
    await this.#read(open, 'more');
    return this.#account !== undefined;
  }

  #progress(task: Act): (done: number, of: number) => void {
    return (done, of) => this.#set({ phase: 'working', task, done, of: Math.max(done, of) });
  }

  /** Says what came of a refresh. False: the session is over. */
  #renewed(act: Act, renewed: Renewed): boolean {
    if (!renewed.ok && 'card' in renewed) return this.#refused(act, renewed.card);
    const { dead } = renewed;
    const base = { act, ...(dead > 0 && { dead }) };
    if (!renewed.ok) this.#lastAct = { ...base, outcome: renewed.why };
    else {
      const { minutes, until } = renewed;
      this.#lastAct = { ...base, outcome: 'done', minutes, ...(until !== null && { until }) };
    }
    return true;
  }

  /** Account from the card, balance and workloads from the ledger. */
  async #read(open: Open, then: 'open' | 'more' = 'open'): Promise<void> {
    this.#set({ phase: 'working', task: 'reading', done: 0, of: 2 });
    const account = await open.services.account();
    if (!account.ok) return this.#lost(account);
    this.#account = account.value;
    this.#unfinished = account.value.openLoad !== undefined;
    this.#set({ phase: 'working', task: 'reading', done: 1, of: 2 });
    this.#wallet = walletAnswer(
      await this.#parts.ledger.get(`/v1/wallets/${toHex(account.value.walletKey)}`),
    );
    const own = toHex(account.value.g);
    this.#otherCards = ((await lastCardOf(this.#parts.ledger, account.value.walletKey)) ?? own) !== own;
    if (then === 'open') this.#set({ phase: 'open' });
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
      if (packsNow(account, this.#wallet) < packs) return 'balance_too_small';
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
      // Refused for good: nothing was paid for, and the card is free for the next one.
      const given = outcome === 'ledger_refused' ? await open.refresh.giveUp('own') : undefined;
      return given === undefined || given.ok || this.#refused('load', given);
    }
    const load = toHex(prepared.value.digest);
    progress(packs * PACK_COUPONS + 1);
    const { signatures } = await this.#renewal.issued({ id: load, state: 'open', issueFrom: null });
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

  refresh(options: { readonly undoPending?: boolean; readonly all?: boolean }): TillRefusal | undefined {
    const account = this.#account;
    if (this.#step.phase !== 'open' || account === undefined) return 'not_now';
    if (this.#wallet === undefined) return 'ledger_unreachable';
    if (account.openLoad !== undefined) return 'not_now';
    return this.#act('refresh', async ({ refresh }) =>
      this.#renewed('refresh', await this.#renewal.own(refresh, account, options, this.#progress('refresh'))),
    );
  }

  /** Looks for lost cards' coupons and begins to take them over, or goes on with it. */
  findLost(): TillRefusal | undefined {
    const account = this.#account;
    if (this.#step.phase !== 'open' || account === undefined) return 'not_now';
    if (this.#wallet === undefined) return 'ledger_unreachable';
    return this.#act('find_lost', async (open) => {
      const found = await this.#recovery.restore(
        open.refresh,
        account,
        this.#parts.keysets(),
        this.#progress('find_lost'),
      );
      if (found.ok) this.#until = found.until;
      return this.#renewed('find_lost', found);
    });
  }

  /** A new card's words, on the screen. */
  words(): TillRefusal | undefined {
    const open = this.#open;
    if (this.#step.phase !== 'open' || open === undefined || this.#busy !== undefined) return 'not_now';
    if (this.#account?.wordsOpen !== true) return 'card_not_new';
    this.#lastAct = undefined;
    this.#run(async () => {
      const seed = await open.refresh.words();
      if (!seed.ok) return void this.#refused('words', seed);
      const all = wordsOf(seed.value);
      seed.value.fill(0);
      this.#words = { all, asked: numbersToAsk(this.#parts.randomBelow) };
      this.#set({ phase: 'words', words: all });
    });
    return undefined;
  }

  /** The words leave the screen, and some are asked for. */
  askWords(): TillRefusal | undefined {
    if (this.#step.phase !== 'words' || this.#words === undefined) return 'not_now';
    this.#set({ phase: 'words_check', numbers: this.#words.asked, wrong: false });
    return undefined;
  }

  /** Right: nobody reads them again. Wrong: they are shown once more. */
  checkWords(said: readonly string[]): TillRefusal | undefined {
    const words = this.#words;
    if (this.#step.phase !== 'words_check' || words === undefined || this.#busy !== undefined)
      return 'not_now';
    const right = words.asked.every((n, i) => words.all[n - 1] === said[i]?.trim().toLowerCase());
    if (!right) {
      this.#set({ phase: 'words_check', numbers: words.asked, wrong: true });
      return undefined;
    }
    this.#words = undefined;
    return this.#act('words', async ({ refresh }) => {
      const written = await refresh.wordsWritten();
      if (!written.ok) return this.#refused('words', written);
      this.#done('words', 'done');
      return true;
    });
  }

  /** A lost card's words into a card that has never loaded. */
  restore(words: readonly string[]): TillRefusal | undefined {
    if (this.#step.phase !== 'open' || this.#account === undefined) return 'not_now';
    if (!isFresh(this.#account)) return 'card_not_new';
    const seed = seedOf(words);
    return this.#act('restore', async (open) => {
      if (!seed.ok) {
        const word = seed.detail === undefined ? {} : { word: Number(seed.detail) };
        this.#lastAct = { act: 'restore', outcome: seed.refusal, ...word };
        return true;
      }
      const restored = await open.refresh.restore(seed.value);
      seed.value.fill(0);
      if (!restored.ok) return this.#refused('restore', restored);
      this.#done('restore', 'done');
      return true;
    });
  }

  /** The holder's word on coupons that are not there any more. */
  dead(pin: string, what: 'forget' | 'refresh'): TillRefusal | undefined {
    if (this.#step.phase !== 'open') return 'not_now';
    return this.#act('dead', async ({ refresh }) => {
      const said = await refresh.dead(pin, what);
      if (!said.ok) return this.#refused('dead', said);
      this.#done('dead', 'done');
      return true;
    });
  }

  view(): ServicesView {
    const account = this.#account;
    const base: ServicesView =
      this.#lastAct === undefined ? { step: this.#step } : { step: this.#step, lastAct: this.#lastAct };
    if (account === undefined || this.#step.phase === 'pin') return base;
    return {
      ...base,
      account: accountView(account, this.#wallet, {
        until: this.#until,
        otherCards: this.#otherCards,
        outletName: this.#parts.outletName,
      }),
    };
  }
}
