/** The CLI's commands: each takes the context and answers an exit code. Not here: reading the command line, help. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { nodeCrypto } from '../crypto/node.ts';
import { toHex } from '../src/bytes.ts';
import { makeEnvelope } from '../src/economy/build.ts';
import { type InclusionProof, verifyInclusion } from '../src/economy/inclusion.ts';
import { DEFAULT_PARAMETERS, type Genesis } from '../src/economy/parameters.ts';
import { lotId, typeId } from '../src/economy/product.ts';
import { type Kind, type Transaction, UNITS } from '../src/economy/transaction.ts';
import { KINDS } from '../src/economy/wire.ts';
import { ok, type Result, refuse } from '../src/result.ts';
import type { CliContext, ExitCode } from './cli-context.ts';
import { dispute } from './cli-dispute.ts';
import { kindHelp } from './cli-help.ts';
import { type ClientRefusal, path } from './client.ts';
import { systemClock } from './clock.ts';
import { backupInto } from './database.ts';
import { createEngine } from './embedded-engine.ts';
import { genesisDocument, parseGenesis } from './genesis.ts';
import { toJson } from './json.ts';
import {
  type KeyFileRefusal,
  readPublicKey,
  readSigningKey,
  type SigningKey,
  writeSigningKey,
} from './key-file.ts';
import { DEFAULT_PORT, runNode } from './main.ts';
import { startOffice } from './office.ts';
import {
  makeOfficeKeys,
  type OfficeKeys,
  publicKeys,
  readOfficeKeys,
  writeOfficeKeys,
} from './office-keys.ts';
import { verifyLedger } from './replay.ts';
import { readTransaction } from './transaction-input.ts';

type Command = (context: CliContext) => ExitCode | Promise<ExitCode>;

/** A new ledger's genesis: a document, or the defaults with what the options say otherwise. */
function genesisOf(context: CliContext): Result<Genesis, 'malformed'> {
  const file = context.option('genesis');
  if (file !== undefined)
    try {
      return parseGenesis(readFileSync(file, 'utf8'));
    } catch {
      return refuse('malformed', file);
    }
  const when = context.option('time');
  const time = when === undefined ? systemClock().now() : Date.parse(when) / 1000;
  const base = { chain: context.option('chain') ?? '', time: 0, parameters: DEFAULT_PARAMETERS };
  const document = JSON.parse(genesisDocument(base)) as { parameters: Record<string, unknown> };
  for (const [name, usual] of Object.entries(document.parameters)) {
    const given = context.option(name);
    if (given !== undefined) document.parameters[name] = typeof usual === 'number' ? Number(given) : given;
  }
  return parseGenesis(JSON.stringify({ ...document, time }));
}

const init: Command = async (context) => {
  const dataDir = context.need('dir');
  if (dataDir === 2) return 2;
  const genesis = genesisOf(context);
  if (!genesis.ok) return context.refuse(genesis.refusal, genesis.detail);
  const engine = createEngine({ dataDir, crypto: nodeCrypto, genesis: genesis.value });
  if (!engine.ok) return context.refuse(engine.refusal, engine.detail);
  const block = engine.value.block(0);
  await engine.value.close();
  return context.say({
    dir: dataDir,
    genesis: JSON.parse(genesisDocument(genesis.value)) as unknown,
    blockHash: block?.hash,
  });
};

const node: Command = async (context) => {
  const dir = context.need('dir');
  if (dir === 2) return 2;
  const port = Number(context.option('port') ?? DEFAULT_PORT);
  const host = context.option('host') ?? '127.0.0.1';
  return (await runNode({ dir, port, host, genesis: context.option('genesis') })) as ExitCode;
};

const verify: Command = (context) => {
  const dir = context.need('dir');
  return dir === 2 ? 2 : context.report(verifyLedger(dir, nodeCrypto));
};

/** Copies a ledger and replays the copy: a backup that was never verified is none. */
const backup: Command = async (context) => {
  const dir = context.need('dir');
  const out = context.need('out');
  if (dir === 2 || out === 2) return 2;
  const copied = await backupInto(dir, out);
  if (!copied.ok) return context.refuse(copied.refusal, copied.detail);
  return context.report(verifyLedger(out, nodeCrypto), (verified) => ({ copy: out, ...verified }));
};

const key: Command = async (context) => {
  const [, verb, file] = context.arguments.words;
  if (verb === 'show' && file !== undefined)
    return context.report(readPublicKey(nodeCrypto, file), (public_) => ({ key: public_ }));
  if (verb !== 'new') return context.misunderstood('key new --out FILE [--passphrase] | key show FILE');
  const out = context.need('out');
  if (out === 2) return 2;
  const sealed = context.switch('passphrase');
  const passphrase = await context.passphrase(sealed);
  if (sealed && passphrase === undefined) return context.refuse('passphrase_missing', out);
  const made = writeSigningKey(nodeCrypto, out, new Uint8Array(randomBytes(32)), passphrase);
  return context.report(made, ({ key: public_ }) => ({ key: public_ }));
};

