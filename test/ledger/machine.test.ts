import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { createEngine } from '../../ledger/embedded-engine.ts';
import { Machine, type MadeBlock } from '../../ledger/machine.ts';
import type { StoredRow } from '../../ledger/store.ts';
import { ascii, toHex } from '../../src/bytes.ts';
import { type Built, makeEnvelope } from '../../src/economy/build.ts';
import { folder, GENESIS, keyOfName, later, nonce, register, START, seedOf } from './fixtures.ts';

/** What a disk would hold: the rows by slot. */
class Rows {
  readonly #rows = new Map<number, StoredRow>();
  take({ changes }: MadeBlock): void {
    for (const { slot, name, key, row } of changes)
      if (row === undefined) this.#rows.delete(slot);
      else this.#rows.set(slot, { slot, name, key, row });
  }
  all(): StoredRow[] {
    return [...this.#rows.values()].sort((a, b) => a.slot - b.slot);
  }
}

test('L4: whatever is written, deleted and written again, a restore has the same hash and the same order of rows', () => {
  const write = fc.record({ key: fc.nat(6), value: fc.option(fc.nat(3)) });
  fc.assert(
    fc.property(fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 12 }), (blocks) => {
      const { machine, made: genesis } = Machine.begin(nodeCrypto, GENESIS);
      const rows = new Rows();
      rows.take(genesis);
      for (const writes of blocks) {
        machine.open(START);
        for (const { key, value } of writes)
          if (value === null) machine.state.balances.delete(`${key}/x`);
          else machine.state.balances.set(`${key}/x`, BigInt(value));
        const made = machine.finish();
        if (made === undefined) continue;
        rows.take(made);
        const restored = Machine.restore(nodeCrypto, GENESIS, made.block, rows.all());
        if (!restored.ok) throw new Error(restored.detail);
        expect([...restored.value.state.balances.entries()]).toEqual([...machine.state.balances.entries()]);
      }
    }),
    { numRuns: 60 },
  );
});

test('L4: rows that share a slot: whatever is born together, leaves and comes back, a restore has the same hash and rows, and goes on alike', () => {
  const ids = Array.from({ length: 9 }, (_, i) => toHex(nodeCrypto.sha256(ascii(`serial ${i}`))));
  const by = ids[0] as string;
  const write = fc.record({ from: fc.nat(8), to: fc.nat(8), row: fc.option(fc.nat(2)) });
  const apply = (machine: Machine, writes: readonly { from: number; to: number; row: number | null }[]) => {
    machine.open(START);
    for (const { from, to, row } of writes) {
      // One object for some, equal ones for others: only the contents may count.
      const shared = { state: 'spent', by, exponent: row ?? 0 } as const;
      for (const id of ids.slice(from, to + 1))
        if (row === null) machine.state.serials.delete(id);
        else machine.state.serials.set(id, from % 2 === 0 ? shared : { ...shared });
    }
    return machine.finish();
  };
  const contents = (machine: Machine) =>
    [...machine.state.serials.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  fc.assert(
    fc.property(fc.array(fc.array(write, { maxLength: 4 }), { maxLength: 10 }), (blocks) => {
      const { machine, made: genesis } = Machine.begin(nodeCrypto, GENESIS);
      let other = Machine.begin(nodeCrypto, GENESIS).machine;
      const rows = new Rows();
      rows.take(genesis);
      for (const writes of blocks) {
        const made = apply(machine, writes);
        const again = apply(other, writes);
        expect(again?.block).toEqual(made?.block);
        if (made === undefined) continue;
        rows.take(made);
        const restored = Machine.restore(nodeCrypto, GENESIS, made.block, rows.all());
        if (!restored.ok) throw new Error(restored.detail);
        expect(contents(restored.value)).toEqual(contents(machine));
        other = restored.value;
      }
    }),
    { numRuns: 200 },
  );
});

test('L4: the same blocks give the same hashes on two machines, and a restored one goes on alike', () => {
  const names = ['a', 'b', 'c', 'd'];
  const make = (machine: Machine, name: string): MadeBlock => {
    machine.open(START + 60);
    const built = register(name);
    expect(machine.apply({ envelope: built, bytes: built.bytes })).toMatchObject({ ok: true });
    const made = machine.finish();
    if (made === undefined) throw new Error('no block');
    return made;
  };
  const one = Machine.begin(nodeCrypto, GENESIS);
  let two = Machine.begin(nodeCrypto, GENESIS).machine;
  const rows = new Rows();
  rows.take(one.made);
  for (const name of names) {
    const made = make(one.machine, name);
    expect(make(two, name)).toEqual(made);
    rows.take(made);
    // The second one starts anew after every block.
    const restored = Machine.restore(nodeCrypto, GENESIS, made.block, rows.all());
    if (!restored.ok) throw new Error(restored.detail);
    two = restored.value;
  }
});

test('a bug in a rule costs the culprit its answer, and nobody else anything', async () => {
  const broken = {
    ...nodeCrypto,
    ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
      if (Buffer.from(publicKey).toString('hex') === keyOfName('culprit').slice(2)) throw new Error('a bug');
      return nodeCrypto.ed25519Verify(publicKey, message, signature);
    },
  };
  const faults: unknown[] = [];
  const created = createEngine({
    dataDir: folder(),
    crypto: broken,
    genesis: GENESIS,
    onFault: (error) => faults.push(error),
  });
  if (!created.ok) throw new Error(created.refusal);
  const engine = created.value;
  later(() => engine.close());
  const batch: Built[] = ['a', 'culprit', 'b'].map((name) => register(name));
  const answers = await Promise.all(batch.map(({ bytes }) => engine.submit(bytes)));
  expect(answers.map((a) => (a.ok ? a.value.status : a.refusal))).toEqual([
    'accepted',
    'ledger_unavailable',
    'accepted',
  ]);
  expect(faults.length).toBeGreaterThan(0);
  const view = engine.view();
  const collectives = view.ok ? [...view.value.state.collectives.entries()].map(([, row]) => row.name) : [];
  expect(collectives).toEqual(['a', 'b']);
  const after = makeEnvelope(
    broken,
    {
      kind: 'register',
      chain: GENESIS.chain,
      nonce: nonce(5),
      key: keyOfName('c'),
      name: 'c',
      dispatches: true,
    },
    [seedOf('c')],
  );
  expect((await engine.submit(after.bytes)).ok).toBe(true);
});
