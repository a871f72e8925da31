/** One block: where it stands in the chain, and what happened in it, sentence by sentence. */
import type { ReactElement } from 'react';
import { Sentence } from '../act.tsx';
import type { ReadableBlock } from '../answers.ts';
import { usePage } from '../context.tsx';
import { Card, Opening } from '../parts/card.tsx';
import { Answer } from '../parts/state.tsx';
import { hrefOf } from '../route.ts';
import look from './block.module.css';

export function BlockPage({ height }: { readonly height: number }): ReactElement {
  const { t } = usePage();
  return (
    <>
      <p className={look.back}>
        <a href={hrefOf({ place: 'blocks' })}>{t.blocks.all}</a>
      </p>
      <Answer<ReadableBlock> path={`/v1/blocks/${height}/readable`}>
        {(block) => <Loaded block={block} />}
      </Answer>
    </>
  );
}

function Loaded({ block }: { readonly block: ReadableBlock }): ReactElement {
  const { t, f } = usePage();
  const { height, time, hash, previous, stateHash, last, revisions, transactions } = block;
  return (
    <>
      <Opening title={t.blocks.block(f.count(height))} lead={`${f.moment(time)} UTC`} />
      <nav className={look.links} aria-label={t.blocks.title}>
        {height > 0 ? (
          <a className={look.link} href={hrefOf({ place: 'blocks', height: height - 1 })}>
            <span>{t.blocks.previous}</span>
            <strong>{f.count(height - 1)}</strong>
            <code>{previous.slice(0, 16)}</code>
          </a>
        ) : (
          <span className={look.none} />
        )}
        <span className={height > 0 ? look.joint : undefined} aria-hidden="true" />
        <span className={`${look.link} ${look.this}`}>
          <span>{t.blocks.block('')}</span>
          <strong>{f.count(height)}</strong>
          <code>{hash.slice(0, 16)}</code>
        </span>
        <span className={last ? undefined : look.joint} aria-hidden="true" />
        {last ? (
          <span className={look.none} />
        ) : (
          <a className={look.link} href={hrefOf({ place: 'blocks', height: height + 1 })}>
            <span>{t.blocks.next}</span>
            <strong>{f.count(height + 1)}</strong>
          </a>
        )}
      </nav>
      <Card title={t.blocks.entries(transactions.length)}>
        {height === 0 && <p>{t.blocks.first}</p>}
        <ol className={look.entries}>
          {revisions.map(({ revision, subsystem, name, until }) => (
            <li key={revision}>
              <a href={hrefOf({ place: 'tax', subsystem, until })}>
                {t.blocks.revisionDone(name, f.month(until))}
              </a>
            </li>
          ))}
          {transactions.map((transaction) => (
            <li key={transaction.id}>
              <span>
                <Sentence transaction={transaction} />
              </span>
              <a className={look.more} href={hrefOf({ place: 'transaction', id: transaction.id })}>
                <code>{transaction.id.slice(0, 8)}</code>
              </a>
            </li>
          ))}
        </ol>
      </Card>
      <dl className={look.hashes}>
        <div>
          <dt>{t.blocks.fingerprint}</dt>
          <dd>
            <code>{hash}</code>
          </dd>
        </div>
        <div>
          <dt>{t.blocks.before}</dt>
          <dd>
            <code>{previous}</code>
          </dd>
        </div>
        <div>
          <dt>{t.blocks.state}</dt>
          <dd>
            <code>{stateHash}</code>
          </dd>
        </div>
      </dl>
    </>
  );
}
