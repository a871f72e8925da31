/**
 * How an amount of a base unit is shown and stepped on the screen: prices per kilogram and not per gram, a stepper that
 * moves by 50 g and not by one. The base units are the ledger's (`piece`, `g`, `ml`, `mm`, `Wh`, `minute`); an unknown
 * one is shown as it is. Not here: values (see `format.ts`).
 */

export interface UnitShow {
  /** Base units in one large unit, and the names of both as people write them. */
  readonly scale: number;
  readonly small: string;
  readonly large: string;
  /** What one press of the stepper adds, base units. */
  readonly step: number;
  /** Amounts offered as buttons, base units. */
  readonly presets: readonly number[];
}

const UNITS: Readonly<Record<string, UnitShow>> = {
  piece: { scale: 1, small: '', large: '', step: 1, presets: [2, 3, 4, 6, 10, 12] },
  g: { scale: 1_000, small: 'g', large: 'kg', step: 50, presets: [100, 250, 500, 750, 1_000, 2_000] },
  ml: { scale: 1_000, small: 'ml', large: 'l', step: 50, presets: [250, 500, 750, 1_000, 2_000, 5_000] },
  mm: {
    scale: 1_000,
    small: 'mm',
    large: 'm',
    step: 100,
    presets: [500, 1_000, 1_500, 2_000, 3_000, 5_000],
  },
  Wh: {
    scale: 1_000,
    small: 'Wh',
    large: 'kWh',
    step: 100,
    presets: [500, 1_000, 2_000, 5_000, 10_000, 20_000],
  },
  minute: { scale: 60, small: 'min', large: 'h', step: 5, presets: [10, 15, 20, 30, 45, 60] },
};

/** How a base unit is shown. Refuses nothing: an unknown unit is its own name, stepped by one. */
export function unitShow(unit: string): UnitShow {
  return UNITS[unit] ?? { scale: 1, small: unit, large: unit, step: 1, presets: [2, 5, 10, 20, 50, 100] };
}

/** True if a touch adds one straight away; other units first ask how much. */
export function soldByPiece(unit: string): boolean {
  return unit === 'piece';
}

/** The next amount up or down, on the grid of the unit's step, never below one step. Base units. */
export function stepAmount(amount: number, unit: string, direction: 1 | -1): number {
  const { step } = unitShow(unit);
  const next =
    direction === 1 ? Math.floor(amount / step) * step + step : Math.ceil(amount / step) * step - step;
  return Math.max(next, step);
}
