/** The CLI's help, English and German. Examples are the same in both. */

import type { Form } from '../src/economy/schema.ts';
import type { Kind } from '../src/economy/transaction.ts';
import { fieldsOf, KINDS } from '../src/economy/wire.ts';
import type { Language } from './refusal-words.ts';
import { formText } from './transaction-input.ts';

const HELP: { readonly [L in Language]: string } = {
  en: `timecard ledger

  init --dir DIR --chain NAME [--time WHEN] [--genesis FILE] [--k 20] [--holdMax SECONDS] …   make a new ledger
  node --dir DIR [--port 8787] [--host 127.0.0.1]          run a node
  verify --dir DIR                                         replay the chain from genesis and compare every hash
  backup --dir DIR --out DIR                               copy it, also while its node runs, and verify the copy
  key new --out FILE [--passphrase] · key show FILE        a signing key in a file only you can read, sealed if wanted (or TIMECARD_PASSPHRASE)
  office keys --out FILE                                   make a coupon office's nine keys
  office publish --keys FILE --office ID --sign FILE       register them as a keyset
  office run --keys FILE [--keys OLDER] --sign FILE        issue every load, until stopped
  status · collectives · tx ID · proof ID · wallet KEY · accounts SUBSYSTEM · prices SUBSYSTEM · stock OUTLET · block HEIGHT
  lots OWNER · production ID · lot ID [--from MINUTES] [--to MINUTES] [--pieces N]   a product, its parts, v*, δ, ρ, θ
  id type --product NAME/UNIT · id lot --production ID --product NAME/UNIT
  events [--from HEIGHT]                                   follow the event stream
  dispute find|judge --serial SERIAL [--in FILE …] · dispute key|office|outlet …   a coupon that came twice: whose cards, or which outlet
  submit KIND --FIELD VALUE … --sign FILE [--sign FILE] [--dry-run]
  help KIND                                                the fields of a kind

  --url http://127.0.0.1:8787 (or TIMECARD_LEDGER) · --json for machines · --print FIELD for scripts · exit code 0 done, 1 refused, 2 not understood`,
  de: `timecard-Register

  init --dir DIR --chain NAME [--time WANN] [--genesis DATEI] [--k 20] [--holdMax SEKUNDEN] …   neues Register anlegen
  node --dir DIR [--port 8787] [--host 127.0.0.1]          einen Knoten betreiben
  verify --dir DIR                                         die Kette ab Genesis nachrechnen und alle Hashes vergleichen
  backup --dir DIR --out DIR                               kopieren, auch bei laufendem Knoten, und die Kopie prüfen
  key new --out DATEI [--passphrase] · key show DATEI      ein Signierschlüssel in einer Datei, die nur Sie lesen können, auf Wunsch versiegelt (oder TIMECARD_PASSPHRASE)
  office keys --out DATEI                                  die neun Schlüssel einer Ausgabestelle erzeugen
  office publish --keys DATEI --office ID --sign DATEI     sie als Schlüsselsatz eintragen
  office run --keys DATEI [--keys ÄLTERE] --sign DATEI     jede Ladung ausgeben, bis zum Anhalten
  status · collectives · tx ID · proof ID · wallet SCHLÜSSEL · accounts TEILSYSTEM · prices TEILSYSTEM · stock AUSGABE · block HÖHE
  lots EIGENTÜMER · production ID · lot ID [--from MINUTEN] [--to MINUTEN] [--pieces N]   ein Produkt, seine Teile, v*, δ, ρ, θ
  id type --product NAME/EINHEIT · id lot --production ID --product NAME/EINHEIT
  events [--from HÖHE]                                     dem Ereignisstrom folgen
  dispute find|judge --serial NUMMER [--in DATEI …] · dispute key|office|outlet …   ein Coupon, der zweimal kam: wessen Karten oder welche Ausgabe
  submit ART --FELD WERT … --sign DATEI [--sign DATEI] [--dry-run]
  help ART                                                 die Felder einer Art

  --url http://127.0.0.1:8787 (oder TIMECARD_LEDGER) · --json für Maschinen · --print FELD für Skripte · Rückgabewert 0 getan, 1 abgelehnt, 2 nicht verstanden`,
};

