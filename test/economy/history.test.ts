/** Random histories of the whole ledger but the coupons: the invariants, step by step, and the books that the auditor has from the chain alone. A failure names the seed. */
import { expect, test } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import { Auditor } from '../auditor/auditor.ts';
import { booksDiffer, detailsDiffer } from '../auditor/compare.ts';
import { restored } from '../histories/twin.ts';
import { audit, faults } from './audit.ts';
import { Author, PARAMETERS, Player, type Step } from './history.ts';
import { contents, NOON } from './world.ts';

const STEPS = 1_200;
const SEEDS = [1, 2, 3, 4, 5, 6];

test.each(SEEDS)(
  `seed %i: L1, L2, L3, L5, L7 after every one of ${STEPS} steps; L6 when they are played again`,
  (seed) => {
    const player = new Player();
    const author = new Author(player, seed);
    const auditor = new Auditor({ time: NOON, parameters: PARAMETERS }, nodeCrypto);
    const steps: Step[] = [];
    const answers = new Map<string, number>();
    const claimed = new Set<string>();
    let outputs = 0;
    for (let i = 0; i < STEPS; i++) {
      const where = `seed ${seed} step ${i}`;
      const step = author.next();
      steps.push(step);
      const transaction = 'envelope' in step ? step.envelope.transaction : undefined;
      const production =
        transaction?.kind === 'output' ? player.state.productions.get(transaction.production) : undefined;
      // Every write is told to `touched`; now and then the contents are compared as well.
      const before = i % 25 === 0 ? contents(player.state) : undefined;
      for (const table of player.state.tables()) table.drained();
      const applied = player.play(step);
      const answer = applied === undefined ? 'step' : applied.ok ? applied.value.status : applied.refusal;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      if (applied !== undefined && answer !== 'accepted') {
        const written = player.state.tables().filter((table) => !table.idle);
        expect(written, `L5 ${where}`).toEqual([]);
        if (before !== undefined) expect(contents(player.state), `L5 ${where}`).toBe(before);
      }
      if (answer === 'accepted' && transaction?.kind === 'claim') {
        expect(claimed.has(transaction.workload), `L2 ${where}`).toBe(false);
        claimed.add(transaction.workload);
      }
      if (applied?.ok && production !== undefined) {
        const values = applied.value.events.flatMap((e) => (e.kind === 'lot' ? [BigInt(e.value)] : []));
        const value = values.reduce((sum, v) => sum + v, 0n);
        expect(value, `L3 ${where}`).toBe(production.labour + production.resources + production.means);
        outputs += 1;
      }
      if ('time' in step) auditor.block(step.time);
      else if ('commonIn' in step) auditor.records.subsystem(step.commonIn).commons.add(step.type);
      else if (answer === 'accepted') auditor.transaction(step.envelope.body);
      expect(booksDiffer(auditor, player.state), where).toBeUndefined();
      expect(faults(player.state), where).toEqual([]);
    }
    expect(detailsDiffer(auditor, player.state)).toBeUndefined();
    // A history in which little happens proves little.
    expect(answers.get('accepted') ?? 0).toBeGreaterThan(STEPS / 3);
    expect(player.state.revisions.size).toBeGreaterThan(2);
    expect(Math.min(claimed.size, outputs)).toBeGreaterThan(5);
    const again = new Player();
    for (const step of steps) again.play(step);
    expect(contents(again.state)).toBe(contents(player.state));
    expect(again.events).toEqual(player.events);
  },
);

test('L4: the same steps on a restored state give the same contents and the same events', () => {
  const player = new Player();
  const author = new Author(player, 77);
  for (let i = 0; i < STEPS; i++) player.play(author.next());
  const copy = new Player(restored(player.state));
  copy.block = { ...player.block, state: copy.state };
  expect(contents(copy.state)).toBe(contents(player.state));
  expect(copy.state.indexes).toEqual(player.state.indexes);
  const before = player.events.length;
  for (let i = 0; i < 400; i++) {
    const step = author.next();
    player.play(step);
    copy.play(step);
    if (i % 20 === 0) expect(contents(copy.state), `step ${i}`).toBe(contents(player.state));
  }
  expect(contents(copy.state)).toBe(contents(player.state));
  expect(copy.events).toEqual(player.events.slice(before));
  expect(audit(copy.state)).toEqual(audit(player.state));
});
