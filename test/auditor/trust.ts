/**
 * Who is in which economic subsystem (§2.1), found anew from all trusts whenever one begins or ends: everybody whom a walk along trusts
 * reaches. A subsystem is named after its oldest member. Not here: what a merge or a split does to value (`settlement.ts`).
 */
import type { CancelTrust, EstablishTrust, Id, Register } from '../../src/economy/transaction.ts';
import { noAccounts, type Records } from './records.ts';
import { merge, split } from './settlement.ts';

/** Everybody's subsystem. */
function homesOf({ collectives, trusts }: Records): Map<Id, Id> {
  const friends = new Map<Id, Id[]>(collectives.map((id) => [id, []]));
  for (const trust of trusts) {
    const [a, b] = trust.split('/') as [Id, Id];
    friends.get(a)?.push(b);
    friends.get(b)?.push(a);
  }
  const homes = new Map<Id, Id>();
  // The oldest first, so whoever begins a walk gives the name.
  for (const oldest of collectives) {
    if (homes.has(oldest)) continue;
    const reached = [oldest];
    homes.set(oldest, oldest);
    for (const id of reached)
      for (const friend of friends.get(id) ?? [])
        if (!homes.has(friend)) {
          homes.set(friend, oldest);
          reached.push(friend);
        }
  }
  return homes;
}

export function register(records: Records, _: Register): void {
  records.collectives.push(records.id);
  records.homes = homesOf(records);
  const nothing = { commons: new Set<Id>(), parameters: new Map<string, string>(), pools: new Map() };
  records.subsystems.set(records.id, { accounts: noAccounts(), ...nothing });
}

export function establishTrust(records: Records, { a, b }: EstablishTrust): void {
  const [x, y] = [records.home(a), records.home(b)];
  records.trusts.add(`${a}/${b}`);
  if (x !== y) merge(records, x, y, () => renew(records));
}

export function cancelTrust(records: Records, { a, b }: CancelTrust): void {
  const before = records.home(a);
  records.trusts.delete(`${a}/${b}`);
  const homes = homesOf(records);
  const [x, y] = [homes.get(a) ?? '', homes.get(b) ?? ''];
  if (x !== y) split(records, before, x === before ? y : x, () => renew(records));
}

function renew(records: Records): void {
  records.homes = homesOf(records);
}
