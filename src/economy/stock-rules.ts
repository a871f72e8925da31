/** The stock family: what leaves an outlet's dispatch stock by sale or loss, and comes back by being found or returned (paper §2.2). */
import { countRule } from './count.ts';
import { handOverRule } from './hand-over.ts';
import { takeBackRule } from './take-back.ts';

/** By kind. */
export const stockRules = { hand_over: handOverRule, count: countRule, take_back: takeBackRule };
