/**
 * Goods of dispatch stock by the transfer that brought them. Stock of one type is one pool and has no lots, so an outlet that gives
 * some of it away or writes it off names a delivery; no more of one leaves this way than it brought.
 * Not here: hand-overs and counts, which need no delivery.
 */
import { ok, type Result, refuse } from '../result.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import type { StockCause } from './events.ts';
import { leave, stockOf } from './pool.ts';
import type { Refusal } from './refusals.ts';
import type { Context } from './rule.ts';
import type { DeliveryRow, State } from './state.ts';
import type { Amount, Id } from './transaction.ts';

/** The delivery if the outlet has that much of it. Refuses `not_owner`, `not_enough`, `amount_zero`. */
export function delivered(
  state: State,
  outlet: Id,
  delivery: DeliveryRow,
  amount: Amount,
): Result<DeliveryRow, Refusal> {
  if (delivery.outlet !== outlet) return refuse('not_owner');
  if (amount > Math.min(delivery.amount, stockOf(state, outlet, delivery.type).amount))
    return refuse('not_enough');
  return amount === 0 ? refuse('amount_zero') : ok(delivery);
}

/** Goods of a delivery leave the stock. Returns the value that left at today's average; the other side of the posting is the caller's. */
export function takeDelivered(
  context: Context,
  id: Id,
  { outlet, type, amount: all }: DeliveryRow,
  amount: Amount,
  cause: StockCause,
): MicroMinutes {
  const { deliveries } = context.state;
  if (amount === all) deliveries.delete(id);
  else deliveries.set(id, { outlet, type, amount: all - amount });
  return leave(context, outlet, type, amount, cause);
}
