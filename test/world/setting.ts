/**
 * Where every world begins: a small economy made by transactions only, the same each time, kept in a folder that each seed copies. A farm and
 * its goods, two outlets with three tills, a third outlet that cheats, an office, six cards with two packs each and as much work again to claim.
 * All keys come from names, the office's RSA keys from a file, so that a seed's story is the same on every machine.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { rsaPrivateKeyFromJson } from '../../crypto/rsa-keygen.ts';
import { fillCard } from '../../demo/cards.ts';
import type { CollectiveKey, Member, Members } from '../../demo/members.ts';
import { Production } from '../../demo/production.ts';
import { typeOf, ware } from '../../demo/products.ts';
import { type Draft, Scribe, submitTo } from '../../demo/scribe.ts';
import { createCard } from '../../firmware-sim/card.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { manualClock } from '../../ledger/clock.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import type { Engine } from '../../ledger/engine.ts';
import { type OfficeKeys, publicKeys } from '../../ledger/office-keys.ts';
import { Catalogue } from '../../main/catalogue.ts';
import type { Identity } from '../../main/identity.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { epochOf, issueCertificate, OUTLET_BYTES } from '../../src/card/certificate.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { keysetId } from '../../src/coupons/keyset.ts';
import type { RsaPrivateKey } from '../../src/crypto-port.ts';
import { makeEnvelope } from '../../src/economy/build.ts';
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import { keyOf } from '../../src/economy/envelope.ts';
import { issueFor, openLoads } from '../../src/economy/office-duty.ts';
import { DEFAULT_PARAMETERS, type Genesis } from '../../src/economy/parameters.ts';
import { DELEGATED, type Id, type Transaction } from '../../src/economy/transaction.ts';
import { inStoreCode } from '../../src/sale/ean13.ts';
import { firstMorning } from './first-morning.ts';
import { seededChance } from './whim.ts';

export const CHAIN = 'world-of-tests';
export const PIN = '1234';
export const PUK = '12345678';
export const CARDS = 6;
/** Monday morning. */
export const BEGIN = Date.parse('2026-11-02T06:00:00Z') / 1000;
/** Days that cards' batch and tills' delegations are good for. */
const LASTS = 8_000;
const WORKED = Date.parse('2026-10-28T12:00:00Z') / 1000;
const REVISED = Date.parse('2026-11-01T06:00:00Z') / 1000;

/** What can be bought; the last one costs nothing. */
export const GOODS = ['wheat_bread', 'milk', 'eggs', 'apples', 'honey', 'tea', 'rock_salt'] as const;
const HARVEST = { wheat_bread: 240, milk: 240, eggs: 600, apples: 200_000, honey: 60, tea: 120 };
/** Dearer bread and cheaper milk that come later and move the prices. */
const SECOND = { wheat_bread: 60, milk: 120 };

/** The tills of the world: two at the market, one at the corner shop, one of those who cheat. */
export const TILLS = ['market-1', 'market-2', 'corner-1', 'cheat-1'] as const;
export type TillName = (typeof TILLS)[number];
/** Outlets by the names of the demo's collectives. */
export const OUTLET_OF: Readonly<Record<TillName, CollectiveKey>> = {
  'market-1': 'outlet',
  'market-2': 'outlet',
  'corner-1': 'station',
  'cheat-1': 'workshop',
};
const DISPATCHES: ReadonlySet<CollectiveKey> = new Set(['outlet', 'station', 'workshop']);
const WHO: readonly CollectiveKey[] = ['farm', 'dairy', 'bakery', 'workshop', 'office', 'outlet', 'station'];

const named = (what: string): Uint8Array => nodeCrypto.sha256(new TextEncoder().encode(`world/${what}`));

/** A good's type on the ledger. */
export const typeNamed = (good: string): Id => typeOf(nodeCrypto, ware(good));

/** A scribe whose nonces are counted, so that it writes the same bytes each time. */
export class Pen extends Scribe {
  #count = 0;
  readonly #name: string;
  constructor(name: string, submit: ConstructorParameters<typeof Scribe>[1]) {
    super(CHAIN, submit);
    this.#name = name;
  }
  override write(draft: Draft, ...seeds: readonly Uint8Array[]): Id {
    const nonce = toHex(named(`${this.#name} ${this.#count++}`)).slice(0, 16);
    const transaction = { ...draft, chain: CHAIN, nonce } as Transaction;
    const unlike = seeds.filter((seed, i) => seeds.indexOf(seed) === i);
    const { id, bytes } = makeEnvelope(nodeCrypto, transaction, unlike);
    this.send(draft.kind, bytes);
    return id;
  }
}

