/**
 * The first start of every till, once for all worlds: empty databases, a reserve, the whole chain folded. What it leaves behind is what each world
 * copies, so that a world begins with a till that was closed the evening before. Not here: first starts that go wrong (test/crash).
 */
import { join } from 'node:path';
import { openDatabase } from '../../main/database.ts';
import type { Identity } from '../../main/identity.ts';
import { DAY_SECONDS } from '../../src/economy/calendar.ts';
import { FAIR, Link } from './network.ts';
import { LedgerNode } from './node.ts';
import type { TillName } from './setting.ts';
import { Till } from './till.ts';
import { VirtualTime } from './time.ts';
import { Whim } from './whim.ts';

/** Nobody buys yet; any policy does. */
const CONFIG = {
  crowd: { k: 4, holdMax: DAY_SECONDS, delayMax: 0 },
  offlineMax: 30 * DAY_SECONDS,
  offlineCeilingMinutes: 60,
};

/** Starts each till over its folder beside the ledger's, waits until it stands where the ledger stands, and stops it. `at`: seconds since 1970. */
export async function firstMorning(
  dir: string,
  identities: Readonly<Record<TillName, Identity>>,
  tills: readonly TillName[],
  at: number,
): Promise<void> {
  const time = new VirtualTime(at, new Whim('first morning').next);
  const node = new LedgerNode(join(dir, 'ledger'), time);
  for (const name of tills) {
    const link = new Link(time, node, new Whim(name), () => undefined);
    link.become(FAIR);
    const till = new Till({
      name,
      seed: 'first morning',
      time,
      link,
      identity: identities[name],
      config: CONFIG,
      dir: join(dir, name),
      count: () => undefined,
      open: openDatabase,
      line: (fetch) => fetch,
    });
    time.at(at, () => undefined);
    await time.run(at);
    const { height } = till.run.view.status.ledger;
    if (height !== node.height) throw new Error(`${name} stands at ${height} on its first morning`);
    await till.stop();
  }
  await node.stop('stop');
}
