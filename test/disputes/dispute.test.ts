/**
 * A coupon that came twice: a card that pays at two tills, a till that brings what no card gave, a till that brings one purchase
 * twice. The chain tells how it came, office and outlets open transcripts each with its own key, and the verdict names the right one.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { Scribe, submitTo } from '../../demo/scribe.ts';
import { Wallet } from '../../demo/wallets.ts';
import { openWorld, type World, type WorldTill } from '../../demo/world.ts';
import { runCli } from '../../ledger/cli.ts';
import { random } from '../../main/random.ts';
import { sealedTranscripts } from '../../main/transcripts.ts';
import { hexBytes, toHex } from '../../src/bytes.ts';
import { couponsDigest, sortCoupons } from '../../src/economy/coupon-verdict.ts';
import type { Id, RedeemedCoupon } from '../../src/economy/transaction.ts';
import { writeTranscripts } from '../../src/sale/transcript-file.ts';
import { batchOf } from '../offline/month.ts';
import { payingCard } from '../offline/paying-card.ts';
import { fill } from '../offline/purses.ts';
import { flushed, ready } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from '../terminal/shop.ts';

let template: Template;
let wallet: Wallet;
let shop: Shop;
let dir: string;
beforeAll(async () => {
  wallet = new Wallet();
  template = await makeTemplate({ cards: 1, packs: 1, workers: { keys: [wallet.key], packs: 4 } });
});
afterAll(() => template.remove());
let coupons: readonly RedeemedCoupon[];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'timecard-dispute-'));
  shop = await openShop(template);
  await fill([wallet], shop.world, shop.node);
  coupons = wallet.pay(21) ?? [];
});
afterEach(async () => {
  await shop.close();
  rmSync(dir, { recursive: true, force: true });
});

const tillOf = (which: 'outlet' | 'station'): WorldTill => {
  const found = shop.world.tills.find(({ outlet }) => outlet === which);
  if (found === undefined) throw new Error(which);
  return found;
};

/** A basket of exactly the coupons' minutes, paid with them. */
async function pay(till: TestTill, paid: readonly RedeemedCoupon[]): Promise<void> {
  const minutes = paid.reduce((sum, { exponent }) => sum + 2 ** exponent, 0);
  const type = shop.world.product('apples');
  const price = till.terminal.view.book.price(shop.world.members.outlet.id, type);
  if (price === undefined) throw new Error('a price');
  const amount = Number((BigInt(minutes) * 1_000_000n * price.den) / price.num);
  await till.done({ intent: 'add', type, amount });
  await till.done({ intent: 'pay' });
  await till.until('the price', ({ checkout }) => checkout.frozen && checkout.minutes === minutes);
  till.hand.insert(payingCard(batchOf(shop.world), paid));
  await till.until('paid', ({ checkout }) => checkout.step.phase === 'paid');
  await till.terminal.sale.idle();
  till.hand.pull();
  await till.done({ intent: 'next_sale' });
}

/** Secrets of the dispute keys, into files as `dispute key` writes them. */
function keyFiles(world: World): { outlet: string; office: string } {
  const kept = JSON.parse(readFileSync(join(world.dir, 'world.json'), 'utf8')) as Record<string, string>;
  const write = (name: string, secret = '') => {
    const path = join(dir, name);
    writeFileSync(path, JSON.stringify({ dispute: secret }), { mode: 0o600 });
    return path;
  };
  return { outlet: write('outlet.key', kept.disputeOutlet), office: write('office.key', kept.disputeOffice) };
}

async function cli(...words: string[]): Promise<{ code: number; said: Record<string, unknown> }> {
  const out: string[] = [];
  const code = await runCli([...words, '--json', '--url', shop.node.url], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => out.push(text),
    stop: new AbortController().signal,
  });
  return { code, said: JSON.parse(out.join('')) as Record<string, unknown> };
}

interface Arrived {
  readonly outlet: Id;
  readonly redemption: Id;
  readonly result: string;
}
async function arrivals(serial: Id): Promise<readonly Arrived[]> {
  return (await cli('dispute', 'find', '--serial', serial)).said.arrivals as readonly Arrived[];
}

/** A till's sealed transcripts through office and outlet; the path of what is shown. */
async function shown(from: WorldTill, redemption: Id, serial: Id): Promise<string> {
  const file = sealedTranscripts(from.dir, redemption);
  if (file === undefined) throw new Error('the till does not know it');
  const keys = keyFiles(shop.world);
  const paths = ['sealed', 'opened', 'shown'].map((stage) => join(dir, `${stage}-${redemption}.json`));
  const [sealed = '', opened = '', out = ''] = paths;
  writeFileSync(sealed, writeTranscripts(file));
  const office = ['--in', sealed, '--key', keys.office, '--out', opened];
  expect((await cli('dispute', 'office', ...office)).code).toBe(0);
  const outlet = ['--in', opened, '--key', keys.outlet, '--serial', serial, '--out', out];
  expect((await cli('dispute', 'outlet', ...outlet)).code).toBe(0);
  return out;
}

