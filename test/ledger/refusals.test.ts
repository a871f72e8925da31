/**
 * Every kind of transaction over HTTP: accepted at least once, and every refusal of its list. The table tests of the rules are
 * told once more here; each answer that they get first is asked for again from a node on the same state, real SQLite, real
 * signatures and HTTP between. What every kind shares (bytes, chain, signatures) is made from the accepted envelope.
 */
import { describe, expect, test, vi } from 'vitest';
import { nodeCrypto } from '../../crypto/node.ts';
import type { Applied, Block, Options } from '../../src/economy/apply.ts';
import { decodeCbor, encodeCbor } from '../../src/economy/cbor.ts';
import { decodeEnvelope, encodeEnvelope, sign } from '../../src/economy/envelope.ts';
import { REFUSALS, type Refusal } from '../../src/economy/refusals.ts';
import type { Envelope, Kind, Transaction } from '../../src/economy/transaction.ts';
import { encodeBody, KINDS } from '../../src/economy/wire.ts';
import { ENVELOPE_BYTES } from '../../src/limits.ts';
import type { Result } from '../../src/result.ts';
import { get, post, seedOf } from './fixtures.ts';
import { restored, type Snapshot, snapshot } from './restored.ts';

/** What every kind shares; told by the second table below. */
const SHARED: readonly string[] = [
  'too_large',
  'not_canonical',
  'unknown_kind',
  'malformed',
  'foreign_chain',
  'missing_signature',
  'surplus_signature',
  'bad_signature',
] satisfies Refusal[];
/** The table tests of the rules. */
const TABLES: readonly (readonly [folder: string, names: string])[] = [
  ['economy', 'apply components means membership production reject resources revision wire write-off'],
  [
    'economy-coupons',
    'appropriate cancel count hand-over load office recoup redeem refresh refresh-in-grace revoke take-back',
  ],
  ['economy-trust', 'explain grace settlement votes'],
];

type Apply = (block: Block, envelope: Envelope, options?: Options) => Result<Applied, Refusal>;
/** Stands between the table tests and the rules: gives what the rules say, and hears it. */
const door = vi.hoisted(() => ({ listener: undefined as unknown }));
vi.mock('../../src/economy/apply.ts', async (original) => {
  const rules = await original<{ applyTransaction: Apply }>();
  const applyTransaction: Apply = (...given) =>
    ((door.listener ?? rules.applyTransaction) as Apply)(...given);
  return { ...rules, applyTransaction };
});
const { applyTransaction: byTheRules } = await vi.importActual<{ applyTransaction: Apply }>(
  '../../src/economy/apply.ts',
);

interface Case {
  readonly bytes: Uint8Array;
  readonly from: Snapshot;
  /** A redemption is accepted and tells in its event why it left a coupon out. */
  readonly accepted: boolean;
}
/** By `kind answer`, the first of each. */
const cases = new Map<string, Case>();

door.listener = ((block, envelope, options) => {
  const { kind } = envelope.transaction;
  const bytes = encodeEnvelope(envelope.body, envelope.signatures);
  const first = kind === 'redeem' || !cases.has(`${kind} accepted`) ? snapshot(block) : undefined;
  const done = byTheRules(block, envelope, options);
  const read = decodeEnvelope(bytes, nodeCrypto);
  // A list out of order is refused while it is read, before any rule.
  if (options !== undefined || (!read.ok && (done.ok || read.refusal !== done.refusal))) return done;
  const hear = (answer: string, from: () => Snapshot | undefined) => {
    if (cases.has(`${kind} ${answer}`)) return;
    const at = from();
    if (at !== undefined) cases.set(`${kind} ${answer}`, { bytes, from: at, accepted: done.ok });
  };
  if (!done.ok) hear(done.refusal, () => snapshot(block));
  else if (done.value.status === 'accepted')
    for (const answer of ['accepted', ...named(done.value.events)]) hear(answer, () => first);
  return done;
}) satisfies Apply;

/** Refusals that events name, of single coupons. */
function named(events: unknown): readonly Refusal[] {
  const text = JSON.stringify(events);
  return REFUSALS.filter((refusal) => text.includes(`"refusal":"${refusal}"`));
}

for (const [folder, names] of TABLES)
  for (const name of names.split(' '))
    describe(`told once more: ${folder}/${name}`, async () => {
      await import(/* @vite-ignore */ `../${folder}/${name}.test.ts`);
    });

