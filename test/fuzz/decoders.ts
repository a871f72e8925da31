/**
 * Garbage for everything that reads bytes or JSON from elsewhere. A decoder refuses by a value and never throws, except where a file
 * of the house is damaged: that is an Error with words, and no secret in them. What a decoder of canonical bytes accepts,
 * its encoder writes again byte for byte; where two implementations read the same format, they agree.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../crypto/node.ts';
import { parseFrame } from '../../firmware-sim/apdu.ts';
import { isCardMemory } from '../../firmware-sim/store.ts';
import { parseTlvs as cardTlvs, tlv } from '../../firmware-sim/tlv.ts';
import { genesisDocument, parseGenesis } from '../../ledger/genesis.ts';
import { readSigningKey, writeSigningKey } from '../../ledger/key-file.ts';
import { loadIdentity, saveIdentity } from '../../main/identity.ts';
import { decode } from '../../main/json.ts';
import { walletAnswer } from '../../main/wallet-answer.ts';
import { concat, equal, toHex } from '../../src/bytes.ts';
import { encodeCommand, parseCommand, parseResponse } from '../../src/card/apdu.ts';
import { parseTranscript, transcriptBytes } from '../../src/card/attestation.ts';
import { certificateBytes, parseCertificate } from '../../src/card/certificate.ts';
import { parseCannotPay, parseOpened, parseSelected, parseSpent } from '../../src/card/commands.ts';
import { parseCoupons } from '../../src/card/coupon-wire.ts';
import {
  parseAccount,
  parseBegunLoad,
  parseBlock,
  parseSigned,
  parseStored,
} from '../../src/card/service-commands.ts';
import { SUITE_1 } from '../../src/card/suite.ts';
import { encodeTlv, parseTlvs } from '../../src/card/tlv.ts';
import { decodeCbor, encodeCbor } from '../../src/economy/cbor.ts';
import { decodeEnvelope, encodeEnvelope } from '../../src/economy/envelope.ts';
import {
  type InclusionProof,
  inclusionPath,
  transactionsRoot,
  verifyInclusion,
} from '../../src/economy/inclusion.ts';
import { DEFAULT_PARAMETERS } from '../../src/economy/parameters.ts';
import { decodeBody, encodeBody } from '../../src/economy/wire.ts';
import { parseEan13 } from '../../src/sale/ean13.ts';
import { intentSchema } from '../../src/till-intents.ts';
import { Chance, count, Finding, type Run, type Tally } from './chance.ts';
import { readStored } from './stored.ts';

type Decoder = (chance: Chance) => boolean;

/** TLV as commands and answers have it, nested now and then. */
function tlvs(chance: Chance): Uint8Array {
  const parts = Array.from({ length: 1 + chance.below(6) }, () => {
    const tag = chance.of([0x6f, 0x84, 0xa5, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88]);
    const inside = tag === 0xa5 || tag === 0x6f ? tlvs(chance) : chance.bytes(chance.of(LENGTHS));
    return tlv(tag, inside.length > 60_000 ? inside.slice(0, 10) : inside);
  });
  const whole = concat(...parts);
  return whole.length > 60_000 ? whole.slice(0, 200) : whole;
}
const LENGTHS = [0, 1, 2, 4, 8, 9, 16, 32, 33, 64, 65, 91, 127, 128, 255, 256, 291, 2_048];

/** Bytes that look like the answers a card gives. */
function answer(chance: Chance): Uint8Array {
  const good = tlvs(chance);
  return chance.once(3) ? chance.bytes(chance.below(400)) : chance.once(2) ? chance.mutated(good) : good;
}

const cborSample = (chance: Chance, depth = 3): Uint8Array => {
  const value = (left: number): Parameters<typeof encodeCbor>[0] => {
    switch (chance.below(left === 0 ? 3 : 5)) {
      case 0:
        return chance.next();
      case 1:
        return chance.bytes(chance.below(40));
      case 2:
        return chance.of(['', 'kind', 'chain', 'Bäckerei', 'x'.repeat(30)]);
      case 3:
        return Array.from({ length: chance.below(4) }, () => value(left - 1));
      default:
        return new Map(
          Array.from({ length: chance.below(4) }, () => [chance.hex(4), value(left - 1)] as const),
        ) as never;
    }
  };
  return encodeCbor(value(depth));
};

const bytesOf = (chance: Chance, good: () => Uint8Array): Uint8Array =>
  chance.once(4) ? chance.bytes(chance.below(300)) : chance.mutated(good());