/** The files of an option, all of them, or the first that cannot be read. */
function readAll<T>(
  files: readonly string[],
  read: (file: string) => Result<T, KeyFileRefusal>,
): Result<readonly T[], KeyFileRefusal> {
  const found: T[] = [];
  for (const file of files) {
    const one = read(file);
    if (!one.ok) return one;
    found.push(one.value);
  }
  return ok(found);
}
/** The passphrase is asked for only when a file needs it. */
async function signingKeys(context: CliContext): Promise<Result<readonly SigningKey[], KeyFileRefusal>> {
  const files = context.options('sign');
  const read = (passphrase?: string) =>
    readAll(files, (file) => readSigningKey(nodeCrypto, file, passphrase));
  const known = read(await context.passphrase(false));
  return known.ok || known.refusal !== 'passphrase_missing' ? known : read(await context.passphrase());
}
const officeKeys = (context: CliContext): Result<readonly OfficeKeys[], KeyFileRefusal> =>
  readAll(context.options('keys'), (file) => readOfficeKeys(nodeCrypto, file));

async function chainOf(context: CliContext): Promise<Result<string, ClientRefusal>> {
  const given = context.option('chain');
  if (given !== undefined) return ok(given);
  const status = await context.client.get('/v1/status');
  return status.ok ? ok(String(status.value.chain)) : status;
}

const freshNonce = (): string => toHex(randomBytes(8));

/** Signs and sends, or with --dry-run only shows. */
async function send(
  context: CliContext,
  transaction: Transaction,
  known?: readonly SigningKey[],
): Promise<ExitCode> {
  const keys = known === undefined ? await signingKeys(context) : ok(known);
  if (!keys.ok) return context.refuse(keys.refusal, keys.detail);
  const built = makeEnvelope(
    nodeCrypto,
    transaction,
    keys.value.map(({ seed }) => seed),
  );
  if (context.switch('dry-run'))
    return context.say({ id: built.id, transaction: toJson(transaction), envelope: toHex(built.bytes) });
  return context.report(await context.client.submit(built.bytes));
}

const submit: Command = async (context) => {
  const kind = KINDS.find((k): k is Kind => k === context.arguments.words[1]);
  if (kind === undefined) return context.misunderstood(`submit ${KINDS.join(' | ')}`);
  const chain = await chainOf(context);
  if (!chain.ok) return context.refuse(chain.refusal, chain.detail);
  const fields = new Map<string, string>();
  for (const [name, values] of context.arguments.options)
    if (!['url', 'sign', 'chain', 'print'].includes(name)) fields.set(name, values.at(-1) ?? '');
  // `register` enters the key that signs, unless another is named.
  const keys = await signingKeys(context);
  if (!keys.ok) return context.refuse(keys.refusal, keys.detail);
  const own = keys.value[0]?.key;
  if (kind === 'register' && own !== undefined && !fields.has('key')) fields.set('key', own);
  const transaction = readTransaction(kind, fields, {
    crypto: nodeCrypto,
    chain: chain.value,
    nonce: freshNonce(),
    readFile: (file) => readFileSync(file, 'utf8'),
  });
  if (!transaction.ok) {
    context.refuse(transaction.refusal, transaction.detail);
    if (!context.switch('json')) context.surroundings.err(kindHelp(kind) ?? '');
    return 1;
  }
  return send(context, transaction.value, keys.value);
};

async function officePublish(context: CliContext): Promise<ExitCode> {
  const office = context.need('office');
  if (office === 2) return 2;
  const keys = officeKeys(context);
  if (!keys.ok) return context.refuse(keys.refusal, keys.detail);
  const [keyset] = keys.value;
  if (keyset === undefined)
    return context.misunderstood('office publish --keys FILE --office ID --sign FILE');
  const chain = await chainOf(context);
  if (!chain.ok) return context.refuse(chain.refusal, chain.detail);
  return send(context, {
    kind: 'keyset',
    chain: chain.value,
    nonce: freshNonce(),
    office,
    keys: publicKeys(keyset),
  });
}