describe('a card that pays twice', () => {
  it('its batch is named, no outlet is, and only the purchases with the disputed serial are shown', async () => {
    const [serial = ''] = coupons.map((one) => one.serial);
    const other = wallet.pay(7) ?? [];
    const tills = [
      await shop.till({ till: tillOf('outlet'), handed: true }),
      await shop.till({ till: tillOf('station'), handed: true }),
    ];
    for (const till of tills) {
      await ready(shop, till);
      await pay(till, coupons);
    }
    // Somebody else's purchase in the same crowd.
    await pay(tills[0] as TestTill, other);
    for (const till of tills) await flushed(till);
    for (const till of tills) await till.stop();

    const came = await arrivals(serial);
    expect(came.map(({ outlet, result }) => [outlet, result])).toEqual([
      [shop.world.members.outlet.id, 'taken'],
      [shop.world.members.station.id, 'coupon_spent'],
    ]);
    const files: string[] = [];
    for (const [i, which] of (['outlet', 'station'] as const).entries())
      files.push(await shown(tillOf(which), came[i]?.redemption ?? '', serial));
    const first = JSON.parse(readFileSync(files[0] as string, 'utf8')) as { transcripts: string[] };
    expect(first.transcripts).toHaveLength(1);
    expect(first.transcripts[0]).toContain(serial);
    for (const one of other) expect(first.transcripts.join()).not.toContain(one.serial);

    const words = files.flatMap((file) => ['--in', file]);
    const verdict = await cli('dispute', 'judge', '--serial', serial, ...words);
    expect(verdict.said).toMatchObject({ batches: [toHex(batchOf(shop.world).id)], outlets: [] });
    // Who shows nothing is named, whatever the card did.
    const half = await cli('dispute', 'judge', '--serial', serial, '--in', files[0] as string);
    expect(half.said).toMatchObject({
      batches: [],
      outlets: [{ outlet: shop.world.members.station.id, fault: 'nothing_shown' }],
    });
  });
});

