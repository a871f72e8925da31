/**
 * The suites that mutation testing runs: those that call products, economy and coupons in their own thread. Suites over HTTP, other
 * processes, worker threads, a reader or a browser stay out: they are slow, and what they reach in these folders the suites here
 * reach directly. Of the random histories `few` stands for all: it has every kind of transaction and every invariant.
 */
export const SUITES: readonly string[] = [
  'test/products/*.test.ts',
  'test/coupons/*.test.ts',
  'test/economy/!(history).test.ts',
  'test/economy-coupons/!(random).test.ts',
  'test/economy-trust/*.test.ts',
  'test/sale/*.test.ts',
  'test/card/services.test.ts',
  'test/histories/few.test.ts',
  'test/ledger/inclusion.test.ts',
  'test/ledger/state-hash.test.ts',
];

/** Long random histories, asked last: when no table of single cases has found a mutant. */
export const RANDOM = /\/(random|history|histories\/\w+)\.test\.ts$/;
