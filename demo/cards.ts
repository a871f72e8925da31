/**
 * The demo's cards: simulated ones (`firmware-sim`), named by number and colour and by nothing else. They are filled as any card
 * is: a services terminal speaks to them in APDUs, they sign claims and loads themselves, the office signs blindly, they store.
 * PIN and PUK stand here because nobody hands out a letter with them. Not here: readers, the dock's window.
 */
import { nodeCrypto } from '../crypto/node.ts';
import { createCard, type SimulatedCard } from '../firmware-sim/card.ts';
import { cardPath, followFile, readCard } from '../firmware-sim/card-files.ts';
import { personalise } from '../firmware-sim/personalise.ts';
import type { CardInField } from '../main/card-reader.ts';
import { type CardServices, cardServices } from '../main/card-services.ts';
import { openSession, type Trust } from '../main/card-session.ts';
import type { Identity } from '../main/identity.ts';
import { random } from '../main/random.ts';
import { hexBytes, toHex } from '../src/bytes.ts';
import type { Keyset } from '../src/coupons/keyset.ts';
import { encodeEnvelope, transactionId } from '../src/economy/envelope.ts';
import type { State } from '../src/economy/state.ts';
import type { Claim, Id, Key, Load } from '../src/economy/transaction.ts';
import { encodeBody } from '../src/economy/wire.ts';
import { PACK_MINUTES } from '../src/limits.ts';
import type { Names } from '../src/till-api.ts';
import { fromMinutes } from '../src/units/micro-minutes.ts';
import { createInProcessReader } from './in-process-reader.ts';
import type { Scribe } from './scribe.ts';
import { balanceOf, claimable } from './wallets.ts';

export interface CardPerson {
  /** From 1. */
  readonly number: number;
  readonly names: Names;
  /** A colour of the dock's page. */
  readonly colour: string;
  readonly pin: string;
  readonly puk: string;
}

const COLOURS: readonly (readonly [colour: string, en: string, de: string])[] = [
  ['blue', 'blue', 'blau'],
  ['green', 'green', 'grün'],
  ['red', 'red', 'rot'],
  ['yellow', 'yellow', 'gelb'],
  ['violet', 'violet', 'violett'],
  ['grey', 'grey', 'grau'],
];
const PINS = ['1234', '2345', '3456'] as const;

/** Card `number`: its name, PIN and PUK. */
export function cardPerson(number: number): CardPerson {
  const [colour, en, de] = COLOURS[(number - 1) % COLOURS.length] as (typeof COLOURS)[number];
  return {
    number,
    colour,
    names: { en: `Card ${number} · ${en}`, de: `Karte ${number} · ${de}` },
    pin: PINS[(number - 1) % PINS.length] as string,
    puk: `1234567${number % 10}`,
  };
}

/** A fresh card. `epoch`: months since 2020-01 of the newest certificate its maker knows. */
export function newCard(
  person: CardPerson,
  maker: {
    readonly chain: string;
    readonly officeKey: Uint8Array;
    readonly batchSeed: Uint8Array;
    readonly epoch: number;
  },
): SimulatedCard {
  const { pin, puk } = person;
  const { chain, officeKey, batchSeed, epoch } = maker;
  const image = personalise({
    seed: random(32),
    g: random(8),
    pin,
    puk,
    chain,
    officeKeys: [officeKey],
    batchSeed,
    random,
    epoch,
  });
  return createCard(image, { random });
}

/** A card whose memory lies in a file. */
export interface OpenedCard {
  readonly device: SimulatedCard;
  close(): void;
}

/** The name of card `number` for `npm run card`. */
export function cardName(number: number): string {
  return `card-${number}`;
}

/** A card from its file in `folder`; every write of the card is a write to the file. One that is not there throws. */
export function openCardFile(folder: string, number: number): OpenedCard {
  const image = readCard(folder, cardName(number));
  if (!image.ok) throw new Error(`${folder}: ${image.refusal}`);
  const file = followFile(cardPath(folder, cardName(number)));
  const device = createCard(image.value, { random, onWrite: file.write });
  device.powerOff();
  return { device, close: file.close };
}

/** A visit at card services needs no coupon checked. */
const NO_TRUST: Trust = { keysets: { find: () => [] }, batches: { find: () => undefined } };

/** What a visit does: with the card's services at the ledger's state. */
export interface Visit {
  readonly scribe: Scribe;
  readonly till: Identity;
  readonly keyset: Keyset;
  state(): State;
  /** The office's duty, as the office does it. */
  issue(): Promise<void>;
}

/**
 * One visit at card services. Claims the oldest workloads, until at most `keep` are left and the balance is enough for
 * `packs` and `spare` minutes more; then loads `packs` packs.
 */
export async function fillCard(
  card: SimulatedCard,
  person: CardPerson,
  visit: Visit,
  fill: { readonly packs: number; readonly spare: number; readonly keep: number },
): Promise<void> {
  const reader = createInProcessReader('demo');
  reader.insert(card);
  const state = reader.state();
  if (state.kind !== 'ready') throw new Error('the card is in the field');
  const services = await open(state.card, visit.till, person.pin);
  const { walletKey, g } = must(await services.account());
  const wallet = toHex(walletKey);
  const waiting = claimable(visit.state(), wallet);
  const need = fromMinutes(fill.packs * PACK_MINUTES + fill.spare);
  while (waiting.length > 0 && (waiting.length > fill.keep || balanceOf(visit.state(), wallet) < need)) {
    const many = Math.max(1, waiting.length - fill.keep);
    for (const one of waiting.splice(0, many)) await claim(services, wallet, one, visit.scribe);
    await visit.scribe.settle();
  }
  if (fill.packs > 0) await load(services, wallet, toHex(g), fill.packs, visit);
  await reader.stop();
}

async function open(card: CardInField, till: Identity, pin: string): Promise<CardServices> {
  const session = must(
    await openSession(card, {
      crypto: nodeCrypto,
      random,
      staticSecret: till.staticSecret,
      certificate: till.servicesCertificate,
      aborted: [],
      trust: NO_TRUST,
    }),
  );
  must(await session.verify('services', pin));
  return cardServices(session);
}

async function claim(
  services: CardServices,
  wallet: Key,
  one: { readonly workload: Id; readonly revision: Id },
  scribe: Scribe,
): Promise<void> {
  const { signature } = must(await services.signClaim(hexBytes(one.workload), hexBytes(one.revision)));
  const body: Claim = { kind: 'claim', chain: scribe.chain, ...one };
  scribe.send('claim', encodeEnvelope(encodeBody(body), [{ key: wallet, signature }]));
}

async function load(
  services: CardServices,
  wallet: Key,
  g: string,
  packs: number,
  { scribe, keyset, state, issue }: Visit,
): Promise<void> {
  const { blinded, signature } = must(await services.prepareLoad(packs, keyset));
  const id = toHex(keyset.id);
  const body: Load = { kind: 'load', chain: scribe.chain, g, packs, keyset: id, wallet, blinded };
  const bytes = encodeBody(body);
  scribe.send('load', encodeEnvelope(bytes, [{ key: wallet, signature }]));
  await scribe.settle();
  await issue();
  const signatures = state().loads.get(transactionId(nodeCrypto, bytes))?.signatures;
  if (signatures === undefined) throw new Error('the office issued nothing');
  must(await services.storeLoad(signatures));
}

function must<T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: string },
): T {
  if (!answer.ok) throw new Error(`a demo card refused: ${answer.refusal}`);
  return answer.value;
}
