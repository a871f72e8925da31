/**
 * A node's HTTP API: submit, query, event stream, its own description at /openapi.json. Every refusal is
 * {refusal, detail} from one closed list (api-refusals.ts). There is no query about a single coupon serial, and requests are
 * not logged: who asked for what, and when, is nobody's to keep.
 * Not here: what the answers contain (views.ts), the rules, who may reach the address (the operator's network).
 */
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { CryptoPort } from '../src/crypto-port.ts';
import { decodeEnvelope } from '../src/economy/envelope.ts';
import { type InclusionProof, inclusionPath } from '../src/economy/inclusion.ts';
import type { Id, Key } from '../src/economy/transaction.ts';
import { ENVELOPE_BYTES } from '../src/limits.ts';
import { type ApiRefusal, refusalBody, statusCode } from './api-refusals.ts';
import { ANSWERS, byAges, byHeight, byId, byKey, byOwner, fromHeight, refusal } from './api-schemas.ts';
import { compositionView } from './composition-view.ts';
import type { Engine, View } from './engine.ts';
import { EventStreams } from './event-stream.ts';
import { explorerPage } from './explorer-page.ts';
import { explorerRoutes } from './explorer-routes.ts';
import { toJson } from './json.ts';
import * as views from './views.ts';

export interface ApiOptions {
  readonly engine: Engine;
  readonly crypto: CryptoPort;
  /** Where the explorer page was built; without it there is no page. */
  readonly explorerDir?: string;
  /** Learns of bugs; the caller gets `internal_error`. */
  readonly onFault?: (error: unknown) => void;
}

type Answer = Record<string, unknown>;

function refuse(reply: FastifyReply, reason: ApiRefusal, detail?: string): FastifyReply {
  return reply.code(statusCode(reason)).send(refusalBody(reason, detail));
}

/** What fastify threw, in the API's own words. */
function refusalOf(error: { readonly code?: string; readonly statusCode?: number }): ApiRefusal {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'too_large';
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'unsupported_media_type';
  return error.statusCode !== undefined && error.statusCode < 500 ? 'bad_request' : 'internal_error';
}

/** The API of an engine, not yet listening. */
export async function createApi({
  engine,
  crypto,
  explorerDir,
  onFault,
}: ApiOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    bodyLimit: ENVELOPE_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, _request, reply) => {
      refuse(reply as unknown as FastifyReply, 'bad_request', error.message);
    },
    clientErrorHandler: (error, socket) => {
      if (!socket.writable) return;
      const body = JSON.stringify(refusalBody('bad_request', error.message));
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    },
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, _request, reply) => {
    const reason = refusalOf(error as { code?: string; statusCode?: number });
    if (reason === 'internal_error') onFault?.(error);
    return refuse(reply, reason, reason === 'internal_error' ? undefined : (error as Error).message);
  });
  app.setNotFoundHandler((_request, reply) => refuse(reply, 'not_found', 'no such path or method'));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/cbor', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'timecard ledger node',
        version: '1',
        description: 'Ids and keys are lower-case hex, values micro-minutes of labour as decimal strings.',
      },
    },
  });

  submitRoute(app, engine);
  chainRoutes(app, engine, crypto);
  streamRoute(app, engine);
  stateRoutes(app, engine, crypto);
  explorerRoutes(app, engine, crypto);
  if (explorerDir !== undefined) explorerPage(app, explorerDir);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

/** Schema of a route: what it answers, beside refusals. */
function describe(summary: string, answer: unknown, question: Record<string, unknown> = {}) {
  return { schema: { summary, ...question, response: { 200: answer, '4xx': refusal, '5xx': refusal } } };
}

