/**
 * What comes round again, played: a week's work with its goods and hours, a month's certificates, an office's new keyset. All of it by
 * transactions. When the node is away, whoever wanted something from it comes back an hour later.
 */

import { Production } from '../../demo/production.ts';
import { submitTo } from '../../demo/scribe.ts';
import { publicKeys } from '../../ledger/office-keys.ts';
import type { Season } from './plan.ts';
import { identityAt, OUTLET_OF, Pen, TILLS } from './setting.ts';
import type { World } from './world.ts';

/** What a farm of six makes in a week; more than two shops sell. */
const WEEK = { wheat_bread: 120, milk: 160, eggs: 280, apples: 90_000, honey: 80, tea: 80 };
const SALT = 6_000;
/** Minutes one person may work on a day: long days before market day. */
const DAY_WORK = 1_000;

export async function season(world: World, event: Season): Promise<void> {
  const { node, time, setting } = world;
  if (event.kind === 'certificate')
    return world.renew(event.till, identityAt(event.till, setting.members, time.seconds));
  if (node.away) {
    time.at(time.seconds + 3_600, () => world.also(() => season(world, event)));
    return;
  }
  const submit = submitTo({
    submit: async (bytes) => (await node.take(bytes)) ?? { ok: false, refusal: 'away' },
  });
  const pen = new Pen(`${event.kind} ${time.seconds}`, submit);
  if (event.kind === 'keyset') {
    const next = setting.keysets.find(({ keyset }) => node.state.keysets.get(keyset) === undefined);
    if (next === undefined) throw new Error('the office has no more prepared keys: fewer days');
    const { id, seed } = setting.members.office;
    pen.write({ kind: 'keyset', office: id, keys: publicKeys(next) }, seed);
    world.diary.count('new keyset');
  } else work(world, pen, event.labour);
  await pen.settle();
}

function work(world: World, pen: Pen, labour: number): void {
  const { setting, time } = world;
  const production = new Production(pen, setting.members, { farm: world.wallets }, () => labour, DAY_WORK);
  production.make({ maker: 'farm', orderer: 'outlet', inputs: {}, outputs: WEEK }, time.seconds);
  production.collectivize('farm', 'rock_salt', SALT);
  const outlets = [...new Set(TILLS.map((till) => OUTLET_OF[till]))];
  for (const [good, amount] of [...Object.entries(WEEK), ['rock_salt', SALT] as const])
    for (const outlet of outlets)
      production.deliver('farm', outlet, good, Math.floor(amount / (outlet === 'outlet' ? 2 : 4)));
  world.diary.count('weeks of work');
}
