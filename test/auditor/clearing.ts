/** An outlet's clearing Z: redeemed + appropriated − charged, with the memory of its values nearest to zero (§6.3). Not here: who moves it. */
import type { Id } from '../../src/economy/transaction.ts';
import { DAY } from './arithmetic.ts';
import { Memory, nearest } from './memory.ts';
import type { Records } from './records.ts';

/** 0 since the chain began. */
const NOTHING = { from: 0, value: 0n, per: 1n };

export function moveClearing(records: Records, outlet: Id, change: bigint): void {
  if (change === 0n) return;
  const { time, clearing } = records;
  const before = clearing.get(outlet) ?? { value: 0n, nearest: new Memory(nearest, [NOTHING]) };
  const value = before.value + change;
  const keep = time - records.number(records.home(outlet), 'reverseDays') * DAY;
  // On its way to the other side it was zero.
  const crossed = before.value < 0n !== value < 0n;
  const passed = crossed ? before.nearest.with(time, { value: 0n, per: 1n }, keep) : before.nearest;
  clearing.set(outlet, { value, nearest: passed.with(time, { value, per: 1n }, keep) });
}

/** Its value nearest to zero since a time. */
export function nearestSince(records: Records, outlet: Id, since: number): bigint {
  return records.clearing.get(outlet)?.nearest.since(since)?.value ?? 0n;
}