const EXAMPLES = `
  npm run ledger -- init --dir ./data --chain valley-1
  npm run ledger -- node --dir ./data
  npm run ledger -- key new --out bakery.key
  npm run ledger -- submit register --name Bakery --dispatches false --sign bakery.key
  npm run ledger -- submit establish_trust --a ID --b ID --sign bakery.key --sign outlet.key
  npm run ledger -- submit order --orderer ID --addressee ID --product Bread/piece --amount 40 --deliverBy 2026-11-30 --sign outlet.key
  npm run ledger -- submit estimate --order ID --outputs Bread/piece/40/10h --sign bakery.key
  npm run ledger -- submit allocate_workload --production ID --wallet KEY --minutes 300 --day 2026-11-21 --sign bakery.key
  npm run ledger -- submit output --production ID --outputs TYPE/40 --sign bakery.key
  npm run ledger -- submit final_revision --until 2026-10-31T23:59:59Z
  npm run ledger -- proof ID`;

const SAMPLES: Readonly<Record<string, string>> = {
  name: 'Bakery',
  reason: 'broken',
  unit: 'piece',
  amount: '40',
  minutes: '300',
  day: '2026-11-21',
  deliverBy: '2026-11-30',
  until: '2026-11-30T23:59:59Z',
  parameter: 'limit',
  durability: '3000',
};

/** What could stand in a field. Lists of long bytes come from a file. */
function sample(form: Form, name: string): string {
  if (form.is === 'list') {
    const long = (f: Form): boolean =>
      f.is === 'bytes' ||
      f.is === 'list' ||
      ((f.is === 'record' || f.is === 'tuple') && f.fields.some((field) => long(field.form)));
    return long(form.item) ? `@${name}.json` : sample(form.item, name);
  }
  if (form.is === 'record' || form.is === 'tuple')
    return form.fields
      .filter(({ optional }) => !optional)
      .map((field) => sample(field.form, field.name))
      .join('/');
  if (form.is === 'word') return form.words[0] ?? '';
  if (form.is === 'flag') return 'false';
  if (form.is === 'hex') return form.bytes === 32 ? 'ID' : 'HEX';
  if (form.is === 'key') return 'KEY';
  if (form.is === 'bytes') return 'HEX';
  if (form.is === 'decimal') return '90min';
  return SAMPLES[name] ?? '1';
}

/** One line that could be typed, with what must be there and nothing else. */
export function exampleOf(kind: Kind): string {
  const needed = fieldsOf(kind).filter(
    ({ name, optional }) => !optional && name !== 'kind' && name !== 'chain' && name !== 'nonce',
  );
  const words = needed.map(({ name, form }) => `--${name} ${sample(form, name)}`);
  const signed = kind === 'final_revision' ? [] : ['--sign FILE'];
  return ['submit', kind, ...words, ...signed].join(' ');
}

/** The words for a kind of transaction, or undefined when there is no such kind. */
export function kindHelp(kind: string): string | undefined {
  const known = KINDS.find((k): k is Kind => k === kind);
  if (known === undefined) return undefined;
  const lines = fieldsOf(known)
    .filter(({ name }) => name !== 'kind' && name !== 'chain' && name !== 'nonce')
    .map(({ name, form, optional }) => `  --${name}  ${formText(form)}${optional ? '  (optional)' : ''}`);
  return [`submit ${known}`, ...lines, '', `  npm run ledger -- ${exampleOf(known)}`].join('\n');
}

export function generalHelp(language: Language): string {
  return `${HELP[language]}\n${EXAMPLES}\n\n  ${KINDS.join(', ')}`;
}
