/**
 * A till's life that ends by SIGKILL after the last of some sales is committed and before its log is erased: run by
 * `forensic.test.ts`. Arguments: folder, seed, k, life, sales before, sales now. Each sale is told on the standard output, as a line.
 */
import { writeSync } from 'node:fs';
import { openDatabase } from '../../main/database.ts';
import { makeTown, openOutlet } from './outlet.ts';

const [dir = '', seed = '', k = '', life = '', before = '', sales = ''] = process.argv.slice(2);
let told = 0;
const outlet = await openOutlet(makeTown(seed), {
  dir,
  k: Number(k),
  life: Number(life),
  before: { crowd: 1, sales: Number(before) },
  told: (sale) => {
    told++;
    writeSync(1, `${JSON.stringify(sale)}\n`);
  },
  open: (file, schema, rebuildable) => {
    const db = openDatabase(file, schema, rebuildable);
    if (rebuildable === true) return db;
    const pragma = db.pragma.bind(db);
    db.pragma = (text, options) => {
      if (text === 'wal_checkpoint(TRUNCATE)' && told === Number(sales)) process.kill(process.pid, 'SIGKILL');
      return pragma(text, options);
    };
    return db;
  },
});
for (;;) await outlet.sell();
