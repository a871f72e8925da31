/**
 * Garbage for the card: random and mutated APDUs in the clear, and in a channel of a certified terminal with the PIN. Every answer must
 * be a status word of the list; minutes are conserved through loads, refreshes and recoveries; every free coupon is signed; the seed, the
 * PIN and the batch's key never leave, but for the words while they are open; and after each story the card still serves.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard } from '../../firmware-sim/card.ts';
import { SLOT_BYTES, SLOT_PLACES } from '../../firmware-sim/layout.ts';
import { personalise } from '../../firmware-sim/personalise.ts';
import { ascii, beBytes, concat, hexBytes, toHex } from '../../src/bytes.ts';
import { findBegin, findBlock } from '../firmware/refreshing.ts';
import {
  AID,
  CHAIN,
  field,
  loadOrder,
  makeCouponOffice,
  makeWorld,
  PIN,
  PUK,
  Talk,
  type World,
} from '../firmware/terminal.ts';
import { type Cells, type Coupon, look, OPEN } from '../tearing/cells.ts';
import { INSTRUCTIONS, saying, type Talking } from './card-sentences.ts';
import { Chance, count, Finding, type Run, type Tally } from './chance.ts';

const CLEAR = /^(9000|61..|6c..|6700|6984|6985|6988|6a80|6a82|6a86|6d00|6e00)$/;
const INSIDE = /^(9000|63c[0-7]|6700|6982|6983|6984|6985|6a80|6a82|6a84|6a86|6a89|6d00)$/;
/** A command APDU that looks like one, or bytes. */
function apdu(chance: Chance): Uint8Array {
  if (chance.once(4)) return chance.bytes(4 + chance.below(400));
  const cla = chance.of([0x00, 0x10, 0x80, 0x90, 0x84, 0x94, 0x0c, 0xff]);
  const ins = chance.of([0xa4, 0x86, 0xc0, ...INSTRUCTIONS, chance.below(256)]);
  const data = chance.once(3) ? AID : chance.bytes(chance.of([0, 1, 8, 91, 139, 200, 255]));
  const head = Uint8Array.of(cla, ins, chance.of([0, 1, 2, 4, 255]), chance.of([0, 1, 2, 255]));
  const lc = chance.once(3) ? concat(Uint8Array.of(0), beBytes(data.length, 2)) : Uint8Array.of(data.length);
  const whole = concat(head, lc, data, chance.of([[], [0], [0, 0], [16]].map((le) => Uint8Array.from(le))));
  return chance.once(2) ? chance.mutated(whole) : whole;
}

/** A card to talk to: one with a pack, one with a lost card's words, one whose words nobody has read. */
interface Kind {
  readonly image: { readonly bytes: Uint8Array };
  /** Minutes that it has, and that a lost card of its seed had. */
  readonly minutes: number;
  readonly lost: number;
}

/** The kinds, and the blinded serials that the lost card has loaded. */
function kindsOf(world: World, chance: Chance): { kinds: readonly Kind[]; loaded: ReadonlySet<string> } {
  const blank = personalise({
    seed: chance.bytes(32),
    g: chance.bytes(8),
    pin: PIN,
    puk: PUK,
    chain: CHAIN,
    officeKeys: [world.office.key],
    batchSeed: chance.bytes(32),
    random: (n) => chance.bytes(n),
    wordsOpen: true,
  });
  const card = createCard(blank, { random: (n) => chance.bytes(n) });
  const talk = Talk.start(card, world.office, world.till, { role: 2 });
  talk.verify(PIN, 'services');
  if (talk.say(0x3e, 3, 0, field(0x80, world.seed)).sw !== '9000') throw new Error('RESTORE');
  findBegin(talk, world.coupons, world.g);
  const loaded = new Set(
    [...new Set(loadOrder(1))].flatMap((exponent) =>
      findBlock(talk, exponent, 0)
        .slice(0, loadOrder(1).filter((one) => one === exponent).length)
        .map(({ blinded }) => toHex(blinded)),
    ),
  );
  const kinds = [
    { image: world.image, minutes: 300, lost: 0 },
    { image: card.image(), minutes: 0, lost: 300 },
    { image: blank, minutes: 0, lost: 300 },
  ];
  return { kinds, loaded };
}

