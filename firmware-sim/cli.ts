/**
 * `npm run card -- …`: what a person does with a card. Makes one, puts it into the virtual reader, pulls it (also in the middle
 * of a conversation), looks into it as only the owner of a simulated card can. It speaks no APDU itself.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { parseArgs } from 'node:util';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { ascii, fromHex } from '../src/bytes.ts';
import { DENOMINATION_EXPONENTS } from '../src/limits.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import { createCard } from './card.ts';
import { cardNames, cardPath, createCardFile, isCardName, readCard } from './card-files.ts';
import { type CliRefusal, hours, type Language, texts } from './cli-text.ts';
import { insert, insertedAt, tell } from './holder-client.ts';
import type { OwnerView } from './owner-view.ts';
import { isPin, isPuk, personalise, rewritePin } from './personalise.ts';

const DEFAULT_PORT = '35963';
const DEFAULT_FOLDER = join('.data', 'cards');

type Outcome = Result<{ readonly json: object; readonly text: string }, CliRefusal>;
const random = (n: number): Uint8Array => Uint8Array.from(randomBytes(n));
const digits = (n: number): string => Array.from({ length: n }, () => randomInt(10)).join('');

/** What a card's maker must know of an economy; hex. */
interface Economy {
  readonly chain: string;
  readonly officeKeys: readonly Uint8Array[];
  readonly batchSeed: Uint8Array;
}

function readEconomy(path: string): Economy | undefined {
  if (!existsSync(path)) return undefined;
  const hex = (value: unknown): Uint8Array =>
    (typeof value === 'string' ? fromHex(value) : undefined) ?? new Uint8Array(0);
  try {
    const { chain, officeKeys, batchSeed } = JSON.parse(readFileSync(path, 'utf8')) as Record<
      string,
      unknown
    >;
    const keys = Array.isArray(officeKeys) ? officeKeys.map(hex) : [];
    const seed = hex(batchSeed);
    const whole = keys.length > 0 && [...keys, seed].every((key) => key.length === 32);
    return typeof chain === 'string' && whole ? { chain, officeKeys: keys, batchSeed: seed } : undefined;
  } catch {
    return undefined;
  }
}

