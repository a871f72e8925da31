/** A terminal from its configuration file, as an installation has it: where its data lies, whose till it is, which node and reader. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { COUPONS_PER_PURCHASE, REDEEM_COUPONS } from '../src/limits.ts';
import { DEFAULT_CROWD } from '../src/sale/crowd.ts';
import { loadIdentity } from './identity.ts';
import { createTerminal, type Terminal } from './main.ts';
import { createPcscReader } from './pcsc-reader.ts';

const configSchema = z.strictObject({
  /** Paths are relative to this file. */
  dataDir: z.string(),
  identity: z.string(),
  ledgerUrl: z.url({ protocol: /^https?$/ }),
  reader: z.string().optional(),
  /** `DEFAULT_CROWD` unless told. */
  crowd: z
    .strictObject({
      /** A crowd's coupons must fit one redemption. */
      k: z
        .number()
        .int()
        .min(1)
        .max(REDEEM_COUPONS / COUPONS_PER_PURCHASE),
      holdMax: z.number().int().min(1),
      delayMax: z.number().int().min(0),
    })
    .refine(({ holdMax, delayMax }) => delayMax < holdMax, 'delayMax is part of holdMax')
    .default(DEFAULT_CROWD),
  offlineMax: z.number().int().min(1),
  offlineCeilingMinutes: z.number().int().min(0),
});

/** Reads the file and starts the terminal over PC/SC. A file that is not as described is an error that names the place. */
export function openTerminal(file: string): Terminal {
  const at = dirname(resolve(file));
  const config = configSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { crowd, offlineMax, offlineCeilingMinutes } = config;
  return createTerminal({
    dataDir: resolve(at, config.dataDir),
    identity: loadIdentity(resolve(at, config.identity)),
    ledgerUrl: config.ledgerUrl,
    reader: createPcscReader(config.reader === undefined ? {} : { only: config.reader }),
    config: { crowd, offlineMax, offlineCeilingMinutes },
  });
}
