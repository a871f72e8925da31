/**
 * Composite products (§4.2). A production may take lots as components: they keep their elements, and the output is one piece
 * with one new element whose value is what the production absorbed; components stand on neither side of L3. Taking a
 * lot apart dissolves an element with what stands on it: the work of assembling is lost, the parts keep value and age.
 * Not here: the graphs themselves (`src/products/`).
 */

import { COMPOSITION_ELEMENTS } from '../limits.ts';
import { assemble, disassemble } from '../products/assembly.ts';
import type { Composition } from '../products/element.ts';
import { residualOf } from '../products/value-transfer.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { MicroMinutes } from '../units/micro-minutes.ts';
import { post } from './accounts.ts';
import { elementsOf, labelled, labelsFit, occupy, release, removeLot, usableLot } from './lot-use.ts';
import { absorbed, openProduction, producerKey } from './open-production.ts';
import { lotId } from './product.ts';
import type { Refusal } from './refusals.ts';
import { addLot, ownedLot } from './resources.ts';
import type { Context, Rule } from './rule.ts';
import type { LotRow, ProductionRow, State } from './state.ts';
import type { AllocateComponent, Disassemble, Id } from './transaction.ts';
import { keysOf, subsystemOf } from './who.ts';

interface ComponentPlan {
  readonly row: ProductionRow;
  readonly lot: LotRow;
}

/**
 * Signed by the producer, which owns the lot. A lot of several pieces gives one, with the transaction's id. Of a piece whose
 * mainboard takes a RAM module, `on` names the mainboard; all else comes along. Its value is not absorbed and needs no vote.
 * `repurpose` lets an exclusive lot into a common and counts its value into C at the output; elsewhere it says nothing. Refuses
 * `unknown_production`, `not_open`, `unknown_lot`, `not_owner`, `in_use`, `worn_out` (a negative residual), `no_durability`,
 * `unknown_element` (in `on`), `too_many_elements` (over COMPOSITION_ELEMENTS), `exclusive_in_common`, `common_in_exclusive`.
 */
export const allocateComponentRule: Rule<AllocateComponent, ComponentPlan> = {
  kind: 'allocate_component',
  signers: (context, { production }) => producerKey(context, production),
  check({ state }, { production, lot: id, on = [], repurpose }): Result<ComponentPlan, Refusal> {
    const row = openProduction(state, production);
    if (!row.ok) return row;
    const owned = ownedLot(state, id, row.value.producer, 1);
    if (!owned.ok) return owned;
    if (owned.value.value < 0n) return refuse('worn_out');
    const lot = usableLot(state, id, row.value.producer);
    if (!lot.ok) return lot;
    const elements = elementsOf(id, lot.value);
    if (!on.every((element) => elements.some((e) => e.id === element))) return refuse('unknown_element');
    const before = components(state, row.value).reduce((sum, [at, c]) => sum + elementsOf(at, c).length, 0);
    if (before + elements.length >= COMPOSITION_ELEMENTS) return refuse('too_many_elements');
    const fit = labelsFit(row.value.label, lot.value.label, repurpose);
    return fit.ok ? ok({ row: row.value, lot: lot.value }) : fit;
  },
  apply(context: Context, { production, lot: id, on }, { row, lot }): void {
    const use = { as: 'component', production } as const;
    // Out of several pieces the one taken is a new element, which gets its id only now: its root is all there is to stand on.
    const whole = on === undefined || lot.amount > 1;
    const used = occupy(context, id, lot, whole ? use : { ...use, on });
    context.state.productions.set(production, { ...row, components: [...row.components, used] });
    context.emit({ kind: 'component_allocated', production, lot: used });
  },
};

/** The lots that a production has as components, in order of allocation. */
function components(state: State, { components: ids }: ProductionRow): readonly (readonly [Id, LotRow])[] {
  return ids.map((id) => {
    const lot = state.lots.get(id);
    if (lot === undefined) throw new Error('a component is not there');
    return [id, lot] as const;
  });
}

/**
 * The components become one piece, a lot with this id, type and the production's label; nothing to refuse. What of them was
 * exclusive and goes into a common counts into C.
 */
export function composed(
  context: Context,
  row: ProductionRow,
  at: Id,
  type: Id,
): { readonly value: MicroMinutes; readonly durability: number; readonly elements: Composition } {
  const { state } = context;
  const used = components(state, row);
  const parts = used.map(([id, lot]) => {
    const product = elementsOf(id, lot);
    return lot.use?.as === 'component' && lot.use.on !== undefined
      ? { product, on: lot.use.on }
      : { product };
  });
  const elements = assemble(parts, { id: at, type, v: absorbed(row) });
  let repurposed = 0n;
  for (const [id, lot] of used) {
    if (row.label === 'common' && lot.label === 'exclusive') repurposed += lot.value;
    removeLot(context, id, lot);
  }
  post(state, subsystemOf(state, row.producer), { C: repurposed });
  return { value: residualOf(elements), durability: elements.at(-1)?.d ?? 1, elements };
}

/** An aborted production gives its components back as they were. */
export function returnComponents(context: Context, row: ProductionRow): void {
  for (const [id, lot] of components(context.state, row)) release(context, id, lot);
}

interface DisassemblePlan {
  readonly lot: LotRow;
  readonly dissolved: Composition;
  readonly parts: readonly Composition[];
}

/**
 * Signed by the owner. The element and what stands on it dissolve, what they have left becomes w (of an exclusive lot); each
 * connected part that is left becomes a lot of one piece, typed by its newest element, with its type's label. To free a part, name
 * what stands on it. Refuses `unknown_lot`, `not_owner`, `in_use`, `worn_out`, `not_composed`, `unknown_element`.
 */
export const disassembleRule: Rule<Disassemble, DisassemblePlan> = {
  kind: 'disassemble',
  signers: ({ state }, { owner }) => keysOf(state, owner),
  check({ state }, { owner, lot: id, element }): Result<DisassemblePlan, Refusal> {
    const lot = ownedLot(state, id, owner, 1);
    if (!lot.ok) return lot;
    const { value, elements = [] } = lot.value;
    if (value < 0n) return refuse('worn_out');
    if (elements.length < 2) return refuse('not_composed');
    if (!elements.some(({ id: e }) => e === element)) return refuse('unknown_element');
    return ok({ lot: lot.value, ...disassemble(elements, element) });
  },
  apply(context: Context, { owner, lot: id, element }, { lot, dissolved, parts }): void {
    const { state } = context;
    const wasted = residualOf(dissolved);
    removeLot(context, id, lot);
    if (lot.label === 'exclusive') post(state, subsystemOf(state, owner), { W: wasted });
    const lots = parts.map((elements) => {
      const newest = elements.at(-1);
      if (newest === undefined) throw new Error('a part of nothing');
      const { type, d } = newest;
      const part = { ...lot, type, value: residualOf(elements), origin: context.id, durability: d, elements };
      const at = lotId(context.crypto, context.id, newest.id);
      addLot(context, at, labelled(context, part));
      return at;
    });
    context.emit({ kind: 'disassembled', lot: id, element, wasted: wasted.toString(), lots });
  },
};
