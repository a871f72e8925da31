/** What happens to a card at a counter, for tests that need a card with a past: a visit at card services, a purchase, one that its till gives up. */
import { expect } from 'vitest';
import { createCard, type SimulatedCard } from '../../firmware-sim/card.ts';
import { toHex } from '../../src/bytes.ts';
import { couponsOf, PIN, random, Talk, type World } from './terminal.ts';

/** `world` is asked each time: a suite makes it before its first test. */
export function counterOf(world: () => World) {
  function services(card: SimulatedCard): Talk {
    const talk = Talk.start(card, world().office, world().till, { role: 2 });
    expect(talk.verify(PIN, 'services').sw).toBe('9000');
    return talk;
  }
  const fresh = (): SimulatedCard => createCard(world().image, { random });

  /** Pays and, unless told, acknowledges. Returns the serials it paid with, and the purchase's id. */
  function pay(card: SimulatedCard, minutes: number, acknowledge = true) {
    const talk = Talk.start(card, world().office, world().till);
    talk.verify(PIN, 'pay');
    const id = random(16);
    const reply = talk.spend(id, minutes);
    expect(reply.sw).toBe('9000');
    if (acknowledge) expect(talk.ack(id).sw).toBe('9000');
    return { id, serials: couponsOf(reply).map(({ serial }) => toHex(serial)) };
  }

  /** A purchase that its till gives up and says so. */
  function exposed(card: SimulatedCard, minutes: number): string[] {
    const { id, serials } = pay(card, minutes, false);
    Talk.start(card, world().office, world().till, { aborts: [id] });
    expect(card.ownerView().exposedMinutes).toBeGreaterThanOrEqual(minutes);
    return serials;
  }
  return { services, fresh, pay, exposed };
}
