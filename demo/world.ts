/**
 * A world in a folder: ledger, office keys, collectives' keys, tills, cards. `createWorld` makes one by transactions only, either
 * the demo (a month of work and shopping, three cards) or a lean one for tests and the headless sale; `openWorld` opens what is
 * there. It is made beside its place and moved there when whole, so an interrupted creation leaves nothing half made.
 *
 *   ledger/   the node's data        office/  keyset.json, signing-key.json      till-1/ …  identity.json, catalogue.db
 *   cards/    card-1.card …, economy.json for the batch's maker       world.json  who is who, with every key: mode 0600
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeCrypto } from '../crypto/node.ts';
import { cardPath, createCardFile } from '../firmware-sim/card-files.ts';
import { manualClock, systemClock } from '../ledger/clock.ts';
import { createEngine } from '../ledger/embedded-engine.ts';
import { genesisDocument, parseGenesis } from '../ledger/genesis.ts';
import { writeSigningKey } from '../ledger/key-file.ts';
import { makeOfficeKeys, type OfficeKeys, writeOfficeKeys } from '../ledger/office-keys.ts';
import { type Identity, loadIdentity } from '../main/identity.ts';
import type { TerminalConfig } from '../main/main.ts';
import { random } from '../main/random.ts';
import { hexBytes, toHex } from '../src/bytes.ts';
import { epochOf } from '../src/card/certificate.ts';
import { DAY_SECONDS, dayOf } from '../src/economy/calendar.ts';
import { keyOf } from '../src/economy/envelope.ts';
import { DEFAULT_PARAMETERS, type Genesis } from '../src/economy/parameters.ts';
import type { Id, Key, Seconds } from '../src/economy/transaction.ts';
import {
  type CardPerson,
  cardName,
  cardPerson,
  fillCard,
  newCard,
  type OpenedCard,
  openCardFile,
} from './cards.ts';
import { Economy, monthBegin, weekdayOf } from './economy.ts';
import { LEAN_DAY, LEAN_OTHERS, LEAN_SPARE, leanRounds, leanTimes, leanWorkers } from './lean.ts';
import { COLLECTIVES, type CollectiveKey, type Member, type Members } from './members.ts';
import { Month } from './month.ts';
import { Production } from './production.ts';
import { typeOf, ware } from './products.ts';
import { newTill, setUpTill } from './provision.ts';
import { Scribe, type Submit } from './scribe.ts';
import { Wallet } from './wallets.ts';

const HOUR = 3_600;
/** What the demo's cards keep: packs on the card, minutes of balance for more, workloads nobody has claimed yet. */
const DEMO_FILL = { packs: 2, spare: 900, keep: 6 };

export interface WorldOptions {
  /** Where it will be kept; must not exist, or be empty. */
  readonly dir: string;
  /** The ledger's time when it is ready, seconds since 1970; the machine's time unless told. */
  readonly now?: Seconds;
  /** One round of work instead of a month: for tests. */
  readonly lean?: boolean;
  /** Cards (at least three in the demo), packs on each; 3 and 2 unless told. */
  readonly cards?: number;
  readonly packs?: number;
  /** Tills of the outlet; one unless told. The station always has one, the last of all. */
  readonly tills?: number;
  /** In the lean world: wallets of the caller's that work beside the cards, each for so many packs. */
  readonly workers?: { readonly keys: readonly Key[]; readonly packs: number };
  /** Fewest sales of a crowd, written into the chain's parameters; 5 unless told. */
  readonly k?: number;
  readonly progress?: (line: string) => void;
}

export interface WorldCard extends CardPerson {
  readonly wallet: Key;
  readonly file: string;
}

export interface WorldTill {
  readonly outlet: CollectiveKey;
  /** `dataDir` of the terminal. */
  readonly dir: string;
  readonly identity: Identity;
}

export interface World {
  readonly dir: string;
  readonly genesis: Genesis;
  readonly ledgerDir: string;
  /** For `ledger office`: the office's signing key and its keyset's private keys. */
  readonly officeFiles: { readonly signingKey: string; readonly keyset: string };
  readonly members: Members;
  readonly cards: readonly WorldCard[];
  readonly tills: readonly WorldTill[];
  /** How a terminal of the demo is set. */
  readonly config: TerminalConfig;
  /** A product type's id by the short name of `products.ts`. */
  product(key: string): Id;
  /** Puts a card on the table: powered off, its memory kept in its file. Close it when done. */
  card(number: number): OpenedCard;
  /** One till more, delegated on the running ledger and set up in its folder. */
  newTill(submit: Submit, outlet?: 'outlet' | 'station'): Promise<WorldTill>;
  /** Work of `maker` just now, delivered to an outlet: moves the price of a good. `minutes` of labour in all. */
  deliver(submit: Submit, delivery: Delivery): Promise<void>;
}