/** What a story has done to the minutes: loads finished, dead coupons forgotten, new coupons of refreshes that are still open. */
interface Story {
  loaded: number;
  forgotten: number;
  readonly fresh: { own: Set<string>; lost: Set<string>; load: Set<string> };
}

const sumOf = (coupons: readonly Coupon[]): number =>
  coupons.reduce((all, { exponent }) => all + 2 ** exponent, 0);

/** After every command: looks at the cells, keeps the story; gives what is wrong. */
function followed(
  cells: Cells,
  before: Cells,
  kind: Kind,
  story: Story,
  forgets: boolean,
): string | undefined {
  const { fresh } = story;
  for (const { state, slow, serial } of cells.coupons)
    if (state === 'prepared')
      (slow ? fresh.lost : cells.own === OPEN.load ? fresh.load : fresh.own).add(serial);
  // What was collected of a lost card is not this card's yet.
  const there = cells.coupons.filter(({ state, ofLostCard }) => state !== 'prepared' && !ofLostCard);
  // A load that was finished, or is in the middle of it, is as many minutes more; what is prepared is none yet.
  const loading = sumOf(there.filter(({ serial }) => fresh.load.has(serial)));
  if (cells.own !== OPEN.load && before.own === OPEN.load) {
    story.loaded += loading;
    fresh.load.clear();
  }
  if (cells.own !== OPEN.refresh) fresh.own.clear();
  if (cells.lost !== OPEN.refresh) fresh.lost.clear();
  if (forgets)
    story.forgotten += sumOf(
      before.coupons.filter(
        ({ state, serial }) => state === 'dead' && !cells.coupons.some((one) => one.serial === serial),
      ),
    );
  const open = sumOf(
    there.filter(({ serial }) => fresh.own.has(serial) || fresh.lost.has(serial) || fresh.load.has(serial)),
  );
  const sum = sumOf(there) - open + story.forgotten - story.loaded;
  if (new Set(cells.coupons.map(({ serial }) => serial)).size !== cells.coupons.length)
    return 'a coupon lies twice';
  if (sum < kind.minutes || sum > kind.minutes + kind.lost)
    return `${kind.minutes} minutes became ${sum}, and at most ${kind.lost} were to be found`;
  return undefined;
}

/** Slots that say they are free and hold no signature of the office. */
function unsigned(image: Uint8Array, world: World): number {
  return look(image).coupons.filter(({ state, slot, exponent, serial }) => {
    if (state !== 'free') return false;
    const from = SLOT_PLACES + slot * SLOT_BYTES + 40;
    const key = world.coupons.keys[exponent];
    const signature = image.slice(from, from + 256);
    return key === undefined || !nodeCrypto.rsaPssSha384Salt0Verify(key, hexBytes(serial), signature);
  }).length;
}