function submitRoute(app: FastifyInstance, engine: Engine): void {
  const body = {
    content: {
      'application/cbor': { schema: { description: 'Envelope: canonical CBOR (RFC 8949 §4.2.1)' } },
    },
  };
  app.post<{ Body: Uint8Array | undefined }>(
    '/v1/transactions',
    describe('Hand a transaction in; answers when it is stored durably', ANSWERS.submitted, { body }),
    async (request, reply) => {
      if (!(request.body instanceof Uint8Array)) return refuse(reply, 'not_canonical', 'no body');
      const { buffer, byteOffset, length } = request.body;
      const done = await engine.submit(new Uint8Array(buffer, byteOffset, length));
      return done.ok ? done.value : refuse(reply, done.refusal, done.detail);
    },
  );
}

/** Blocks, transactions and proofs: what only the chain tells. */
function chainRoutes(app: FastifyInstance, engine: Engine, crypto: CryptoPort): void {
  /** The block of a transaction and its place in it. */
  function place(id: Id) {
    const view = engine.view();
    const height = view.ok ? view.value.state.transactions.get(id) : undefined;
    const block = height === undefined ? undefined : engine.block(height);
    return view.ok && block !== undefined
      ? { block, chain: view.value.genesis.chain, index: block.transactions.indexOf(id) }
      : undefined;
  }

  app.get<{ Params: { id: Id } }>(
    '/v1/transactions/:id',
    describe('A transaction as it was accepted', ANSWERS.transaction, { params: byId }),
    (request, reply) => {
      const { id } = request.params;
      const found = place(id);
      if (found === undefined) return refuse(reply, 'not_found');
      const { height } = found.block.header;
      const stored = engine.transactions(height)[found.index];
      const decoded = stored && decodeEnvelope(stored.envelope, crypto);
      if (!decoded?.ok) throw new Error(`stored transaction ${id} cannot be read`);
      return {
        id,
        height,
        position: found.index,
        envelope: toJson(stored?.envelope),
        transaction: toJson(decoded.value.transaction),
      };
    },
  );
  app.get<{ Params: { id: Id } }>(
    '/v1/transactions/:id/proof',
    describe('Proof that a transaction is in its block (RFC 9162 §2.1.3)', ANSWERS.proof, { params: byId }),
    (request, reply) => {
      const { id } = request.params;
      const found = place(id);
      if (found === undefined) return refuse(reply, 'not_found');
      const { block, chain, index } = found;
      const path = inclusionPath(crypto, block.transactions, index);
      const proof: InclusionProof = { chain, header: block.header, index, path };
      return { id, proof, blockHash: block.hash };
    },
  );
  app.get<{ Params: { height: string } }>(
    '/v1/blocks/:height',
    describe('A block: header, transaction ids, events', ANSWERS.block, { params: byHeight }),
    (request, reply) => {
      const height = Number(request.params.height);
      const block = engine.block(height);
      const told = engine.blocks(height, 1)[0];
      return block === undefined || told === undefined
        ? refuse(reply, 'not_found')
        : { ...block, events: told.events };
    },
  );
}

function streamRoute(app: FastifyInstance, engine: Engine): void {
  const streams = new EventStreams(engine);
  app.addHook('preClose', async () => streams.close());
  app.get<{ Querystring: { from?: string } }>(
    '/v1/events',
    {
      schema: {
        summary:
          'Server-Sent Events: `block` (id = height) from height `from` on, `alive` every five seconds',
        querystring: fromHeight,
      },
    },
    (request, reply) => {
      const last = request.headers['last-event-id'];
      if (last !== undefined && !/^(0|[1-9][0-9]{0,15})$/.test(String(last)))
        return refuse(reply, 'bad_request', 'Last-Event-ID is not a height');
      if (streams.full) return refuse(reply, 'too_many_readers');
      reply.hijack();
      streams.serve(reply.raw, last === undefined ? Number(request.query.from ?? 0) : Number(last) + 1);
      return reply;
    },
  );
}