interface Asked {
  readonly folder: string;
  readonly name: string | undefined;
  readonly language: Language;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

function option(asked: Asked, name: string): string | undefined {
  const value = asked.options[name];
  return typeof value === 'string' ? value : undefined;
}

function makeCard(asked: Asked): Outcome {
  const { folder, name = '', language } = asked;
  const { words: advice, made, labels } = texts(language);
  const pin = option(asked, 'pin') ?? digits(4);
  const puk = option(asked, 'puk') ?? digits(8);
  if (!isCardName(name)) return refuse('bad_name', name);
  if (!isPin(pin)) return refuse('bad_pin');
  if (!isPuk(puk)) return refuse('bad_puk');
  const economy = readEconomy(option(asked, 'economy') ?? join(folder, 'economy.json'));
  if (economy === undefined) return refuse('no_economy');
  const seed = random(32);
  const image = personalise({ seed, g: random(8), pin, puk, random, ...economy });
  const written = createCardFile(folder, name, image);
  if (!written.ok) return written;
  const words = entropyToMnemonic(seed, wordlist);
  const { walletKey } = createCard(image, { random }).ownerView();
  const text = `${made}: ${written.value}\n${labels.pin} ${pin}   ${labels.puk} ${puk}\n\n${advice}\n${numbered(words)}`;
  return ok({ json: { name, file: written.value, pin, puk, words, walletKey }, text });
}

function numbered(words: string): string {
  const all = words.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word.padEnd(9)}`);
  return Array.from({ length: 4 }, (_, row) => all.slice(6 * row, 6 * row + 6).join(' ')).join('\n');
}

async function list(asked: Asked): Promise<Outcome> {
  const { folder, language } = asked;
  const { labels, noCards } = texts(language);
  const cards: { name: string; payableMinutes: number; port: string | undefined }[] = [];
  for (const name of cardNames(folder)) {
    const image = readCard(folder, name);
    if (!image.ok) continue;
    const { payableMinutes } = createCard(image.value, { random }).ownerView();
    cards.push({ name, payableMinutes, port: await insertedAt(folder, name) });
  }
  const lines = cards.map(
    ({ name, payableMinutes, port }) =>
      `${name.padEnd(16)} ${hours(payableMinutes).padStart(12)}${port === undefined ? '' : `   ${labels.reader} ${port}`}`,
  );
  return ok({ json: { cards }, text: lines.length === 0 ? noCards : lines.join('\n') });
}

function describe(view: OwnerView, language: Language): string {
  const { labels, states } = texts(language);
  const line = (label: string, value: string): string => `${label.padEnd(32)} ${value}`;
  const coupons = DENOMINATION_EXPONENTS.map(
    (exponent) => `${2 ** exponent}: ${view.freeByExponent[exponent]}`,
  );
  return [
    line(labels.payable, hours(view.payableMinutes)),
    line(labels.pending, hours(view.pendingMinutes)),
    line(labels.exposed, hours(view.exposedMinutes)),
    line(labels.coupons, coupons.join('  ')),
    line(labels.room, String(view.room)),
    line(labels.pin, `${view.pinTriesLeft} ${labels.tries}`),
    line(labels.puk, `${view.pukTriesLeft} ${labels.tries}`),
    line(labels.withoutPin, `${hours(view.withoutPin.minutes)}, ${view.withoutPin.taps} ${labels.taps}`),
    ...(view.openLoad === undefined
      ? []
      : [line(labels.load, `${view.openLoad.stored}/${32 * view.openLoad.packs}`)]),
    ...(view.log.length === 0 ? [] : [`${labels.log}:`]),
    ...view.log.map(({ day, minutes, state, outlet }) => {
      const date = new Date(86_400_000 * day).toISOString().slice(0, 10);
      return `  ${date}  ${hours(minutes).padStart(10)}  ${states[state]}  ${outlet.slice(0, 8)}`;
    }),
  ].join('\n');
}

function show(asked: Asked): Outcome {
  const image = readCard(asked.folder, asked.name ?? '');
  if (!image.ok) return image;
  const view = createCard(image.value, { random }).ownerView();
  return ok({ json: { name: asked.name, ...view }, text: describe(view, asked.language) });
}

async function pin(asked: Asked): Promise<Outcome> {
  const { folder, name = '', language } = asked;
  const { labels, pinSet } = texts(language);
  const fresh = option(asked, 'set');
  const image = readCard(folder, name);
  if (!image.ok) return image;
  if (fresh !== undefined) {
    if (!isPin(fresh)) return refuse('bad_pin');
    if ((await insertedAt(folder, name)) !== undefined) return refuse('already_inserted', name);
    const card = createCard(rewritePin(image.value, ascii(fresh)), { random });
    card.save(cardPath(folder, name));
    return ok({ json: { name, pin: fresh, pinTriesLeft: card.ownerView().pinTriesLeft }, text: pinSet });
  }
  const card = createCard(image.value, { random });
  const { pin: written, puk } = card.letter();
  const { pinTriesLeft, pukTriesLeft } = card.ownerView();
  return ok({
    json: { name, pin: written, puk, pinTriesLeft, pukTriesLeft },
    text: `${labels.pin} ${written} (${pinTriesLeft} ${labels.tries})\n${labels.puk} ${puk} (${pukTriesLeft} ${labels.tries})`,
  });
}

async function insertCard(asked: Asked): Promise<Outcome> {
  const { folder, name = '', language } = asked;
  const known = readCard(folder, name);
  if (!known.ok) return known;
  const port = option(asked, 'port') ?? DEFAULT_PORT;
  const done = await insert(folder, name, port, asked.options.short === true ? 'short' : 'extended');
  if (!done.ok) return done;
  return ok({ json: { name, port, pid: done.value.pid }, text: `${texts(language).inserted}: ${name}` });
}

async function pull(asked: Asked): Promise<Outcome> {
  const { folder, language } = asked;
  const { pulled, pulledLater } = texts(language);
  let { name } = asked;
  if (name === undefined) {
    const inserted: string[] = [];
    for (const one of cardNames(folder))
      if ((await insertedAt(folder, one)) !== undefined) inserted.push(one);
    if (inserted.length > 1) return refuse('which_card', inserted.join(', '));
    name = inserted[0];
    if (name === undefined) return refuse('not_inserted');
  }
  const after = option(asked, 'after');
  if (after === undefined) {
    const done = await tell(folder, name, { do: 'pull' });
    return done.ok ? ok({ json: { name, pulled: true }, text: `${pulled}: ${name}` }) : done;
  }
  if (!/^[0-9]{1,9}$/.test(after)) return refuse('bad_bytes', after);
  const done = await tell(folder, name, { do: 'pull-after', bytes: Number(after) });
  if (!done.ok) return done;
  return ok({ json: { name, after: Number(after) }, text: `${pulledLater}: ${after} (${name})` });
}

async function run(command: string, asked: Asked): Promise<Outcome> {
  switch (command) {
    case 'new':
      return makeCard(asked);
    case 'list':
      return list(asked);
    case 'show':
      return show(asked);
    case 'pin':
      return pin(asked);
    case 'insert':
      return insertCard(asked);
    case 'pull':
      return pull(asked);
    case 'help':
      return ok({ json: { help: texts(asked.language).help }, text: texts(asked.language).help });
    default:
      return refuse('usage', command);
  }
}

const OPTIONS = {
  data: { type: 'string' },
  economy: { type: 'string' },
  pin: { type: 'string' },
  puk: { type: 'string' },
  set: { type: 'string' },
  port: { type: 'string' },
  after: { type: 'string' },
  lang: { type: 'string' },
  short: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

async function main(): Promise<number> {
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  let wrong: string | undefined;
  try {
    parsed = parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    parsed = { values: {}, positionals: [] };
    wrong = cause instanceof Error ? cause.message : String(cause);
  }
  const { values, positionals } = parsed;
  const spoken = values.lang ?? env.LANG ?? 'en';
  const language: Language = String(spoken).startsWith('de') ? 'de' : 'en';
  const [command = 'help', name, ...rest] = positionals;
  const folder = typeof values.data === 'string' ? values.data : DEFAULT_FOLDER;
  const asked: Asked = { folder, name, language, options: values };
  const outcome =
    wrong !== undefined || rest.length > 0
      ? refuse<CliRefusal>('usage', wrong ?? rest.join(' '))
      : await run(values.help === true ? 'help' : command, asked);
  if (outcome.ok) {
    console.log(values.json === true ? JSON.stringify(outcome.value.json) : outcome.value.text);
    return 0;
  }
  const { refusal, detail } = outcome;
  if (values.json === true) console.log(JSON.stringify({ refusal, detail }));
  else console.error(`${texts(language).refusals[refusal]}${detail ? ` (${detail})` : ''}`);
  return 1;
}

process.exitCode = await main();