const HASH = (n: number): string => toHex(nodeCrypto.sha256(Uint8Array.of(n)));
const IDS = Array.from({ length: 5 }, (_, i) => HASH(i));
const PROOF: InclusionProof = {
  chain: 'fuzz-chain',
  header: {
    height: 1,
    time: 1,
    previous: HASH(9),
    count: IDS.length,
    transactionsRoot: transactionsRoot(nodeCrypto, IDS),
    stateHash: HASH(10),
  },
  index: 2,
  path: inclusionPath(nodeCrypto, IDS, 2),
};

const INTENTS = [
  { intent: 'search', text: 'Brot' },
  { intent: 'add', type: HASH(1), amount: 2 },
  { intent: 'enter_pin', pin: '2580' },
  { intent: 'count_enter', type: HASH(1), amount: null },
  { intent: 'services_unblock', puk: '12345678', new: '2580' },
];
const WALLET = {
  workloads: [{ id: HASH(1), revision: HASH(2), share: '123', claimed: false }],
  balances: [{ origin: HASH(3), value: '-5' }],
};

const DECODERS: Readonly<Record<string, Decoder>> = {
  'CBOR: what is read is written again byte for byte': (chance) => {
    const bytes = bytesOf(chance, () => cborSample(chance));
    const read = decodeCbor(bytes);
    if (read.ok && !equal(encodeCbor(read.value), bytes)) throw new Error('another encoding is accepted');
    return read.ok;
  },
  'bodies and envelopes': (chance) => {
    const bytes = bytesOf(chance, () => encodeEnvelope(cborSample(chance), []));
    const read = decodeEnvelope(bytes, nodeCrypto);
    if (read.ok) encodeBody(read.value.transaction);
    const body = decodeBody(bytesOf(chance, () => cborSample(chance)));
    return read.ok || body.ok;
  },
  'TLV: card and terminal agree': (chance) => {
    const bytes = answer(chance);
    const [card, terminal] = [cardTlvs(bytes), parseTlvs(bytes)];
    if (card === undefined) return false;
    if (!terminal.ok || terminal.value.length !== card.length) throw new Error('only the card reads it');
    card.forEach(({ tag, value }, i) => {
      const other = terminal.value[i];
      if (other?.tag !== tag || !equal(other.value, value)) throw new Error('read differently');
    });
    const again = concat(...card.map(({ tag, value }) => encodeTlv(tag, value)));
    if (!equal(again, bytes)) throw new Error('written differently');
    return true;
  },
  'command APDUs: card and terminal agree': (chance) => {
    const data = chance.bytes(chance.of(LENGTHS));
    const made = encodeCommand(
      {
        cla: chance.of([0, 0x80, 0x84]),
        ins: chance.below(256) & 0xfe,
        p1: 0,
        p2: 0,
        data,
        ne: chance.of([0, 1, 256]),
      },
      chance.of(['shortest', 'extended'] as const),
    );
    const bytes = chance.once(2) ? made : chance.mutated(made);
    const [card, terminal] = [parseFrame(bytes), parseCommand(bytes)];
    if (card !== undefined && terminal.ok && !equal(card.data, terminal.value.data))
      throw new Error('the data differs');
    return card !== undefined;
  },
  'answers of a card, as the terminal reads them': (chance) => {
    const bytes = answer(chance);
    const read = [
      parseResponse(bytes),
      parseSelected(bytes),
      parseOpened(bytes, chance.below(9)),
      parseSpent(SUITE_1, bytes),
      parseCannotPay(bytes),
      parseAccount(SUITE_1, bytes),
      parseBegunLoad(1 + chance.below(6), bytes),
      parseBlock(chance.below(9), bytes),
      parseSigned(SUITE_1, bytes),
      parseStored(chance.below(200), bytes),
      parseCoupons(bytes),
    ];
    return read.some(({ ok }) => ok);
  },
  certificates: (chance) =>
    parseCertificate(SUITE_1, chance.bytes(chance.once(3) ? chance.below(200) : certificateBytes(SUITE_1)))
      .ok,
  transcripts: (chance) => {
    const length = transcriptBytes(SUITE_1, chance.below(10));
    const bytes = chance.bytes(chance.once(3) ? chance.below(600) : length);
    // Behind batch id and signature: the domain and the suite, or no transcript comes through.
    const head = 8 + SUITE_1.signatureBytes;
    if (bytes.length > head + 15 && chance.once(2))
      bytes.set(new TextEncoder().encode('timecard/spend\x01'), head);
    return parseTranscript(SUITE_1, bytes).ok;
  },
  'proofs of inclusion: the true one holds, a bent one never by another content': (chance) => {
    const id = chance.once(4) ? chance.text() : (IDS[2] as string);
    const proof = chance.once(10) ? PROOF : (chance.bent(PROOF) as InclusionProof);
    const read = verifyInclusion(nodeCrypto, id, proof);
    if (read.ok && proof.header.transactionsRoot !== PROOF.header.transactionsRoot)
      throw new Error('another root holds');
    return read.ok;
  },
  'intents of a screen': (chance) => intentSchema.safeParse(chance.bent(chance.of(INTENTS))).success,
  'JSON of a node about a wallet': (chance) => {
    const text = JSON.stringify(chance.bent(WALLET)) ?? '';
    const read = walletAnswer(decode(chance.once(4) ? text.slice(0, chance.below(text.length + 1)) : text));
    if (read === undefined) return false;
    if (read.claimable.some(({ id }) => !/^[0-9a-f]{64}$/.test(id))) throw new Error('an id that is none');
    return true;
  },
  'genesis documents': (chance) => {
    const good = genesisDocument({ chain: 'fuzz-chain', time: 1, parameters: DEFAULT_PARAMETERS });
    const text = chance.once(5)
      ? good.slice(0, chance.below(good.length))
      : JSON.stringify(chance.bent(JSON.parse(good)));
    const read = parseGenesis(text ?? '');
    if (read.ok && !parseGenesis(genesisDocument(read.value)).ok)
      throw new Error('what was read cannot be read again');
    return read.ok;
  },
  'bar codes': (chance) =>
    parseEan13(chance.once(2) ? String(chance.next()).padStart(13, '2') : chance.text()).ok,
  'memories of cards': (chance) => isCardMemory(chance.bytes(chance.below(500))),
};