/** A second cancel of one load is the same transaction, and `exists`. */
const TABLE: { readonly [K in Kind]: string } = {
  register: 'key_in_use',
  establish_trust: 'unknown_collective already_trusted same_collective value_overflow not_sorted',
  collectivize:
    'unknown_collective unknown_write_off wrong_product not_owner not_enough amount_zero too_late value_overflow',
  transfer:
    'unknown_collective not_an_outlet no_trust same_collective unknown_lot not_owner not_enough amount_zero in_use worn_out value_overflow',
  order: 'unknown_collective no_trust unknown_order amount_zero',
  estimate:
    'unknown_order order_rejected estimate_open already_started wrong_product amount_zero value_overflow not_sorted',
  start: 'unknown_estimate order_rejected already_started vote_needed common_in_exclusive',
  allocate_resource:
    'unknown_production not_open vote_needed unknown_lot not_owner not_enough amount_zero in_use worn_out exclusive_in_common common_in_exclusive',
  allocate_workload:
    'unknown_production not_open vote_needed day_out_of_range minutes_out_of_range day_is_full',
  output: 'unknown_production not_open mop_allocated amount_zero outputs_differ nothing_absorbed',
  final_revision: 'not_due',
  claim: 'unknown_workload not_yours not_revised wrong_revision already_claimed',
  keyset: 'unknown_collective bad_keyset keyset_in_use keyset_known',
  batch: 'unknown_collective batch_known expired not_the_office',
  delegate: 'unknown_collective key_in_use not_an_outlet expired already_delegated',
  load: 'unknown_keyset keyset_revoked expired packs_out_of_range wrong_number blinded_out_of_range blinded_seen balance_too_small',
  issue:
    'keyset_revoked wrong_number unknown_load already_issued already_cancelled refresh_void too_early not_the_office wrong_blind_signature',
  announce: 'unknown_collective not_an_outlet not_delegated expired already_announced',
  redeem:
    'not_delegated no_trust unknown_keyset keyset_revoked expired unknown_announcement already_redeemed digest_differs not_sorted coupon_spent coupon_refreshed coupon_locked coupon_aborted coupon_wrong over_redemption grace_used_up',
  abort: 'not_delegated not_sorted',
  cancel: 'not_enough unknown_load already_issued too_early',
  refresh:
    'no_trust unknown_keyset keyset_revoked unknown_batch batch_revoked expired wrong_voucher packs_out_of_range total_differs wrong_number blinded_out_of_range blinded_seen not_sorted coupon_spent coupon_refreshed coupon_locked coupon_wrong over_redemption grace_used_up',
  revoke: 'unknown_keyset keyset_revoked',
  revoke_batch: 'unknown_batch batch_revoked',
  revoke_delegation: 'unknown_collective not_delegated',
  recoup:
    'not_yours unknown_keyset not_revoked wrong_voucher wrong_number unknown_load not_issued too_early not_sorted coupon_spent coupon_refreshed coupon_locked already_recouped wrong_factor',
  appropriate: 'unknown_collective not_an_outlet amount_zero balance_too_small',
  take_back:
    'unknown_collective not_an_outlet not_delegated no_trust amount_zero value_overflow unknown_keyset keyset_revoked expired wrong_number blinded_out_of_range blinded_seen not_sorted unknown_product nothing_taken_back minutes_differ more_than_handed_over more_than_redeemed',
  hand_over:
    'not_an_outlet not_delegated amount_zero value_overflow not_sorted unknown_product nothing_handed_over',
  count: 'not_an_outlet value_overflow not_sorted unknown_product unknown_height',
  rotate_key: 'unknown_collective key_in_use',
  reject: 'unknown_order order_rejected not_open',
  write_off: 'unknown_collective unknown_lot not_owner not_enough amount_zero in_use wrong_origin',
  allocate_component:
    'unknown_production not_open unknown_lot not_owner in_use worn_out no_durability unknown_element too_many_elements exclusive_in_common common_in_exclusive',
  disassemble: 'unknown_collective unknown_lot not_owner in_use worn_out not_composed unknown_element',
  allocate_mop:
    'unknown_production not_open unknown_lot not_owner in_use no_durability exclusive_in_common common_in_exclusive',
  deallocate_mop: 'unknown_production not_open vote_needed unknown_lot not_allocated longer_than_elapsed',
  abort_production: 'unknown_production not_open mop_allocated',
  cancel_trust: 'unknown_collective no_trust not_sorted',
  propose:
    'unknown_collective no_trust unknown_estimate unknown_product not_a_voter proposal_open deadline_out_of_range parameter_out_of_range nothing_to_decide',
  vote: 'unknown_collective unknown_proposal not_a_voter vote_closed already_voted',
};