describe('a terminal that cheats', () => {
  /** The station brings coupons it has read on the chain. Returns its redemption. */
  async function bringForeign(paid: readonly RedeemedCoupon[]): Promise<Id> {
    const { members, genesis } = shop.world;
    const { seed } = tillOf('station').identity;
    const scribe = new Scribe(genesis.chain, submitTo(shop.node.engine));
    const sorted = sortCoupons(paid);
    const digest = couponsDigest(nodeCrypto, sorted);
    const announcement = scribe.write({ kind: 'announce', outlet: members.station.id, digest }, seed);
    await scribe.settle();
    const id = scribe.write(
      { kind: 'redeem', outlet: members.station.id, announcement, coupons: sorted },
      seed,
    );
    await scribe.settle();
    return id;
  }

  async function soldAtOutlet(): Promise<{ redemption: Id; serial: Id }> {
    const till = await shop.till({ till: tillOf('outlet'), handed: true });
    await ready(shop, till);
    await pay(till, coupons);
    await flushed(till);
    await till.stop();
    const serial = coupons[0]?.serial ?? '';
    const [first] = await arrivals(serial);
    return { redemption: first?.redemption ?? '', serial };
  }

  it('brings what no card gave it: it is named, with nothing to show or with a transcript of its own making', async () => {
    const { redemption, serial } = await soldAtOutlet();
    const foreign = await bringForeign(coupons);
    const honest = await shown(tillOf('outlet'), redemption, serial);
    const station = shop.world.members.station.id;
    const verdict = async (...words: string[]) =>
      (await cli('dispute', 'judge', '--serial', serial, '--in', honest, ...words)).said;
    expect(await verdict()).toMatchObject({
      batches: [],
      outlets: [{ outlet: station, redemption: foreign, fault: 'nothing_shown' }],
    });

    // The honest transcript under its own name: that purchase was made at another terminal.
    const file = JSON.parse(readFileSync(honest, 'utf8')) as { transcripts: string[]; certificate: string };
    const own = toHex(tillOf('station').identity.saleCertificate);
    const claim = (name: string, transcripts: readonly string[]) => {
      const path = join(dir, `${name}.json`);
      const claimed = { ...file, outlet: station, redemption: foreign, certificate: own, transcripts };
      writeFileSync(path, JSON.stringify(claimed));
      return ['--in', path];
    };
    expect(await verdict(...claim('copied', file.transcripts))).toMatchObject({
      batches: [],
      outlets: [{ outlet: station, fault: 'foreign_terminal' }],
    });
    // With its own terminal key written over the other one, the card's signature is wrong.
    const outletKey = toHex(nodeCrypto.x25519Public(tillOf('outlet').identity.staticSecret));
    const stationKey = toHex(nodeCrypto.x25519Public(tillOf('station').identity.staticSecret));
    const forged = file.transcripts.map((one) => one.replace(outletKey, stationKey));
    expect(forged).not.toEqual(file.transcripts);
    expect(await verdict(...claim('forged', forged))).toMatchObject({
      outlets: [{ outlet: station, fault: 'wrong_attestation' }],
    });
    // A batch that nobody registered, with a signature of its own.
    const seed = random(32);
    const batch = toHex(nodeCrypto.sha256(nodeCrypto.ed25519Public(seed)).subarray(0, 8));
    const invented = forged.map((one) => {
      const message = one.slice(16 + 128);
      return batch + toHex(nodeCrypto.ed25519Sign(seed, hexBytes(message))) + message;
    });
    expect(await verdict(...claim('invented', invented))).toMatchObject({
      outlets: [{ outlet: station, fault: 'unknown_batch' }],
    });
  });

  it('brings one purchase twice: it is named by its own transcript', async () => {
    const { redemption, serial } = await soldAtOutlet();
    const { members, genesis } = shop.world;
    const scribe = new Scribe(genesis.chain, submitTo(shop.node.engine));
    const again = sortCoupons(coupons.slice(0, 1));
    const { seed } = tillOf('outlet').identity;
    const digest = couponsDigest(nodeCrypto, again);
    const announcement = scribe.write({ kind: 'announce', outlet: members.outlet.id, digest }, seed);
    await scribe.settle();
    const second = scribe.write(
      { kind: 'redeem', outlet: members.outlet.id, announcement, coupons: again },
      seed,
    );
    await scribe.settle();
    const honest = await shown(tillOf('outlet'), redemption, serial);
    const path = join(dir, 'second.json');
    const file = JSON.parse(readFileSync(honest, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...file, redemption: second }));
    const { said } = await cli('dispute', 'judge', '--serial', serial, '--in', honest, '--in', path);
    expect(said).toMatchObject({
      batches: [],
      outlets: [{ outlet: members.outlet.id, redemption: second, fault: 'one_purchase_twice' }],
    });
  });
});

describe('what the tool refuses', () => {
  it('the wrong key, a step left out, a file of something else; a serial that came once names nobody', async () => {
    const till = await shop.till({ till: tillOf('outlet'), handed: true });
    await ready(shop, till);
    await pay(till, coupons);
    await flushed(till);
    await till.stop();
    const serial = coupons[0]?.serial ?? '';
    const [came] = await arrivals(serial);
    const keys = keyFiles(shop.world);
    const sealed = join(dir, 'sealed.json');
    const file = sealedTranscripts(tillOf('outlet').dir, came?.redemption ?? '');
    expect(file?.transcripts).toHaveLength(1);
    expect(sealedTranscripts(tillOf('outlet').dir, '00'.repeat(32))).toBeUndefined();
    if (file === undefined) throw new Error('a file');
    writeFileSync(sealed, writeTranscripts(file));
    const out = join(dir, 'out.json');
    const words = ['--in', sealed, '--out', out];
    const refusal = async (...all: string[]) => (await cli('dispute', ...all)).said.refusal;
    expect(await refusal('office', ...words, '--key', keys.outlet)).toBe('dispute_key_wrong');
    expect(await refusal('outlet', ...words, '--key', keys.outlet, '--serial', serial)).toBe(
      'transcripts_other_stage',
    );
    writeFileSync(sealed, '{"outlet": 7}');
    expect(await refusal('office', ...words, '--key', keys.office)).toBe('transcripts_malformed');
    expect((await cli('dispute', 'judge', '--serial', serial)).said).toMatchObject({
      batches: [],
      outlets: [],
      arrivals: [{ result: 'taken' }],
    });
    const made = await cli('dispute', 'key', '--out', join(dir, 'new.key'));
    expect(made.said.disputeKey).toMatch(/^[0-9a-f]{64}$/);
    // The world's own keys are still these: nothing above has written them.
    expect(openWorld(shop.world.dir).tills).toHaveLength(2);
  });
});