/** The office's keysets in a file, nine RSA keys each. */
function officeKeys(file: string): OfficeKeys[] {
  const json = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as unknown[];
  const all = json.map((one): RsaPrivateKey => {
    const key = rsaPrivateKeyFromJson(one);
    if (!key.ok) throw new Error(key.refusal);
    return key.value;
  });
  const sets = Array.from({ length: all.length / 9 }, (_, i) => all.slice(9 * i, 9 * i + 9));
  return sets.map((keys) => ({ keyset: toHex(keysetId(nodeCrypto, keys)), keys }));
}

export interface Setting {
  /** `ledger/`, `<till>/`, `card-<n>`: to be copied. */
  readonly dir: string;
  readonly members: Members;
  /** The keyset that the office begins with. */
  readonly office: OfficeKeys;
  /** All that it will have, one after the other, five years each. */
  readonly keysets: readonly OfficeKeys[];
  readonly identities: Readonly<Record<TillName, Identity>>;
  readonly genesis: Genesis;
}

export const members: () => Members = () =>
  Object.fromEntries(
    WHO.map((who): [CollectiveKey, Member] => {
      const seed = named(who);
      const key = keyOf(nodeCrypto, seed);
      const built = makeEnvelope(nodeCrypto, registration(who), [seed]);
      return [who, { id: built.id, key, name: who, seed }];
    }),
  ) as Members;

function registration(who: CollectiveKey): Extract<Transaction, { kind: 'register' }> {
  const seed = named(who);
  return {
    kind: 'register',
    chain: CHAIN,
    nonce: toHex(named(`register ${who}`)).slice(0, 16),
    key: keyOf(nodeCrypto, seed),
    name: who,
    dispatches: DISPATCHES.has(who),
  };
}

const genesis: Genesis = {
  chain: CHAIN,
  time: WORKED - DAY_SECONDS,
  parameters: { ...DEFAULT_PARAMETERS, k: 4, holdMax: DAY_SECONDS },
};

/** Who a till is, with certificates of the month of `at`, seconds since 1970. */
export function identityAt(till: TillName, all: Members, at: number): Identity {
  const outlet = all[OUTLET_OF[till]];
  const keys = { seed: named(`${till} seed`), staticSecret: named(`${till} static`) };
  const certificate = (role: 'sale' | 'services') =>
    issueCertificate(nodeCrypto, SUITE_1, all.office.seed, nodeCrypto.x25519Public(keys.staticSecret), {
      outlet: hexBytes(outlet.id).slice(0, OUTLET_BYTES),
      role,
      epoch: epochOf(at),
    });
  return {
    ...keys,
    chain: CHAIN,
    outlet: outlet.id,
    outletName: till,
    saleCertificate: certificate('sale'),
    servicesCertificate: certificate('services'),
    disputeOutlet: nodeCrypto.x25519Public(named('dispute outlet')),
    disputeOffice: nodeCrypto.x25519Public(named('dispute office')),
  };
}

/** Where worlds live: in memory where the system has a folder for that. */
export function worldsFolder(): string {
  const memory = '/dev/shm';
  return mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'timecard-world-'));
}

/** What a folder made by `makeSetting` holds. */
export function openSetting(dir: string): Setting {
  const all = members();
  const identities = Object.fromEntries(TILLS.map((till) => [till, identityAt(till, all, BEGIN)]));
  const [office] = officeKeys('./rsa-keys.json');
  if (office === undefined) throw new Error('nine keys');
  let keysets: readonly OfficeKeys[] | undefined;
  return {
    dir,
    members: all,
    office,
    // Read when years have passed: most worlds last a week.
    get keysets() {
      keysets ??= [office, ...officeKeys('./rsa-keys-later.json')];
      return keysets;
    },
    identities: identities as Setting['identities'],
    genesis,
  };
}

/** Makes the economy and opens it. Takes some seconds. */
export async function makeSetting(dir: string): Promise<Setting> {
  mkdirSync(dir, { recursive: true });
  const setting = openSetting(dir);
  const clock = manualClock(WORKED);
  const created = createEngine({
    dataDir: join(dir, 'ledger'),
    crypto: nodeCrypto,
    genesis,
    clock,
    threads: 0,
  });
  if (!created.ok) throw new Error(created.refusal);
  const engine = created.value;
  await populate(engine, setting, (time) => clock.set(time));
  await engine.close();
  for (const till of TILLS) catalogue(join(dir, till));
  const honest = TILLS.filter((till) => till !== 'cheat-1');
  await firstMorning(dir, setting.identities, honest, BEGIN - 3_600);
  return setting;
}

