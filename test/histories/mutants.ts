/**
 * Rules broken on purpose, one at a time, each a change of one piece of `src/`. The histories must catch every one; one that they do not
 * catch is a rule that they do not hold. Run by `run-mutants.ts` against a copy; `src/` itself is never touched.
 */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'division of negative values truncates',
    file: 'units/micro-minutes.ts',
    from: 'a < 0n !== b < 0n ? q - 1n : q',
    to: 'a < 0n !== b < 0n ? q : q',
  },
  {
    name: 'a price is rounded up',
    file: 'units/micro-minutes.ts',
    from: 'floorDiv(part * value, whole)',
    to: 'ceilDiv(part * value, whole)',
  },
  {
    name: 'Q is not added to the debt',
    file: 'economy/revision.ts',
    from: 'debt: D + c + w - tax + Q }',
    to: 'debt: D + c + w - tax }',
  },
  {
    name: 'the debt is not limited with w',
    file: 'economy/revision.ts',
    from: 'min(max(w + D, -limit), limit)',
    to: 'min(max(w, -limit), limit) + D',
  },
  {
    name: 'waste lowers the tax without limit',
    file: 'economy/revision.ts',
    from: 'min(max(w + D, -limit), limit)',
    to: 'min(w + D, limit)',
  },
  {
    name: 'the tax has no highest rate',
    file: 'economy/revision.ts',
    from: 'min(highest, max(0n, due))',
    to: 'max(0n, due)',
  },
  {
    name: 'what shares round off is dropped',
    file: 'economy/revision.ts',
    from: 'let rest = a - tax;',
    to: 'let rest = 0n;',
  },
  {
    name: 'rounding is not given back at the next revision',
    file: 'economy/revision.ts',
    from: 'const w = before.W - R;',
    to: 'const w = before.W;',
  },
  {
    name: 'booked clearing has the wrong sign in w',
    file: 'economy/revision.ts',
    from: 'post(state, subsystem, { W: -x });',
    to: 'post(state, subsystem, { W: x });',
  },
  {
    name: 'booked clearing stays with the outlet',
    file: 'economy/revision.ts',
    from: '    moveClearing(context, outlet, -x);\n',
    to: '',
  },
  {
    name: 'a claimed workload is not marked',
    file: 'economy/claim.ts',
    from: '{ ...row, claimed: true }',
    to: '{ ...row }',
  },
  {
    name: 'a claim pays gross',
    file: 'economy/claim.ts',
    from: 'addBalance(state, row.wallet, row.collective, share);',
    to: 'addBalance(state, row.wallet, row.collective, BigInt(row.minutes) * 1_000_000n);',
  },
  {
    name: 'labour for a common is not counted into C',
    file: 'economy/production.ts',
    from: "if (row.label === 'common') post(state, subsystemOf(state, row.producer), { C: value });",
    to: '',
  },
  {
    name: 'repurposed material is not counted into C',
    file: 'economy/production.ts',
    from: "    if (row.label === 'common' && lot.label === 'exclusive')\n      post(state, subsystemOf(state, row.producer), { C: value });\n",
    to: '',
  },
  {
    name: 'the last output does not take the rest',
    file: 'economy/production.ts',
    from: 'const share = i === parts.length - 1 ? rest : proRata(value, part, whole);',
    to: 'const share = proRata(value, part, whole);',
  },
  {
    name: 'an aborted production wastes nothing',
    file: 'economy/production.ts',
    from: "if (row.label === 'exclusive') post(state, subsystemOf(state, row.producer), { W: wasted });",
    to: '',
  },
  {
    name: 'a means of production transfers to nothing',
    file: 'economy/means.ts',
    from: 'means: row.means + theta,',
    to: 'means: row.means,',
  },
  {
    name: 'a means of production does not age',
    file: 'economy/means.ts',
    from: 'value: lot.value - theta, elements: product }',
    to: 'value: lot.value - theta }',
  },
  {
    name: 'two productions use one machine',
    file: 'economy/resources.ts',
    from: "return lot.use === undefined ? ok(lot) : refuse('in_use');",
    to: 'return ok(lot);',
  },
  {
    name: 'waste has the wrong sign',
    file: 'economy/write-off.ts',
    from: "if (label === 'exclusive') post(state, subsystemOf(state, owner), { W: value });",
    to: "if (label === 'exclusive') post(state, subsystemOf(state, owner), { W: -value });",
  },
  {
    name: 'a reversed write-off stays in w',
    file: 'economy/write-off.ts',
    from: "  if (row.label === 'exclusive') post(state, subsystemOf(state, owner), { W: -value });\n",
    to: '',
  },
  {
    name: 'dissolved work is not wasted',
    file: 'economy/components.ts',
    from: "if (lot.label === 'exclusive') post(state, subsystemOf(state, owner), { W: wasted });",
    to: '',
  },
  {
    name: 'goods leave at the highest price, not at the average',
    file: 'economy/pool.ts',
    from: 'const value = proRata(pool.value, BigInt(amount), BigInt(pool.amount));\n  change(',
    to: 'const high = pool.highs?.[0];\n  const value = amount === pool.amount || high === undefined ? pool.value : proRata(high.value, BigInt(amount), BigInt(high.amount));\n  change(',
  },
  {
    name: 'a merge forgets a pool',
    file: 'economy/pool.ts',
    from: 'amount: a.amount + b.amount, value: a.value + b.value, lows, highs',
    to: 'amount: a.amount + b.amount, value: a.value, lows, highs',
  },
  {
    name: 'a split leaves the whole pool with the old part',
    file: 'economy/pool.ts',
    from: 'const value = pool.amount === 0 ? 0n : proRata(pool.value, BigInt(amount), BigInt(pool.amount));',
    to: 'const value = 0n;',
  },
  {
    name: 'a split does not settle',
    file: 'economy/settlement.ts',
    from: 'Q: U - row.C - row.W - row.D + P + B + O + Z + row.R - G }',
    to: 'Q: 0n }',
  },
  {
    name: 'a split leaves the debt with the old part',
    file: 'economy/settlement.ts',
    from: 'D: part(D), R: 0n };',
    to: 'D: 0n, R: 0n };',
  },
  {
    name: 'a merge forgets the accounts of one part',
    file: 'economy/merge.ts',
    from: '  post(state, kept, accounts(state, gone));\n',
    to: '',
  },
  {
    name: 'a vote on a label forgets the stock',
    file: 'economy/labels.ts',
    from: "  if (label === 'common') wasted += emptyValue(context, subsystem, type, holders, cause);\n",
    to: "  if (label === 'common') emptyValue(context, subsystem, type, holders, cause);\n",
  },
  {
    name: 'goods that become common are not waste',
    file: 'economy/labels.ts',
    from: "wasted += label === 'common' ? lot.value : -lot.value;",
    to: "wasted += label === 'common' ? 0n : -lot.value;",
  },
  {
    name: 'grace moves no settlement',
    file: 'economy/grace.ts',
    from: '  settle(state, home, subsystem, value);\n',
    to: '',
  },
  {
    name: 'settlement is posted on one side only',
    file: 'economy/origins.ts',
    from: '  post(state, from, { Q: -value });\n',
    to: '',
  },
  {
    name: 'a hand-over forgets the rounding account',
    file: 'economy/hand-over.ts',
    from: 'post(state, subsystemOf(state, outlet), { R: counted - value });',
    to: '',
  },
  {
    name: 'clearing is charged what was said, not what counts',
    file: 'economy/hand-over.ts',
    from: 'moveClearing(context, outlet, -counted);',
    to: 'moveClearing(context, outlet, -fromMinutes(charged));',
  },
  {
    name: 'a redemption does not move clearing',
    file: 'economy/redeem.ts',
    from: 'moveClearing(context, outlet, fromMinutes(plan.minutes));',
    to: '',
  },
  {
    name: 'a coupon is spent twice',
    file: 'economy/weigh.ts',
    from: "return from === undefined ? skip('coupon_spent') : { as: 'move', from };",
    to: "return from === undefined ? free : { as: 'move', from };",
  },
  {
    name: 'a moved coupon stays in the clearing of the other',
    file: 'economy/redeem.ts',
    from: 'moveClearing(context, from, -fromMinutes(2 ** coupon.exponent));',
    to: '',
  },
  {
    name: 'a coupon of a revoked keyset is waste of the wrong sign',
    file: 'economy/redeem.ts',
    from: '{ W: -fromMinutes(minutesOf(coupons)) }',
    to: '{ W: fromMinutes(minutesOf(coupons)) }',
  },
  {
    name: 'a refresh leaves the old coupons owed',
    file: 'economy/refresh.ts',
    from: "      countCoupons(state, coupon.keyset, 'refreshed', [coupon.exponent]);\n",
    to: '',
  },
  {
    name: 'a refresh that is void leaves the old coupons gone',
    file: 'economy/refresh.ts',
    from: "    countCoupons(state, coupon.keyset, 'refreshed', [coupon.exponent], -1);\n",
    to: '',
  },
  {
    name: 'a refresh counts as an issue',
    file: 'economy/refresh.ts',
    from: "countCoupons(state, coupon.keyset, 'refreshed', [coupon.exponent]);\n    }",
    to: "countCoupons(state, coupon.keyset, 'issued', [coupon.exponent]);\n    }",
  },
  {
    name: 'an issue is not counted',
    file: 'economy/load.ts',
    from: "    countCoupons(state, owed.row.keyset, 'issued', owed.exponents);\n",
    to: '',
  },
  {
    name: 'a load deletes no balance',
    file: 'economy/load.ts',
    from: 'for (const { origin, value } of taken) addBalance(state, wallet, origin, -value);',
    to: 'if (taken.length === 0) addBalance(state, wallet, id, 0n);',
  },
  {
    name: 'a recouped coupon stays owed',
    file: 'economy/recoup.ts',
    from: "        countCoupons(state, keyset, 'recouped', [exponent]);\n",
    to: '        beyond += 0n;\n',
  },
  {
    name: 'what a take back rounds off is dropped',
    file: 'economy/take-back.ts',
    from: '    post(state, subsystemOf(state, outlet), { R: sum(goods) - fromMinutes(minutes) });\n',
    to: '',
  },
  {
    name: 'an appropriation does not move clearing',
    file: 'economy/appropriate.ts',
    from: 'moveClearing(context, outlet, value);',
    to: 'moveClearing(context, outlet, 0n);',
  },
  {
    name: 'a shortage is no waste',
    file: 'economy/corrections.ts',
    from: 'post(state, subsystemOf(state, outlet), { W: value });',
    to: '',
  },
  {
    name: 'a shortage is reversed again and again',
    file: 'economy/corrections.ts',
    from: 'value: correction.value - back, open: correction.open - found }',
    to: 'value: correction.value, open: correction.open }',
  },
  {
    name: 'a check writes',
    file: 'economy/claim.ts',
    from: "    if (row.revision !== revision) return refuse('wrong_revision');\n",
    to: "    state.workloads.set(workload, { ...row });\n    if (row.revision !== revision) return refuse('wrong_revision');\n",
  },
];
