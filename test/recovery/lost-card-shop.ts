/** The shop in which cards get lost: two cards, two tills, the coupon office, and a ledger whose clock can be put forward; a fresh one for each test. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { ready } from '../terminal/selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from '../terminal/shop.ts';
import { aheadClock } from './people.ts';

export interface LostCardShop {
  readonly shop: Shop;
  readonly till: TestTill;
  readonly clock: ReturnType<typeof aheadClock>;
}

/** Opens and closes it around each test of the suite that calls; gives the one of the test that runs. */
export function lostCardShop(): () => LostCardShop {
  let template: Template;
  let opened: LostCardShop;
  beforeAll(async () => {
    template = await makeTemplate({ cards: 2, packs: 2, tills: 2 });
  });
  beforeEach(async () => {
    const clock = aheadClock();
    const shop = await openShop(template, { ledgerClock: clock });
    shop.startOffice();
    const till = await shop.till();
    await ready(shop, till);
    opened = { shop, till, clock };
  });
  afterEach(() => opened.shop.close());
  afterAll(() => template.remove());
  return () => opened;
}