async function officeRun(context: CliContext): Promise<ExitCode> {
  const keysets = officeKeys(context);
  if (!keysets.ok) return context.refuse(keysets.refusal, keysets.detail);
  const keys = await signingKeys(context);
  if (!keys.ok) return context.refuse(keys.refusal, keys.detail);
  const [signing] = keys.value;
  if (signing === undefined || keysets.value.length === 0)
    return context.misunderstood('office run --keys FILE --sign FILE');
  const { stop } = context.surroundings;
  const office = startOffice({
    url: context.client.url,
    crypto: nodeCrypto,
    seed: signing.seed,
    keysets: keysets.value,
    onIssued: (load, height) => context.say({ issued: load, height }),
    onTrouble: (load, refusal, detail) =>
      context.refuse(refusal, detail === undefined ? load : `${load}: ${detail}`),
  });
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve());
  });
  await office.stop();
  return 0;
}

const office: Command = (context) => {
  const verb = context.arguments.words[1];
  if (verb === 'publish') return officePublish(context);
  if (verb === 'run') return officeRun(context);
  if (verb !== 'keys') return context.misunderstood('office keys | office publish | office run');
  const out = context.need('out');
  if (out === 2) return 2;
  const keys = makeOfficeKeys(nodeCrypto);
  return context.report(writeOfficeKeys(out, keys), () => ({ keyset: keys.keyset }));
};

/** A command that shows one query's answer; `word` names what must follow it. */
function show(question: (word: string) => string, word?: string): Command {
  return async (context) => {
    const given = context.arguments.words[1];
    if (word !== undefined && given === undefined)
      return context.misunderstood(`${context.arguments.words[0]} ${word}`);
    return context.report(await context.client.get(question(given ?? '')));
  };
}

/** Ids that the ledger derives and nobody has to be asked for: of a product type, of what a production put out. */
const id: Command = (context) => {
  const [, of] = context.arguments.words;
  const [name, unit] = (context.option('product') ?? '').split('/');
  const known = UNITS.find((u) => u === unit);
  if ((of !== 'type' && of !== 'lot') || name === undefined || known === undefined)
    return context.misunderstood('id type --product NAME/UNIT | id lot --production ID --product NAME/UNIT');
  const type = typeId(nodeCrypto, { name, unit: known });
  if (of === 'type') return context.say({ id: type });
  const production = context.need('production');
  return production === 2 ? 2 : context.say({ id: lotId(nodeCrypto, production, type), type });
};

/** A lot with its composition, between two ages. */
const lot: Command = async (context) => {
  const id = context.arguments.words[1];
  if (id === undefined) return context.misunderstood('lot ID [--from MINUTES] [--to MINUTES] [--pieces N]');
  const ages = new URLSearchParams();
  for (const name of ['from', 'to', 'pieces']) {
    const age = context.option(name);
    if (age !== undefined) ages.set(name, age);
  }
  return context.report(await context.client.get(`${path`/v1/lots/${id}`}?${ages}`));
};

/** Fetches a proof and checks it here; with --block-hash against a hash from elsewhere. */
const proof: Command = async (context) => {
  const id = context.arguments.words[1];
  if (id === undefined) return context.misunderstood('proof ID [--block-hash HASH]');
  const answer = await context.client.get(path`/v1/transactions/${id}/proof`);
  if (!answer.ok) return context.refuse(answer.refusal, answer.detail);
  const checked = verifyInclusion(nodeCrypto, id, answer.value.proof as InclusionProof);
  if (!checked.ok) return context.refuse('wrong_proof', checked.refusal);
  const expected = context.option('block-hash') ?? answer.value.blockHash;
  return checked.value === expected
    ? context.say({ id, proven: true, blockHash: checked.value, proof: answer.value.proof })
    : context.refuse('wrong_proof', `block hash ${checked.value}`);
};

const events: Command = async (context) => {
  const from = Number(context.option('from') ?? 0);
  if (!Number.isSafeInteger(from) || from < 0) return context.misunderstood('events [--from HEIGHT]');
  for await (const told of context.client.follow(from, context.surroundings.stop))
    if (told.kind === 'block') context.say(told.block);
  return 0;
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  init,
  node,
  verify,
  backup,
  key,
  office,
  submit,
  proof,
  dispute,
  events,
  status: show(() => '/v1/status'),
  collectives: show(() => '/v1/collectives'),
  tx: show((id) => path`/v1/transactions/${id}`, 'ID'),
  block: show((height) => path`/v1/blocks/${height}`, 'HEIGHT'),
  wallet: show((word) => path`/v1/wallets/${word}`, 'KEY'),
  accounts: show((id) => path`/v1/subsystems/${id}/accounts`, 'SUBSYSTEM'),
  prices: show((id) => path`/v1/prices/${id}`, 'SUBSYSTEM'),
  production: show((id) => path`/v1/productions/${id}`, 'ID'),
  lots: show((owner) => path`/v1/lots?owner=${owner}`, 'OWNER'),
  lot,
  id,
  stock: show((id) => path`/v1/outlets/${id}/stock`, 'OUTLET'),
};
