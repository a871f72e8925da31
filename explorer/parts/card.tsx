/** A picture or a table with its heading and the sentences that explain it. */
import { type ReactElement, type ReactNode, useId } from 'react';
import look from './card.module.css';

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  /** Stands beside the title. */
  readonly beside?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Card({ title, lead, beside, wide = false, children }: Props): ReactElement {
  const id = useId();
  return (
    <section className={wide ? `${look.card} ${look.wide}` : look.card} aria-labelledby={id}>
      <div className={look.head}>
        <h2 id={id}>{title}</h2>
        {beside}
      </div>
      {lead !== undefined && <p className={look.lead}>{lead}</p>}
      {children}
    </section>
  );
}

/** The top of a place: its heading and what it is about. */
export function Opening({
  title,
  lead,
  children,
}: {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div className={look.opening}>
      <h1>{title}</h1>
      {lead !== undefined && <p className={look.openingLead}>{lead}</p>}
      {children}
    </div>
  );
}

/** What a picture shows, once more as a table or list, for those who cannot or would not look at it. */
export function Again({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <details className={look.again}>
      <summary>{name}</summary>
      <Scrolls name={name}>{children}</Scrolls>
    </details>
  );
}

/** What may be wider or longer than its place; the keyboard can scroll it too. */
export function Scrolls({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1)
    <div className={look.scroll} role="group" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}

/** A table; put it into `Scrolls` where it may not fit. */
export function Table({
  heads,
  rows,
  numbers = [],
}: {
  readonly heads: readonly ReactNode[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
  /** Columns that are numbers, from 0. */
  readonly numbers?: readonly number[];
}): ReactElement {
  const side = (i: number) => (numbers.includes(i) ? look.number : undefined);
  return (
    <table className={look.table}>
      <thead>
        <tr>
          {heads.map((head, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: columns have nothing but their place
            <th key={i} scope="col" className={side(i)}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells }) => (
          <tr key={key}>
            {cells.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have nothing but their place
              <td key={i} className={side(i)}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