describe('over HTTP', { timeout: 120_000 }, () => {
  const reached = new Set<string>();

  async function ask({ bytes, from }: Pick<Case, 'bytes' | 'from'>, ...more: readonly Uint8Array[]) {
    const node = await restored(from);
    try {
      const answers = [];
      for (const body of [bytes, ...more]) answers.push(await post(node.url, body));
      const block = await get(node.url, `/v1/blocks/${node.engine.height}`);
      return { answers, events: block.body.events };
    } finally {
      await node.stop();
    }
  }

  test.each(KINDS)('%s: every refusal of its rule', async (kind) => {
    const list = TABLE[kind].split(' ').filter((word) => word !== '');
    const heard = [...cases.keys()]
      .filter((name) => name.startsWith(`${kind} `))
      .map((name) => name.split(' ')[1]);
    const own = heard.filter((answer) => ![...SHARED, 'accepted'].includes(answer ?? ''));
    expect(own.toSorted(), 'the tables reach exactly the list').toEqual(list.toSorted());
    for (const refusal of list) {
      const found = cases.get(`${kind} ${refusal}`) as Case;
      const { answers, events } = await ask(found);
      if (found.accepted) {
        expect(answers, refusal).toMatchObject([{ status: 200, body: { status: 'accepted' } }]);
        expect(named(events)).toContain(refusal);
      } else expect(answers, refusal).toMatchObject([{ status: 422, body: { refusal } }]);
      reached.add(refusal);
    }
  });

  test.each(KINDS)('%s: refused for its bytes, chain and signatures, then accepted once', async (kind) => {
    const { bytes, from } = cases.get(`${kind} accepted`) as Case;
    const decoded = decodeEnvelope(bytes, nodeCrypto);
    if (!decoded.ok) throw new Error(decoded.refusal);
    const { body, signatures, transaction } = decoded.value;
    const raw = decodeCbor(body);
    if (!raw.ok || !(raw.value instanceof Map)) throw new Error('a body is a map');
    const changed = (name: string, field: string) =>
      encodeEnvelope(encodeCbor(new Map(raw.value as Map<string, string>).set(name, field)), signatures);
    const elsewhere = { ...transaction, chain: 'elsewhere' } as Transaction;
    const stranger = sign(nodeCrypto, transaction.chain, seedOf('a stranger'), body);
    const forged = signatures.map(({ key }) => ({ key, signature: new Uint8Array(64) }));
    const asked: [Uint8Array, number, Refusal][] = [
      [new Uint8Array(ENVELOPE_BYTES + 1), 413, 'too_large'],
      [bytes.subarray(0, -1), 400, 'not_canonical'],
      [changed('kind', `${kind}s`), 400, 'unknown_kind'],
      [changed('colour', 'red'), 400, 'malformed'],
      [encodeEnvelope(encodeBody(elsewhere), signatures), 422, 'foreign_chain'],
    ];
    if (signatures.length > 0) {
      asked.push([encodeEnvelope(body, []), 422, 'missing_signature']);
      asked.push([encodeEnvelope(body, forged), 422, 'bad_signature']);
    }
    asked.push([encodeEnvelope(body, [...signatures, stranger]), 422, 'surplus_signature']);
    const [first, ...more] = asked.map(([envelope]) => envelope);
    const { answers } = await ask({ bytes: first as Uint8Array, from }, ...more, bytes, bytes);
    expect(answers.slice(0, -2).map(({ status, body }) => [status, body.refusal])).toEqual(
      asked.map(([, status, refusal]) => [status, refusal]),
    );
    expect(answers.slice(-2)).toMatchObject([
      { status: 200, body: { status: 'accepted', height: from.height } },
      { status: 200, body: { status: 'exists', height: from.height } },
    ]);
    for (const [, , refusal] of asked) reached.add(refusal);
  });

  test('together they are the whole closed list', () => {
    expect(REFUSALS.filter((refusal) => !reached.has(refusal))).toEqual([]);
  });
});
