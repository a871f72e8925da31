/**
 * Garbage for the card: random and mutated APDUs in the clear, and in a channel of a certified terminal with the PIN. Every answer must
 * be a status word of the list; minutes are conserved; the seed, the PIN and the batch's key never leave in the clear; and after
 * each story the card still serves.
 */
import { nodeCrypto } from '../../crypto/node.ts';
import { createCard } from '../../firmware-sim/card.ts';
import { ascii, beBytes, concat, toHex } from '../../src/bytes.ts';
import {
  AID,
  field,
  makeCouponOffice,
  makeWorld,
  NONE,
  PIN,
  PUK,
  spendData,
  Talk,
  type World,
} from '../firmware/terminal.ts';
import { look } from '../tearing/cells.ts';
import { Chance, count, EDGES, Finding, type Run, type Tally } from './chance.ts';

const CLEAR = /^(9000|61..|6c..|6700|6984|6985|6988|6a80|6a82|6a86|6d00|6e00)$/;
const INSIDE = /^(9000|63c[0-7]|6700|6982|6983|6984|6985|6a80|6a82|6a84|6a86|6a89|6d00)$/;
const INSTRUCTIONS = [0x20, 0x24, 0x2c, 0x30, 0x32, 0x34, 0x36, 0x38, 0x3a];

type Said = readonly [ins: number, p1: number, p2: number, data: Uint8Array];

/** A command as a terminal would say it: instruction, parameters, fields. */
function saying(chance: Chance, world: World, id: Uint8Array): Said {
  const { moduli } = world.coupons;
  const minutes = chance.of([1, 5, 43, 60, 61, 300, ...EDGES]) & 0xffff;
  const secrets = concat(field(0x80, ascii(PIN)), field(0x81, ascii(PIN)));
  switch (chance.below(12)) {
    case 0:
      return [0x20, 0, chance.of([1, 2]), field(0x80, ascii(chance.of([PIN, PIN, PIN, '0000', '', '1'])))];
    case 1:
      return [0x24, 0, 0, secrets];
    case 2:
      return [0x2c, 0, 0, concat(field(0x80, ascii(PUK)), field(0x81, ascii(PIN)))];
    case 3:
    case 4:
      return [0x30, 0, 0, spendData(id, minutes, chance.of(EDGES) & 0xffff)];
    case 5:
    case 6:
      return [0x32, 0, 0, field(0x80, id)];
    case 7:
      return [0x34, 0, 0, NONE];
    case 8: {
      const packs = Uint8Array.of(chance.of([0, 1, 1, 6, 7, 255]));
      return [0x36, 1, 0, concat(field(0x80, packs), field(0x81, moduli))];
    }
    case 9:
      return [0x36, 2, chance.below(6), NONE];
    case 10:
      return chance.once(2)
        ? [0x38, 1, 0, NONE]
        : [0x38, 2, 0, concat(field(0x80, chance.bytes(32)), field(0x81, chance.bytes(32)))];
    default:
      return [0x3a, 0, chance.below(6), field(0x80, chance.bytes(2_048))];
  }
}

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

const total = (image: Uint8Array): number =>
  look(image)
    .coupons.filter(({ state }) => state !== 'prepared' && state !== 'spent')
    .reduce((sum, { exponent }) => sum + 2 ** exponent, 0);

export async function fuzzCard({ seed, more }: Run): Promise<Tally> {
  const chance = new Chance(seed);
  const tally: Tally = { apdus: 0, stories: 0 };
  const world = makeWorld(1, makeCouponOffice());
  const { secrets } = secretsOf(world);
  while (more()) {
    const story = tally.stories ?? 0;
    const extended = !chance.once(4);
    const card = createCard(world.image, { random: (n) => chance.bytes(n), extended });
    const where = (what: string): never => {
      throw new Finding(`card, seed ${seed}, story ${story}: ${what}`);
    };
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
      if (total(card.image().bytes) !== 300) where('minutes moved without a channel');
      const role = chance.once(2) ? 1 : 2;
      const talk = Talk.start(card, world.office, world.till, { role, extended });
      const verified = !chance.once(4);
      if (verified) talk.verify(PIN, role === 1 || chance.once(3) ? 'pay' : 'services');
      const ids = [chance.bytes(16), chance.bytes(16)];
      for (let i = 0; i < 40; i++) {
        const good = saying(chance, world, chance.of(ids));
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
        watch(said);
        if (ins === 0x32 && sw === '9000') paid++;
        if (sw === '6988') break;
      }
      const { coupons } = look(card.image().bytes);
      const loaded = coupons.filter(({ state }) => state !== 'prepared');
      const sum = loaded.reduce((all, { exponent }) => all + 2 ** exponent, 0);
      if (sum !== 300) where(`300 minutes became ${sum}`);
      if (new Set(loaded.map(({ serial }) => serial)).size !== loaded.length) where('a coupon lies twice');
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

/** What never leaves: the seed and what is derived from it for signing. */
function secretsOf(world: World): { secrets: string[] } {
  const derived = nodeCrypto.hkdfSha256(world.seed, ascii('timecard/1'), ascii('wallet'), 32);
  return { secrets: [world.seed, derived].map(toHex) };
}