export interface Delivery {
  readonly maker: CollectiveKey;
  readonly outlet: 'outlet' | 'station';
  /** Short name of a good that the maker's kind makes. */
  readonly good: string;
  readonly amount: number;
  readonly minutes: number;
}

interface Kept {
  readonly genesis: string;
  readonly disputeOutlet: string;
  readonly disputeOffice: string;
  readonly members: Readonly<Record<CollectiveKey, { id: Id; key: Key; name: string; seed: string }>>;
  readonly cards: readonly { readonly number: number; readonly wallet: Key }[];
  readonly tills: readonly CollectiveKey[];
}

const WORLD = 'world.json';
const tillDir = (dir: string, number: number) => join(dir, `till-${number}`);
const cardsDir = (dir: string) => join(dir, 'cards');

/** Whether a folder holds a world. */
export function hasWorld(dir: string): boolean {
  return existsSync(join(dir, WORLD));
}

/** The world in a folder; one that is damaged throws. */
export function openWorld(dir: string): World {
  const kept = JSON.parse(readFileSync(join(dir, WORLD), 'utf8')) as Kept;
  const genesis = parseGenesis(kept.genesis);
  if (!genesis.ok) throw new Error(`${dir}: ${genesis.detail ?? 'genesis'}`);
  const members = {} as Record<CollectiveKey, Member>;
  for (const who of COLLECTIVES) {
    const { seed, ...member } = kept.members[who];
    members[who] = { ...member, seed: hexBytes(seed) };
  }
  const { k } = genesis.value.parameters;
  const disputes = {
    disputeOutlet: nodeCrypto.x25519Public(hexBytes(kept.disputeOutlet)),
    disputeOffice: nodeCrypto.x25519Public(hexBytes(kept.disputeOffice)),
  };
  const tills = kept.tills.map((outlet, i): WorldTill => {
    const at = tillDir(dir, i + 1);
    return { outlet, dir: at, identity: loadIdentity(join(at, 'identity.json')) };
  });
  const { chain } = genesis.value;
  return {
    dir,
    genesis: genesis.value,
    ledgerDir: join(dir, 'ledger'),
    officeFiles: {
      signingKey: join(dir, 'office', 'signing-key.json'),
      keyset: join(dir, 'office', 'keyset.json'),
    },
    members,
    cards: kept.cards.map(({ number, wallet }) => ({
      ...cardPerson(number),
      wallet,
      file: cardPath(cardsDir(dir), cardName(number)),
    })),
    tills,
    config: terminalConfig(k),
    product: (key) => typeOf(nodeCrypto, ware(key)),
    card: (number) => openCardFile(cardsDir(dir), number),
    async newTill(submit, outlet = 'outlet') {
      const scribe = new Scribe(chain, submit);
      const parties = { outlet: members[outlet], office: members.office, ...disputes };
      const identity = newTill(scribe, parties, systemClock().now());
      await scribe.settle();
      const at = join(dir, `till-${toHex(random(4))}`);
      setUpTill(at, identity);
      return { outlet, dir: at, identity };
    },
    async deliver(submit, { maker, outlet, good, amount, minutes }) {
      const scribe = new Scribe(chain, submit);
      const workers = { [maker]: [new Wallet().key] };
      const production = new Production(scribe, members, workers, () => 1);
      const outputs = { [good]: amount };
      production.make({ maker, orderer: outlet, inputs: {}, outputs, labour: minutes }, systemClock().now());
      production.deliver(maker, outlet, good, amount);
      await scribe.settle();
    },
  };
}

/** How a terminal of the demo is set: small crowds that leave soon, so that a newcomer sees them go. */
export function terminalConfig(k: number): TerminalConfig {
  return {
    crowd: { k, holdMax: 3_600, delayMax: 10 },
    offlineMax: DEFAULT_PARAMETERS.offlineMax,
    offlineCeilingMinutes: 60,
  };
}

