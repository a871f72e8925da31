/** One transaction: the sentence, who signed, every field, and the ways to its proof and its bytes. */
import type { ReactElement } from 'react';
import { FieldValue, kindName, Sentence } from '../act.tsx';
import type { Id, Readable } from '../answers.ts';
import { usePage } from '../context.tsx';
import { Card, Opening } from '../parts/card.tsx';
import { Answer } from '../parts/state.tsx';
import { hrefOf } from '../route.ts';
import look from './transaction.module.css';

export function TransactionPage({ id }: { readonly id: Id }): ReactElement {
  return (
    <Answer<Readable> path={`/v1/transactions/${id}/readable`}>
      {(transaction) => <Loaded transaction={transaction} />}
    </Answer>
  );
}

function Loaded({ transaction }: { readonly transaction: Readable }): ReactElement {
  const { t, f, acts } = usePage();
  const { id, height, time, kind, fields } = transaction;
  return (
    <>
      <Opening title={`${t.blocks.transaction}: ${kindName(acts, kind)}`} />
      <div className={look.parts}>
        <p className={look.sentence}>
          <Sentence transaction={transaction} />
        </p>
        <p>
          <a href={hrefOf({ place: 'blocks', height })}>{t.blocks.block(f.count(height))}</a> ·{' '}
          {f.moment(time)} UTC
        </p>
        <Card title={t.blocks.details}>
          <dl className={look.fields}>
            <div>
              <dt>{t.blocks.signedBy}</dt>
              <dd>
                <Signers transaction={transaction} />
              </dd>
            </div>
            {Object.entries(fields).map(([name, value]) => (
              <div key={name}>
                <dt>{acts.fields[name] ?? name}</dt>
                <dd>
                  <FieldValue name={name} value={value} transaction={transaction} />
                </dd>
              </div>
            ))}
            <div>
              <dt>{t.blocks.id}</dt>
              <dd>
                <code className={look.id}>{id}</code>
              </dd>
            </div>
          </dl>
          <p className={look.ways}>
            <a href={`/v1/transactions/${id}/proof`}>{t.blocks.proof}</a>
            {!BY_WALLET.has(kind) && <a href={`/v1/transactions/${id}`}>{t.blocks.raw}</a>}
          </p>
        </Card>
      </div>
    </>
  );
}

/** Kinds that a wallet signs, or the coupons themselves: whose they are is nobody's business. */
const BY_WALLET = new Set(['claim', 'load', 'appropriate', 'recoup', 'refresh', 'cancel']);

function Signers({ transaction }: { readonly transaction: Readable }): ReactElement {
  const { t } = usePage();
  const { signers, kind } = transaction;
  if (signers.length === 0) return <>{t.blocks.nobody}</>;
  return (
    <ul>
      {signers.map(({ who, id, name = '', subsystem, count = 0 }) => (
        <li key={`${who} ${id ?? ''}`}>
          {who === 'collective' && id !== undefined ? (
            <a
              href={hrefOf({
                place: 'overview',
                collective: id,
                ...(subsystem === undefined ? {} : { subsystem }),
              })}
            >
              {name}
            </a>
          ) : who === 'till' ? (
            t.blocks.till(name)
          ) : BY_WALLET.has(kind) && count === 1 ? (
            t.blocks.wallet
          ) : (
            t.blocks.others(count)
          )}
        </li>
      ))}
    </ul>
  );
}
