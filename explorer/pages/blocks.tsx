/** The chain's blocks, newest first, and a way to one that one knows. */
import { type ReactElement, useId, useState } from 'react';
import { kindName } from '../act.tsx';
import type { Blocks } from '../answers.ts';
import { usePage } from '../context.tsx';
import { Opening } from '../parts/card.tsx';
import { Answer } from '../parts/state.tsx';
import { hrefOf } from '../route.ts';
import look from './blocks.module.css';

export function BlocksPage({ before }: { readonly before: number | undefined }): ReactElement {
  const { t } = usePage();
  return (
    <>
      <Opening title={t.blocks.title} lead={t.blocks.lead} />
      <Find />
      <Answer<Blocks> path={before === undefined ? '/v1/blocks' : `/v1/blocks?before=${before}`}>
        {({ blocks, earlier }) => (
          <>
            <List blocks={blocks} />
            <nav className={look.turn} aria-label={t.blocks.title}>
              {before !== undefined && <a href={hrefOf({ place: 'blocks' })}>{t.blocks.newest}</a>}
              {earlier && (
                <a href={hrefOf({ place: 'blocks', before: blocks.at(-1)?.height ?? 0 })}>{t.blocks.older}</a>
              )}
            </nav>
          </>
        )}
      </Answer>
    </>
  );
}

function List({ blocks }: { readonly blocks: Blocks['blocks'] }): ReactElement {
  const { t, f, acts } = usePage();
  return (
    <ol className={look.chain}>
      {blocks.map(({ height, time, hash, count, kinds }) => (
        <li key={height} className={look.block}>
          <a className={look.height} href={hrefOf({ place: 'blocks', height })}>
            {t.blocks.block(f.count(height))}
          </a>
          <span className={look.time}>{f.moment(time)} UTC</span>
          <span className={look.kinds}>
            {height === 0
              ? t.blocks.first
              : `${t.blocks.entries(count)}${kinds.length === 0 ? '' : ': '}${kinds
                  .map(({ kind, count: n }) => `${n} × ${kindName(acts, kind)}`)
                  .join(', ')}`}
          </span>
          <code className={look.hash}>{hash.slice(0, 10)}</code>
        </li>
      ))}
    </ol>
  );
}

function Find(): ReactElement {
  const { t, height } = usePage();
  const [wanted, setWanted] = useState('');
  const [wrong, setWrong] = useState(false);
  const [field, hint] = [useId(), useId()];
  const go = (): void => {
    const text = wanted
      .trim()
      .toLowerCase()
      .replace(/[.,\s]/g, '');
    if (/^[0-9a-f]{64}$/.test(text)) window.location.hash = hrefOf({ place: 'transaction', id: text });
    else if (/^(0|[1-9][0-9]{0,15})$/.test(text) && Number(text) <= height)
      window.location.hash = hrefOf({ place: 'blocks', height: Number(text) });
    else setWrong(true);
  };
  return (
    <form
      className={look.find}
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <label htmlFor={field}>{t.blocks.find}</label>
      <span className={look.field}>
        <input
          id={field}
          value={wanted}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={wrong}
          aria-describedby={hint}
          onChange={(event) => {
            setWanted(event.target.value);
            setWrong(false);
          }}
        />
        <button type="submit">{t.blocks.go}</button>
      </span>
      <span id={hint} role="status" className={look.hint}>
        {wrong && t.blocks.notFound}
      </span>
    </form>
  );
}