async function populate(engine: Engine, setting: Setting, setClock: (time: number) => void): Promise<void> {
  const { members: all, office } = setting;
  const pen = new Pen('setting', submitTo(engine));
  const state = () => {
    const view = engine.view();
    if (!view.ok) throw new Error(view.refusal);
    return view.value.state;
  };
  for (const who of WHO)
    pen.send('register', makeEnvelope(nodeCrypto, registration(who), [all[who].seed]).bytes);
  for (const who of WHO.filter((one) => one !== 'farm')) {
    const [a, b] = [all.farm, all[who]].sort((p, q) => (p.id < q.id ? -1 : 1)) as [Member, Member];
    pen.write({ kind: 'establish_trust', a: a.id, b: b.id }, a.seed, b.seed);
  }
  const batchSeed = named('batch');
  const until = BEGIN + LASTS * DAY_SECONDS;
  pen.write({ kind: 'keyset', office: all.office.id, keys: publicKeys(office) }, all.office.seed);
  pen.write(
    { kind: 'batch', office: all.office.id, key: keyOf(nodeCrypto, batchSeed), until },
    all.office.seed,
  );
  for (const till of TILLS) {
    const outlet = all[OUTLET_OF[till]];
    const key = keyOf(nodeCrypto, setting.identities[till].seed);
    pen.write({ kind: 'delegate', outlet: outlet.id, key, kinds: DELEGATED, until }, outlet.seed);
  }
  await pen.settle();

  const cards = Array.from({ length: CARDS }, (_, i) => {
    const chance = seededChance(`card ${i}`);
    const image = personalise({
      seed: named(`card ${i} seed`),
      g: named(`card ${i} g`).slice(0, 8),
      pin: PIN,
      puk: PUK,
      chain: CHAIN,
      officeKeys: [hexBytes(all.office.key).subarray(1)],
      batchSeed,
      random: chance.random,
      epoch: epochOf(BEGIN),
    });
    return createCard(image, { random: chance.random });
  });
  const wallets = cards.map((card) => card.ownerView().walletKey);
  const production = new Production(pen, all, { farm: wallets }, () => 1, 1_000);
  production.make({ maker: 'farm', orderer: 'outlet', inputs: {}, outputs: HARVEST }, WORKED);
  production.make({ maker: 'farm', orderer: 'outlet', inputs: {}, outputs: SECOND, labour: 2_400 }, WORKED);
  production.collectivize('farm', 'rock_salt', 60_000);
  for (const [good, amount] of Object.entries(HARVEST))
    for (const outlet of ['outlet', 'station', 'workshop'] as const)
      production.deliver('farm', outlet, good, outlet === 'outlet' ? amount / 2 : amount / 4);
  for (const outlet of ['outlet', 'station'] as const)
    production.deliver('farm', outlet, 'rock_salt', 30_000);
  await pen.settle();
  setClock(REVISED);
  pen.write({ kind: 'final_revision', until: Date.parse('2026-10-31T23:59:59Z') / 1000 });
  await pen.settle();
  const issue = async () => {
    for (const load of openLoads(state(), all.office.id)) {
      const row = state().loads.get(load);
      const made = row && issueFor(nodeCrypto, CHAIN, office.keys, load, row);
      if (!made?.ok) throw new Error('no issue');
      pen.send('issue', makeEnvelope(nodeCrypto, made.value, [all.office.seed]).bytes);
    }
    await pen.settle();
  };
  const keyset = { id: hexBytes(office.keyset), keys: office.keys };
  const till = setting.identities['market-1'];
  const visit = { scribe: pen, till, keyset, state, issue };
  for (const [i, card] of cards.entries()) {
    const person = { number: i + 1, names: { en: '', de: '' }, colour: '', pin: PIN, puk: PUK };
    await fillCard(card, person, visit, { packs: 2, spare: 300, keep: 2 });
    writeFileSync(join(setting.dir, `card-${i}`), card.image().bytes);
  }
}

function catalogue(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const book = new Catalogue(join(dir, 'catalogue.db'));
  book.put(
    GOODS.map((good, i) => {
      const { names, unit } = ware(good);
      return { type: typeNamed(good), code: inStoreCode(i + 1), names, picture: 'box', group: 'goods', unit };
    }),
  );
  book.close();
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}
