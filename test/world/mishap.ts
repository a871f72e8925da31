/** What may go wrong while a card is held and a till works, drawn by chance. Shares are those of a seed (`plan.ts`). */
import type { Contact } from './reader.ts';
import type { Fuse } from './till.ts';
import type { Whim } from './whim.ts';

/** How rough a world is: shares of sales and of days. */
export interface Roughness {
  readonly contact: number;
  readonly fuse: number;
  readonly weather: number;
  readonly misfortune: number;
}

/** How a card is held, once. */
export function contact(whim: Whim, share: number): Contact {
  if (!whim.often(share)) return {};
  if (whim.often(0.5))
    return { pull: { exchange: whim.below(5), when: whim.one(['before', 'in', 'after'] as const) } };
  return {
    tear: {
      write: whim.between(1, 14),
      how: {
        at: whim.one(['before', 'in', 'after'] as const),
        cells: whim.below(8),
        rest: whim.one(['kept', 'erased'] as const),
        noise: whim.below(0xffffffff),
      },
    },
  };
}

/** Whether and when a till dies: after fewer than `reach` of its steps. */
export function fuse(whim: Whim, share: number, reach: number): { readonly fuse?: Fuse } {
  if (!whim.often(share)) return {};
  const how = whim.often(0.5) ? 'kill' : 'power';
  return { fuse: { after: whim.below(reach), how, wake: whim.one([5, 60, 3_600, 20_000]) } };
}