/** Makes a world and opens it. Takes a few seconds; `progress` is told what is going on. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const dir = resolve(options.dir);
  const making = `${dir}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  await make(making, options);
  renameSync(making, dir);
  return openWorld(dir);
}

async function make(dir: string, options: WorldOptions): Promise<void> {
  const { now = systemClock().now(), lean = false, packs = DEMO_FILL.packs, k = 5 } = options;
  const progress = options.progress ?? (() => undefined);
  progress('nine RSA keys for the coupon office');
  const keys = makeOfficeKeys(nodeCrypto);
  const begin = monthBegin(now);
  const opening = monthBegin(begin - 1);
  const start = lean ? begin - 3 * DAY_SECONDS : firstMonday(monthBegin(opening - 1));
  const genesis: Genesis = {
    chain: `demo-${toHex(random(6))}`,
    time: start,
    parameters: { ...DEFAULT_PARAMETERS, k },
  };
  const clock = manualClock(start + 5 * HOUR);
  const created = createEngine({ dataDir: join(dir, 'ledger'), crypto: nodeCrypto, genesis, clock });
  if (!created.ok) throw new Error(`${created.refusal} ${created.detail ?? ''}`);
  const engine = created.value;
  const batchSeed = random(32);
  const batch = keyOf(nodeCrypto, batchSeed);
  const economy = new Economy({ engine, clock, office: keys, batch, progress });
  await economy.scribe.settle();
  const { members, scribe } = economy;

  const disputes = [random(32), random(32)] as const;
  const tills = [...new Array<CollectiveKey>(options.tills ?? 1).fill('outlet'), 'station' as const];
  const identities = tills.map((outlet) =>
    newTill(
      scribe,
      {
        outlet: members[outlet],
        office: members.office,
        disputeOutlet: nodeCrypto.x25519Public(disputes[0]),
        disputeOffice: nodeCrypto.x25519Public(disputes[1]),
      },
      now,
    ),
  );
  await scribe.settle();
  const people = Array.from({ length: options.cards ?? 3 }, (_, i) => cardPerson(i + 1));
  const officeKey = hexBytes(members.office.key).subarray(1);
  const maker = { chain: genesis.chain, officeKey, batchSeed, epoch: epochOf(now) };
  const cards = people.map((person) => {
    const device = newCard(person, maker);
    return { person, device, wallet: device.ownerView().walletKey };
  });
  const wallets = cards.map((card) => card.wallet);

  const visit = {
    scribe,
    till: identities[0] as Identity,
    keyset: economy.keyset,
    state: () => economy.state,
    issue: () => economy.issueAll(),
  };
  const fill = lean ? { packs, spare: LEAN_SPARE, keep: Number.POSITIVE_INFINITY } : { ...DEMO_FILL, packs };
  const fillAll = async () => {
    progress(`${cards.length} cards claim and load ${packs} packs each`);
    for (const { person, device } of cards) await fillCard(device, person, visit, fill);
  };
  if (lean) {
    const others = options.workers?.keys ?? Array.from({ length: LEAN_OTHERS }, () => new Wallet().key);
    const each = Math.max(packs, options.workers?.packs ?? 0);
    const production = new Production(
      scribe,
      members,
      leanWorkers([...wallets, ...others]),
      () => 1,
      LEAN_DAY,
    );
    economy.setClock(begin - 6 * HOUR);
    leanRounds(production, leanTimes(cards.length + others.length, each), clock.now());
    await scribe.settle();
    economy.setClock(Math.min(begin + 5 * HOUR, now));
    await economy.revise(begin);
    await fillAll();
  } else {
    await new Month(economy, wallets).walk(opening, now, async (first) => {
      if (first === begin) await fillAll();
    });
  }
  await engine.close();

  for (const { person, device } of cards) {
    const written = createCardFile(cardsDir(dir), cardName(person.number), device.image());
    if (!written.ok) throw new Error(`${dir}: ${written.refusal}`);
  }
  // What `npm run card -- new` needs to make one more card of this batch.
  const economyFile = { chain: genesis.chain, officeKeys: [toHex(officeKey)], batchSeed: toHex(batchSeed) };
  writeFileSync(join(cardsDir(dir), 'economy.json'), `${JSON.stringify(economyFile)}\n`, { mode: 0o600 });
  for (const [i, identity] of identities.entries()) setUpTill(tillDir(dir, i + 1), identity);
  keepOffice(join(dir, 'office'), keys, members.office);
  const kept: Kept = {
    genesis: genesisDocument(genesis),
    disputeOutlet: toHex(disputes[0]),
    disputeOffice: toHex(disputes[1]),
    members: Object.fromEntries(
      COLLECTIVES.map((who) => [who, { ...members[who], seed: toHex(members[who].seed) }]),
    ) as Kept['members'],
    cards: cards.map(({ person, wallet }) => ({ number: person.number, wallet })),
    tills,
  };
  writeFileSync(join(dir, WORLD), `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}

function keepOffice(dir: string, keys: OfficeKeys, office: Member): void {
  mkdirSync(dir, { mode: 0o700 });
  const keyset = writeOfficeKeys(join(dir, 'keyset.json'), keys);
  const signing = writeSigningKey(nodeCrypto, join(dir, 'signing-key.json'), office.seed);
  if (!keyset.ok || !signing.ok) throw new Error(`cannot write ${dir}`);
}

/** The first Monday at or after `time`, which begins a day. */
function firstMonday(time: Seconds): Seconds {
  let day = dayOf(time);
  while (weekdayOf(day) !== 1) day++;
  return day * DAY_SECONDS;
}
