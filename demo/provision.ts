/**
 * What a till needs before it can sell: fresh keys, the outlet's delegation on the ledger, two certificates by the office, the
 * public keys to which transcripts are sealed, and the outlet's catalogue. Not here: the till itself (`main`).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto } from '../crypto/node.ts';
import { Catalogue } from '../main/catalogue.ts';
import { type Identity, newTillKeys, publicKeys, saveIdentity } from '../main/identity.ts';
import { random } from '../main/random.ts';
import { hexBytes } from '../src/bytes.ts';
import { epochOf, issueCertificate, OUTLET_BYTES, type Role } from '../src/card/certificate.ts';
import { SUITE_1 } from '../src/card/suite.ts';
import { DAY_SECONDS } from '../src/economy/calendar.ts';
import { DELEGATED, type Seconds } from '../src/economy/transaction.ts';
import type { Member } from './members.ts';
import { ARTICLES, typeOf } from './products.ts';
import type { Scribe } from './scribe.ts';

/** A till's delegation lasts two years. */
const DELEGATION_SECONDS = 730 * DAY_SECONDS;

export interface TillOffice {
  readonly outlet: Member;
  readonly office: Member;
  /** X25519 public keys. */
  readonly disputeOutlet: Uint8Array;
  readonly disputeOffice: Uint8Array;
}

/** A new till of an outlet. Its delegation is handed in through the scribe: settle before it is used. */
export function newTill(scribe: Scribe, parties: TillOffice, now: Seconds): Identity {
  const { outlet, office, disputeOutlet, disputeOffice } = parties;
  const keys = newTillKeys(random);
  const { till, staticKey } = publicKeys(nodeCrypto, keys);
  scribe.write(
    { kind: 'delegate', outlet: outlet.id, key: till, kinds: DELEGATED, until: now + DELEGATION_SECONDS },
    outlet.seed,
  );
  const certificate = (role: Role) =>
    issueCertificate(nodeCrypto, SUITE_1, office.seed, staticKey, {
      outlet: hexBytes(outlet.id).slice(0, OUTLET_BYTES),
      role,
      epoch: epochOf(now),
    });
  return {
    ...keys,
    chain: scribe.chain,
    outlet: outlet.id,
    outletName: outlet.name,
    saleCertificate: certificate('sale'),
    servicesCertificate: certificate('services'),
    disputeOutlet,
    disputeOffice,
  };
}

/** A till's folder as `main` wants it: identity and catalogue. */
export function setUpTill(dir: string, identity: Identity): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  saveIdentity(join(dir, 'identity.json'), identity);
  const catalogue = new Catalogue(join(dir, 'catalogue.db'));
  catalogue.put(
    ARTICLES.map((article) => ({
      type: typeOf(nodeCrypto, article),
      code: article.code,
      names: article.names,
      picture: article.picture,
      group: article.group,
      unit: article.unit,
    })),
  );
  catalogue.close();
}