/** Files of the house, bent: an Error with words, or the file; a secret is in no error. */
function files(folder: string): Readonly<Record<string, Decoder>> {
  const secret = nodeCrypto.sha256(Uint8Array.of(77));
  const hex = toHex(secret);
  const identity = join(folder, 'identity.json');
  const certificate = new Uint8Array(certificateBytes(SUITE_1));
  const good = {
    seed: secret,
    staticSecret: secret,
    chain: 'fuzz-chain',
    outlet: HASH(1),
    outletName: 'Outlet',
    saleCertificate: certificate,
    servicesCertificate: certificate,
    disputeOutlet: secret,
    disputeOffice: secret,
  };
  saveIdentity(identity, good);
  const identityJson = JSON.parse(
    JSON.stringify(
      Object.fromEntries(Object.entries(good).map(([k, v]) => [k, typeof v === 'string' ? v : toHex(v)])),
    ),
  ) as unknown;
  const key = join(folder, 'signing.json');
  writeSigningKey(nodeCrypto, key, secret);
  const keyJson = { suite: 1, seed: hex, key: toHex(Uint8Array.of(1, ...nodeCrypto.ed25519Public(secret))) };
  const bent = (chance: Chance, json: unknown): string => {
    const text = JSON.stringify(chance.once(8) ? json : chance.bent(json)) ?? '';
    return chance.once(6) ? text.slice(0, chance.below(text.length + 1)) : text;
  };
  return {
    "a till's identity": (chance) => {
      writeFileSync(identity, bent(chance, identityJson), { mode: 0o600 });
      try {
        const read = loadIdentity(identity);
        if (read.seed.length !== 32 || read.staticSecret.length !== 32)
          throw new TypeError('a key of another length');
        if (typeof read.chain !== 'string' || read.outlet.length !== 64)
          throw new TypeError('a field that is none');
        return true;
      } catch (cause) {
        if (cause instanceof TypeError) throw cause;
        if (String(cause).includes(hex.slice(0, 12))) throw new TypeError('the error has the secret in it');
        return false;
      }
    },
    'key files': (chance) => {
      writeFileSync(key, bent(chance, keyJson), { mode: 0o600 });
      const read = readSigningKey(nodeCrypto, key);
      if (!read.ok && `${read.detail}`.includes(hex.slice(0, 12)))
        throw new Error('the refusal has the secret in it');
      return read.ok;
    },
  };
}

export async function fuzzDecoders({ seed, more }: Run): Promise<Tally> {
  const chance = new Chance(seed);
  const tally: Tally = {};
  const folder = mkdtempSync(join(tmpdir(), 'timecard-fuzz-'));
  const stored = readStored(folder);
  try {
    const slow = Object.entries({ ...files(folder), ...stored.decoders });
    const fast = Object.entries(DECODERS);
    for (let step = 0; more(); step++) {
      // What touches a disk takes a hundred times as long: one in twenty.
      const [name, read] = chance.of(step % 20 === 0 ? slow : fast);
      try {
        count(tally, `${name}: ${read(chance) ? 'read' : 'refused'}`);
      } catch (cause) {
        throw new Finding(
          `decoders, seed ${seed}, step ${step}: ${name}: ${cause instanceof Error ? cause.stack : cause}`,
        );
      }
    }
  } finally {
    stored.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return tally;
}