/** What the state says now. */
function stateRoutes(app: FastifyInstance, engine: Engine, crypto: CryptoPort): void {
  function query<P, Q>(
    path: string,
    options: ReturnType<typeof describe>,
    answer: (view: View, params: P, query: Q) => Answer | undefined,
  ): void {
    app.get<{ Params: P; Querystring: Q }>(path, options, (request, reply) => {
      const view = engine.view();
      if (!view.ok) return refuse(reply, view.refusal, view.detail);
      return answer(view.value, request.params as P, request.query as Q) ?? refuse(reply, 'not_found');
    });
  }
  const ofId = { params: byId };

  query('/v1/status', describe('The chain and its last block', ANSWERS.status), (view) =>
    views.statusView(view, engine.now()),
  );
  query<unknown, { from?: string }>(
    '/v1/collectives',
    describe('Collectives by ordinal from `from` on', ANSWERS.collectives, { querystring: fromHeight }),
    (view, _params, { from }) => views.collectivesView(view, Number(from ?? 0)),
  );
  const byIdQuery = (
    path: string,
    summary: string,
    answer: unknown,
    view: (v: View, id: Id) => Answer | undefined,
  ) => query<{ id: Id }, unknown>(path, describe(summary, answer, ofId), (v, { id }) => view(v, id));
  byIdQuery(
    '/v1/collectives/:id',
    'A collective and whom it trusts',
    ANSWERS.collective,
    views.collectiveView,
  );
  byIdQuery('/v1/subsystems/:id/accounts', 'Accounts and their L1 sum', ANSWERS.accounts, views.accountsView);
  byIdQuery('/v1/subsystems/:id/keyset', 'The live keyset', ANSWERS.keyset, views.liveKeysetView);
  byIdQuery(
    '/v1/prices/:id',
    'Average prices of a subsystem: value / amount',
    ANSWERS.prices,
    views.pricesView,
  );
  byIdQuery('/v1/keysets/:id', 'A keyset', ANSWERS.keyset, views.keysetView);
  byIdQuery(
    '/v1/keysets/:id/loads',
    'Loads that wait for the office',
    ANSWERS.openLoads,
    views.openLoadsView,
  );
  byIdQuery('/v1/loads/:id', 'A load, and its blind signatures once issued', ANSWERS.load, views.loadView);
  byIdQuery('/v1/outlets/:id/stock', 'Dispatch stock by the book', ANSWERS.stock, views.stockView);
  byIdQuery('/v1/productions/:id', 'A production', ANSWERS.production, views.productionView);
  byIdQuery(
    '/v1/revisions/:id/explained',
    'A final revision: its figures and the transactions that made them',
    ANSWERS.explained,
    (view, id) => views.explainedView(view, crypto, id),
  );
  query<{ key: Key }, unknown>(
    '/v1/wallets/:key',
    describe('Workloads and balances of a wallet', ANSWERS.wallet, { params: byKey }),
    (view, { key }) => views.walletView(view, key),
  );
  query<{ key: Key }, unknown>(
    '/v1/wallets/:key/loads',
    describe('Loads that a wallet signed, oldest first', ANSWERS.walletLoads, { params: byKey }),
    (view, { key }) => views.walletLoadsView(view, key),
  );
  query<{ id: Id }, { from?: string }>(
    '/v1/keysets/:id/refreshes',
    describe(
      'Refreshes into a keyset from place `from` on, by their first blinded message',
      ANSWERS.refreshes,
      {
        params: byId,
        querystring: fromHeight,
      },
    ),
    (view, { id }, { from }) => views.refreshesView(view, crypto, id, Number(from ?? 0)),
  );
  query<{ id: Id }, { from?: string; to?: string; pieces?: string }>(
    '/v1/lots/:id',
    describe('A lot: elements with v*, δ, ρ, θ between two ages', ANSWERS.composition, {
      params: byId,
      querystring: byAges,
    }),
    (view, { id }, { from, to, pieces }) =>
      compositionView(view, id, {
        ...(from !== undefined && { from: Number(from) }),
        ...(to !== undefined && { to: Number(to) }),
        ...(pieces !== undefined && { pieces: Number(pieces) }),
      }),
  );
  query<unknown, { owner: Id }>(
    '/v1/lots',
    describe('Lots of an owner', ANSWERS.lots, { querystring: byOwner }),
    (view, _params, { owner }) => views.lotsView(view, owner),
  );
}
