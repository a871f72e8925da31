/**
 * Those who are no tills and no customers: the office, on good days and bad ones; the outlet that cheats with a real certificate; a thief who reads
 * what an honest till sends and hands it in as its own first.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { cardServices } from '../../main/card-services.ts';
import { openSession, type Session, type Trust } from '../../main/card-session.ts';
import type { Identity } from '../../main/identity.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { epochOf, parseCertificate } from '../../src/card/certificate.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { keysetId } from '../../src/coupons/keyset.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { couponsDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/economy/envelope.ts';
import type { LedgerEvent } from '../../src/economy/events.ts';
import { issueFor } from '../../src/economy/office-duty.ts';
import { owedFor } from '../../src/economy/owed.ts';
import type { Id, RedeemedCoupon, Transaction } from '../../src/economy/transaction.ts';
import { encodeBody } from '../../src/economy/wire.ts';
import type { Cheat, OfficeMood } from './plan.ts';
import { WorldReader } from './reader.ts';
import { CHAIN, PIN, typeNamed } from './setting.ts';
import { Whim } from './whim.ts';
import type { World } from './world.ts';

export class Office {
  readonly #world: World;
  readonly #whim: Whim;
  mood: OfficeMood | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#whim = new Whim(`office ${world.plan.seed}`);
  }

  hear(event: LedgerEvent): void {
    if (event.kind === 'load') this.#later(event.load, 0);
    else if (event.kind === 'refresh') this.#later(event.refresh, event.issueFrom);
  }

  #later(load: Id, from: number): void {
    const { time } = this.#world;
    const { mood } = this;
    const hours = mood === 'late' ? this.#whim.between(1, 30) : mood === 'refuses' ? 24 * 10 : 0;
    time.at(Math.max(from, time.seconds) + hours * 3_600 + this.#whim.between(1, 12), () => {
      void this.#issue(load);
      if (mood === 'twice') time.at(time.seconds + 60, () => void this.#issue(load));
    });
  }

  async #issue(load: Id): Promise<void> {
    const { node, setting, time } = this.#world;
    if (node.away) {
      time.at(time.seconds + 600, () => void this.#issue(load));
      return;
    }
    const owed = owedFor(node.state, load);
    if (owed === undefined || owed.state === 'cancelled' || owed.state === 'void') return;
    const { row, exponents } = owed;
    const keyset =
      row.keyset === setting.office.keyset
        ? setting.office
        : setting.keysets.find((one) => one.keyset === row.keyset);
    const request = { blinded: row.blinded, exponents };
    const issue = keyset && issueFor(nodeCrypto, CHAIN, keyset.keys, load, request);
    if (!issue?.ok) throw new Error('no issue');
    await node.take(makeEnvelope(nodeCrypto, issue.value, [setting.members.office.seed]).bytes);
  }
}

/** Whoever has the cheating outlet's keys. */
export class Cheater {
  readonly #world: World;
  readonly #whim: Whim;
  /** What a till of theirs has said to cards. */
  #said: Uint8Array[] = [];

  /** It shows a real certificate, of this month or of one before. */
  identity: Identity;

  constructor(world: World) {
    this.#world = world;
    this.#whim = new Whim(`cheater ${world.plan.seed}`);
    this.identity = world.setting.identities['cheat-1'];
  }

