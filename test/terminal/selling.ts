/** What a clerk and a person with a card do at a till, step by step, for tests. */
import type { SimulatedCard } from '../../firmware-sim/card.ts';
import type { CheckoutPhase, TillView } from '../../src/till-api.ts';
import type { Shop, TestTill } from './shop.ts';

type Goods = Readonly<Record<string, number>>;
const SETTLED: ReadonlySet<CheckoutPhase['phase']> = new Set(['paid', 'pin', 'not_enough']);

/** The till stands where the ledger stands, and hears it. */
export async function ready(shop: Shop, till: TestTill): Promise<void> {
  await till.until(
    'the stream has caught up',
    ({ status }) => status.ledger.connected && status.ledger.height >= shop.node.engine.height,
  );
}

/** The conversation with the card in the field has come to an end: paid, something is asked for, or a trouble. */
export function settled(view: TillView): boolean {
  const { step } = view.checkout;
  return SETTLED.has(step.phase) || ('trouble' in step && step.trouble !== undefined);
}

/** Fills the basket and freezes its price. Returns the whole minutes. */
export async function ask(shop: Shop, till: TestTill, goods: Goods): Promise<number> {
  for (const [good, amount] of Object.entries(goods))
    await till.done({ intent: 'add', type: shop.world.product(good), amount });
  await till.done({ intent: 'pay' });
  return (await till.until('a frozen price', ({ checkout }) => checkout.frozen)).checkout.minutes;
}

/** Holds the card until the conversation is over, enters the PIN when it is asked for, takes the card away. */
export async function hold(till: TestTill, card: SimulatedCard, pin?: string): Promise<CheckoutPhase> {
  const { step: before } = till.view().checkout;
  till.reader.insert(card);
  await till.until('the card is spoken to', ({ checkout }) => checkout.step !== before);
  let { step } = (await till.until('an end of the conversation', settled)).checkout;
  while (step.phase === 'pin' && pin !== undefined) {
    await till.done({ intent: 'enter_pin', pin });
    ({ step } = (await till.until('an end after the PIN', settled)).checkout);
  }
  till.reader.pull();
  return step;
}

/** One sale from an empty basket to the next; anything but «paid» fails. Returns its minutes. */
export async function sell(
  shop: Shop,
  till: TestTill,
  card: SimulatedCard,
  goods: Goods,
  pin?: string,
): Promise<number> {
  const minutes = await ask(shop, till, goods);
  const step = await hold(till, card, pin);
  if (step.phase !== 'paid') throw new Error(`not paid: ${JSON.stringify(step)}`);
  await till.done({ intent: 'next_sale' });
  return minutes;
}

/** Closes the crowd, sends everything, and waits until the stream has shown it. */
export async function flushed(till: TestTill): Promise<void> {
  if (!(await till.terminal.flush(20_000))) throw new Error(`unsent: ${JSON.stringify(till.view().status)}`);
}
