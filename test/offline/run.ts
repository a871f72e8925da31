/** `npm run test:offline -- --sales 100000 [--days 30] [--k 20] [--seed WORD]`: a month without the ledger, with its figures. Exit code 1 when anything arrived not exactly once. */
import { parseArgs } from 'node:util';
import { offlineMonth } from './month.ts';

const { values } = parseArgs({
  options: {
    sales: { type: 'string', default: '10000' },
    days: { type: 'string', default: '30' },
    k: { type: 'string', default: '20' },
    seed: { type: 'string', default: 'month 1' },
  },
});
const figures = await offlineMonth({
  sales: Number(values.sales),
  days: Number(values.days),
  k: Number(values.k),
  seed: values.seed,
  progress: (line) => console.error(line),
});
console.log(JSON.stringify(figures, null, 2));
process.exitCode = figures.wrong.length === 0 ? 0 : 1;
