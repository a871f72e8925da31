/** One sale's writes, each announced on the standard output: run under strace by `fsync.test.ts`. */
import { writeSync } from 'node:fs';
import { TRANSCRIPT_BYTES } from '../../src/sale/sealed-transcript.ts';
import { journalIn } from './helpers.ts';

const step = (name: string) => writeSync(1, `step ${name}\n`);
const { db, journal } = journalIn(process.argv[2] as string);
const goods = [{ type: 'a'.repeat(64), amount: 1 }];
const coupon = (i: number) => ({
  keyset: 'b'.repeat(64),
  exponent: i,
  serial: `${i}`.repeat(64),
  signature: new Uint8Array(256),
});
const coupons = [coupon(1), coupon(2), coupon(3)];
journal.erase();
step('begin');
journal.begin({ purchaseId: '1'.repeat(32), minutes: 14, day: 20_000, goods, priced: '[]' });
step('answered');
journal.answered({ coupons, transcript: 'ab'.repeat(420) });
step('close');
journal.close(coupons, new Uint8Array(TRANSCRIPT_BYTES), goods, 14, 1_000);
step('erase');
journal.erase();
step('end');
db.close();
