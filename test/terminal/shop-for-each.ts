/** A shop and a till that is ready to sell, anew for each test of a file, over one world that is made once. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { ready } from './selling.ts';
import { makeTemplate, openShop, type Shop, type Template, type TestTill } from './shop.ts';

/** To be called once, outside any test. `opened` is told before each one; what it was told is closed after it. */
export function shopForEach(
  options: Parameters<typeof makeTemplate>[0],
  opened: (shop: Shop, till: TestTill) => void,
): void {
  let template: Template;
  let shop: Shop;
  beforeAll(async () => {
    template = await makeTemplate(options);
  });
  beforeEach(async () => {
    shop = await openShop(template);
    const till = await shop.till();
    await ready(shop, till);
    opened(shop, till);
  });
  afterEach(() => shop.close());
  afterAll(() => template.remove());
}