export async function fuzzCard({ seed, more }: Run): Promise<Tally> {
  const chance = new Chance(seed);
  const tally: Tally = { apdus: 0, stories: 0 };
  const world = makeWorld(1, makeCouponOffice());
  const { kinds, loaded } = kindsOf(world, chance);
  while (more()) {
    const story = tally.stories ?? 0;
    const extended = !chance.once(4);
    const kind = chance.of(kinds);
    const card = createCard(kind.image, { random: (n) => chance.bytes(n), extended });
    const where = (what: string): never => {
      throw new Finding(`card, seed ${seed}, story ${story}: ${what}`);
    };
    let cells = look(kind.image.bytes);
    const secrets = secretsOf([world.seed, hexBytes(cells.seed)]);
    const watch = (answer: Uint8Array): void => {
      if (answer.length < 30) return;
      const text = toHex(answer);
      for (const secret of secrets) if (text.includes(secret)) where('a secret leaves the card');
    };
    let paid = 0;
    try {
      for (let i = 0; i < 150; i++) {
        const bytes = apdu(chance);
        if (bytes.length < 4) continue;
        const answer = card.transmit(bytes) ?? where('no answer');
        count(tally, 'apdus');
        watch(answer);
        const word = toHex(answer.slice(-2));
        if (!CLEAR.test(word)) where(`${word} for ${toHex(bytes).slice(0, 80)}`);
      }
      if (sumOf(look(card.image().bytes).coupons) !== kind.minutes) where('minutes moved without a channel');
      const role = chance.once(3) ? 1 : 2;
      const talk = Talk.start(card, world.office, world.till, { role, extended });
      const verified = !chance.once(8);
      if (verified) talk.verify(PIN, role === 1 || chance.once(6) ? 'pay' : 'services');
      const ids = [chance.bytes(16), chance.bytes(16)];
      const signatures = { load: [], own: [], lost: [] };
      const done: Story = {
        loaded: 0,
        forgotten: 0,
        fresh: { own: new Set(), lost: new Set(), load: new Set() },
      };
      const follow = (forgets: boolean): void => {
        const now = look(card.image().bytes);
        const wrong = followed(now, cells, kind, done, forgets);
        if (wrong !== undefined) where(wrong);
        const dead = ({ coupons }: Cells): boolean => coupons.some(({ state }) => state === 'dead');
        if (cells.own === OPEN.load && now.own === OPEN.nothing) count(tally, 'loads ended');
        if (cells.own === OPEN.refresh && now.own === OPEN.nothing) count(tally, 'refreshes ended');
        if (cells.lost === OPEN.refresh && now.lost === OPEN.nothing) count(tally, 'recoveries ended');
        if (!dead(cells) && dead(now)) count(tally, 'coupons called dead');
        if (cells.seed !== now.seed) count(tally, 'seeds put in');
        cells = now;
      };
      const talking: Talking = {
        chance,
        world,
        talk,
        id: chance.of(ids),
        g: hexBytes(cells.g),
        signatures,
        loaded,
        refreshed: new Map(),
        begun: () => follow(false),
        found: [],
      };
      for (let i = 0; i < 60; i++) {
        talking.id = chance.of(ids);
        const good = saying(talking);
        follow(false);
        // Half of what is said is as it should be, so that there is a story; the rest is bent somewhere.
        const bend = chance.once(2);
        const ins = bend && chance.once(4) ? chance.below(256) : good[0];
        const [p1, p2] = [good[1], good[2]].map((p) => (bend && chance.once(6) ? chance.below(256) : p));
        const data = bend && chance.once(2) ? chance.mutated(good[3]) : good[3];
        const { sw, data: said } = talk.say(ins, p1 as number, p2 as number, data);
        count(tally, 'apdus');
        count(tally, sw === '9000' ? 'said 9000' : 'refused inside');
        if (!INSIDE.test(sw)) where(`${sw} for ${ins.toString(16)}`);
        // The seal was opened by the terminal that may; what it may not hear, nobody may.
        if (!(ins === 0x3e && p1 === 1 && cells.wordsOpen)) watch(said);
        follow(ins === 0x3e && p1 === 4 && sw === '9000');
        if (ins === 0x32 && sw === '9000') paid++;
        if (sw === '6988') break;
      }
      const bare = unsigned(card.image().bytes, world);
      if (bare > 0) where(`${bare} free coupons are not signed`);
      card.reset();
      if (Talk.start(card, world.office, world.till, { role, extended }).opened.sw !== '9000')
        where('it serves no more');
    } catch (cause) {
      if (cause instanceof Finding) throw cause;
      where(`threw ${cause instanceof Error ? cause.stack : String(cause)}`);
    }
    if (paid > 0) count(tally, 'stories with a purchase');
    count(tally, 'stories');
  }
  return tally;
}

/** What never leaves: seeds, and what is derived from them for signing. */
function secretsOf(seeds: readonly Uint8Array[]): string[] {
  const derived = seeds.map((seed) => nodeCrypto.hkdfSha256(seed, ascii('timecard/1'), ascii('wallet'), 32));
  return [...seeds, ...derived].map(toHex);
}