  /** A card that has met this month's certificates takes none of an earlier one; any other no to a good certificate is a fault. */
  #late(refusal: string, certificate: Uint8Array): void {
    const { time, diary } = this.#world;
    const parsed = parseCertificate(SUITE_1, certificate);
    const old = parsed.ok && parsed.value.epoch < epochOf(time.seconds);
    if (refusal !== 'certificate_refused' || !old)
      throw new Error(`the cheat's certificate is good: ${refusal}`);
    diary.count('cheat refused: certificate_refused');
  }

  get #outlet(): Id {
    return this.#world.setting.members.workshop.id;
  }

  async #hand(transaction: Transaction): Promise<Id> {
    const { seed } = this.#world.setting.identities['cheat-1'];
    const { id, bytes } = makeEnvelope(nodeCrypto, transaction, [seed]);
    await this.#world.node.take(bytes);
    return id;
  }

  #nonce(): string {
    return toHex(this.#whim.bytes(8));
  }

  async #redeem(list: readonly RedeemedCoupon[]): Promise<void> {
    const coupons = sortCoupons(list);
    const outlet = this.#outlet;
    const digest = couponsDigest(nodeCrypto, coupons);
    const announcement = await this.#hand({
      kind: 'announce',
      chain: CHAIN,
      nonce: this.#nonce(),
      outlet,
      digest,
    });
    await this.#hand({ kind: 'redeem', chain: CHAIN, outlet, announcement, coupons });
  }

  /** Takes what it can from a card that is held to its till. No PIN is typed there. */
  async tap(number: number, cheat: Cheat): Promise<void> {
    const { setting, time, diary, node } = this.#world;
    const identity = this.identity;
    const card = this.#world.card(number);
    const reader = new WorldReader(time, { dead: false }, () => undefined, diary.count);
    reader.insert(card);
    const state = reader.state();
    if (state.kind !== 'ready') throw new Error('a card is there');
    const field = state.card;
    if (cheat.replay) for (const command of this.#said) await field.exchange(command);
    this.#said = [];
    const keysets = setting.keysets
      .filter(({ keyset }) => node.state.keysets.get(keyset) !== undefined)
      .map(({ keyset, keys }) => ({ id: hexBytes(keyset), keys }));
    const trust: Trust = {
      keysets: { find: () => keysets },
      batches: { find: (id) => this.#world.batchKey(id) },
    };
    const opened = await openSession(
      {
        ...field,
        exchange: (command) => {
          this.#said.push(command);
          return field.exchange(command);
        },
      },
      {
        crypto: nodeCrypto,
        random: (n) => this.#whim.bytes(n),
        staticSecret: identity.staticSecret,
        certificate: identity.saleCertificate,
        aborted: [],
        trust,
      },
    );
    if (!opened.ok) {
      reader.pull();
      return this.#late(opened.refusal, identity.saleCertificate);
    }
    const purchase = {
      id: this.#whim.bytes(16),
      amountMinutes: cheat.minutes,
      day: Math.floor(time.seconds / 86_400),
    };
    const spent = await opened.value.spend(purchase);
    diary.count(spent.ok ? 'cheated' : `cheat refused: ${spent.refusal}`);
    if (spent.ok && cheat.ack) await opened.value.ack(purchase.id);
    reader.pull();
    diary.look(number, card);
    if (!spent.ok) return;
    const coupons = spent.value.coupons.map((one) => ({
      keyset: toHex(one.keyset),
      exponent: one.exponent,
      serial: toHex(one.serial),
      signature: one.signature,
    }));
    for (let i = 0; i < cheat.redeem; i++) await this.#redeem(coupons);
    const base = { chain: CHAIN, outlet: this.#outlet };
    const serials = coupons.map((one) => one.serial).sort();
    if (cheat.abort) await this.#hand({ ...base, kind: 'abort', nonce: this.#nonce(), serials });
    const goods = cheat.goods ? [{ type: typeNamed('milk'), amount: 1 }] : [];
    await this.#hand({
      ...base,
      kind: 'hand_over',
      nonce: this.#nonce(),
      goods,
      charged: cheat.charged,
      sales: 1,
    });
  }

  /**
   * Card services with a keyset that nobody else has: its coupons would name their owner. The card signs for the keyset it used, so the
   * ledger must refuse the load; whatever else happens breaks a promise.
   */
  async tag(number: number): Promise<void> {
    const { time, diary, node } = this.#world;
    const { identity } = this;
    const card = this.#world.card(number);
    const reader = new WorldReader(time, { dead: false }, () => undefined, diary.count);
    reader.insert(card);
    const state = reader.state();
    if (state.kind !== 'ready') throw new Error('a card is there');
    const session = await openSession(state.card, {
      crypto: nodeCrypto,
      random: (n) => this.#whim.bytes(n),
      staticSecret: identity.staticSecret,
      certificate: identity.servicesCertificate,
      aborted: [],
      trust: { keysets: { find: () => [] }, batches: { find: () => undefined } },
    });
    if (!session.ok) {
      reader.pull();
      return this.#late(session.refusal, identity.servicesCertificate);
    }
    const said = await this.#loadTagged(session.value, (envelope) => node.take(envelope));
    reader.pull();
    diary.look(number, card);
    diary.count(`tagged keyset: ${said}`);
    if (said === 'accepted') throw new Error('the ledger took a load of a keyset that it does not know');
  }

  async #loadTagged(
    session: Session,
    hand: (envelope: Uint8Array) => ReturnType<World['node']['take']>,
  ): Promise<string> {
    const verified = await session.verify('services', PIN);
    if (!verified.ok) return verified.refusal;
    const services = cardServices(session);
    const account = await services.account();
    if (!account.ok) return account.refusal;
    const [one, two, ...rest] = this.#world.setting.office.keys;
    if (one === undefined || two === undefined) throw new Error('nine keys');
    const keys = [two, one, ...rest];
    const keyset = { id: keysetId(nodeCrypto, keys), keys };
    const prepared = await services.prepareLoad(1, keyset);
    if (!prepared.ok) return prepared.refusal;
    const { walletKey, g } = account.value;
    const wallet = toHex(walletKey);
    const { blinded, signature } = prepared.value;
    const body = encodeBody({
      kind: 'load',
      chain: CHAIN,
      g: toHex(g),
      packs: 1,
      keyset: toHex(keyset.id),
      wallet,
      blinded,
    });
    const done = await hand(encodeEnvelope(body, [{ key: wallet, signature }]));
    if (done === undefined) return 'node away';
    return done.ok ? done.value.status : done.refusal;
  }

  /** What a thief does with what an honest till sends: the same coupons, and as many aborts, in its own name, before it arrives. */
  steal(envelope: Uint8Array): void {
    const decoded = decodeEnvelope(envelope, nodeCrypto);
    if (!decoded.ok) return;
    const { transaction } = decoded.value;
    if (transaction.kind === 'redeem') {
      this.#world.diary.count('redemption copied');
      void this.#redeem(transaction.coupons).then(() =>
        this.#hand({
          kind: 'abort',
          chain: CHAIN,
          outlet: this.#outlet,
          nonce: this.#nonce(),
          serials: transaction.coupons.map((one) => one.serial).sort(),
        }),
      );
    } else if (transaction.kind === 'announce')
      void this.#hand({ ...transaction, nonce: this.#nonce(), outlet: this.#outlet });
  }
}
