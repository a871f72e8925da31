/**
 * The part of the API that the explorer page asks (`explorer-views.ts`, `readable.ts`). What needs the chain's history waits a moment for
 * the chronicle to have read it; on a long chain the first to ask is told to come again (`ledger_unavailable`, with how far it is).
 * Not here: the page itself (`explorer-page.ts`).
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CryptoPort } from '../src/crypto-port.ts';
import type { Id } from '../src/economy/transaction.ts';
import { CHRONICLE_WAIT } from '../src/limits.ts';
import { type ApiRefusal, refusalBody, statusCode } from './api-refusals.ts';
import { byHeight, byId, fromHeight, refusal } from './api-schemas.ts';
import { Chronicle, Unreadable } from './chronicle.ts';
import type { Engine, View } from './engine.ts';
import { EXPLORER_ANSWERS as ANSWERS, beforeHeight, bySubsystemAndType } from './explorer-schemas.ts';
import * as views from './explorer-views.ts';
import { blocksView, blockView, readableView } from './readable.ts';

type Answer = Record<string, unknown>;
interface Question {
  readonly Params: { readonly id: Id; readonly type: Id; readonly height: string };
  readonly Querystring: { readonly from?: string; readonly before?: string };
}
/** What a route answers from the state alone, or from the state and the chronicle. */
type Of<From extends unknown[]> = (...from: [...From, params: Question['Params']]) => Answer | undefined;

function refuse(reply: FastifyReply, reason: ApiRefusal, detail?: string): FastifyReply {
  return reply.code(statusCode(reason)).send(refusalBody(reason, detail));
}

export function explorerRoutes(app: FastifyInstance, engine: Engine, crypto: CryptoPort): void {
  const chronicle = new Chronicle(engine, crypto);
  const describe = (summary: string, answer: unknown, question: Record<string, unknown> = {}) => ({
    schema: { summary, ...question, response: { 200: answer, '4xx': refusal, '5xx': refusal } },
  });

  function now(
    path: string,
    options: ReturnType<typeof describe>,
    answer: (view: View, params: Question['Params'], query: Question['Querystring']) => Answer | undefined,
  ): void {
    app.get<Question>(path, options, (request, reply) => {
      const view = engine.view();
      if (!view.ok) return refuse(reply, view.refusal, view.detail);
      return answer(view.value, request.params, request.query) ?? refuse(reply, 'not_found');
    });
  }

  function told(path: string, options: ReturnType<typeof describe>, answer: Of<[View, Chronicle]>): void {
    app.get<Question>(path, options, async (request, reply) => {
      const read = await readUpToNow(chronicle, engine);
      if (read !== true) return refuse(reply.header('retry-after', 1), 'ledger_unavailable', read);
      const view = engine.view();
      if (!view.ok) return refuse(reply, view.refusal, view.detail);
      return answer(view.value, chronicle, request.params) ?? refuse(reply, 'not_found');
    });
  }
  const ofId = { params: byId };
  const ofType = { params: bySubsystemAndType };

  now(
    '/v1/subsystems',
    describe('Economic subsystems by the ordinal of their oldest member', ANSWERS.subsystems, {
      querystring: fromHeight,
    }),
    (view, _, { from }) => views.subsystemsView(view, Number(from ?? 0)),
  );
  told(
    '/v1/subsystems/:id',
    describe('A subsystem: members, trust, what went along each edge', ANSWERS.subsystem, ofId),
    (view, from, { id }) => views.subsystemView(view, from, id),
  );
  told(
    '/v1/subsystems/:id/labour',
    describe('Minutes of work by collective and month', ANSWERS.labour, ofId),
    (view, from, { id }) => views.labourView(view, from, id),
  );
  now(
    '/v1/subsystems/:id/products',
    describe('What has been in dispatch stock, and the pools now', ANSWERS.products, ofId),
    (view, { id }) => views.productsView(view, id),
  );
  now(
    '/v1/subsystems/:id/products/:type',
    describe('One product, and which outlet holds how much of it', ANSWERS.product, ofType),
    (view, { id, type }) => views.productView(view, id, type),
  );
  told(
    '/v1/subsystems/:id/products/:type/history',
    describe('How its average price came about', ANSWERS.history, ofType),
    (view, from, { id, type }) => views.historyView(view, from, id, type),
  );
  told(
    '/v1/subsystems/:id/products/:type/origin',
    describe('Where the minutes of its latest deliveries come from', ANSWERS.productOrigin, ofType),
    (view, from, { id, type }) => views.productOriginView(view, from, id, type),
  );
  told(
    '/v1/lots/:id/origin',
    describe('Where the minutes of a lot come from', ANSWERS.lotOrigin, ofId),
    (view, from, { id }) => views.lotOriginView(view, from, id),
  );
  now(
    '/v1/subsystems/:id/revisions',
    describe('Final revisions, newest first', ANSWERS.revisions, ofId),
    (view, { id }) => views.revisionsView(view, crypto, id),
  );
  told(
    '/v1/subsystems/:id/outlets',
    describe('Outlets: redeemed, charged and handed over by month', ANSWERS.outlets, ofId),
    (view, from, { id }) => views.outletsView(view, from, id),
  );
  now(
    '/v1/blocks',
    describe('Blocks before a height, newest first', ANSWERS.blocks, { querystring: beforeHeight }),
    (_view, _params, { before }) => blocksView(engine, crypto, Number(before ?? engine.height + 1)),
  );
  now(
    '/v1/blocks/:height/readable',
    describe('A block with its transactions for people', ANSWERS.readableBlock, { params: byHeight }),
    (view, { height }) => blockView(engine, crypto, view, Number(height)),
  );
  now(
    '/v1/transactions/:id/readable',
    describe('A transaction for people, without wallets', ANSWERS.readable, ofId),
    (view, { id }) => readableView(engine, crypto, view, id),
  );
}

/** True when the chronicle has read all that the chain had when it was asked; else how far it is. */
async function readUpToNow(chronicle: Chronicle, engine: Engine): Promise<true | string> {
  const { height } = engine;
  let late: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    late = setTimeout(resolve, CHRONICLE_WAIT);
  });
  try {
    await Promise.race([chronicle.catchUp(), patience]);
  } catch (error) {
    if (error instanceof Unreadable) return 'the disk cannot be read';
    throw error;
  } finally {
    clearTimeout(late);
  }
  return chronicle.next > height || `reading the chain: ${chronicle.next} of ${height + 1} blocks`;
}
