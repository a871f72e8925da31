/**
 * Where one is, as the part of the address after #: every picture has an address of its own, so that it can be sent to somebody, and
 * Back goes back. What is not understood is the overview.
 */
import type { Id } from './answers.ts';

export type Place = 'overview' | 'products' | 'tax' | 'outlets' | 'blocks';

export type Route =
  | { readonly place: 'overview'; readonly subsystem?: Id; readonly collective?: Id }
  | { readonly place: 'products'; readonly subsystem?: Id; readonly type?: Id }
  | { readonly place: 'tax'; readonly subsystem?: Id; readonly until?: number }
  | { readonly place: 'outlets'; readonly subsystem?: Id }
  | { readonly place: 'blocks'; readonly height?: number; readonly before?: number }
  | { readonly place: 'transaction'; readonly id: Id };

const ID = /^[0-9a-f]{64}$/;
const NUMBER = /^(0|[1-9][0-9]{0,15})$/;

/** The route of an address's hash, `#/…`. */
export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/');
  const [first = '', second = '', third = ''] = parts;
  if (first === 'block' && NUMBER.test(second)) return { place: 'blocks', height: Number(second) };
  if (first === 'blocks')
    return NUMBER.test(second) ? { place: 'blocks', before: Number(second) } : { place: 'blocks' };
  if (first === 'transaction' && ID.test(second)) return { place: 'transaction', id: second };
  const subsystem = ID.test(first) ? { subsystem: first } : {};
  const [place, what] = ID.test(first) ? [second, third] : [first, second];
  switch (place) {
    case 'products':
      return { place, ...subsystem, ...(ID.test(what) ? { type: what } : {}) };
    case 'tax':
      return { place, ...subsystem, ...(NUMBER.test(what) ? { until: Number(what) } : {}) };
    case 'outlets':
      return { place, ...subsystem };
    case 'collective':
      return { place: 'overview', ...subsystem, ...(ID.test(what) ? { collective: what } : {}) };
    default:
      return { place: 'overview', ...subsystem };
  }
}

/** The address of a route. */
export function hrefOf(route: Route): string {
  const within = 'subsystem' in route && route.subsystem !== undefined ? `${route.subsystem}/` : '';
  switch (route.place) {
    case 'overview':
      return route.collective === undefined ? `#/${within}` : `#/${within}collective/${route.collective}`;
    case 'products':
      return `#/${within}products${route.type === undefined ? '' : `/${route.type}`}`;
    case 'tax':
      return `#/${within}tax${route.until === undefined ? '' : `/${route.until}`}`;
    case 'outlets':
      return `#/${within}outlets`;
    case 'blocks':
      if (route.height !== undefined) return `#/block/${route.height}`;
      return route.before === undefined ? '#/blocks' : `#/blocks/${route.before}`;
    case 'transaction':
      return `#/transaction/${route.id}`;
  }
}
