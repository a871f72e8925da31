/** The groups of what an outlet holds, in the order in which their first product comes. */
import type { ProductView } from '../src/till-api.ts';

export function groupsOf(products: readonly ProductView[]): string[] {
  return [...new Set(products.map((p) => p.group))];
}

/** Products of one group, or all of them. */
export function inGroup(products: readonly ProductView[], group: string | null): readonly ProductView[] {
  return group === null ? products : products.filter((p) => p.group === group);
}

/** Products whose name in either language or whose code contains the text; for the stock list, which is all on the screen. */
export function filterProducts(products: readonly ProductView[], text: string): readonly ProductView[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (wanted === '') return products;
  return products.filter(
    (p) =>
      p.names.en.toLocaleLowerCase().includes(wanted) ||
      p.names.de.toLocaleLowerCase().includes(wanted) ||
      p.code.includes(wanted),
  );
}
