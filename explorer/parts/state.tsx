/** What is shown while an answer is not there, or there is none. */
import type { ReactElement, ReactNode } from 'react';
import { useAnswer, usePage } from '../context.tsx';
import type { Asked } from '../node.ts';
import { hrefOf } from '../route.ts';
import look from './state.module.css';

export function Message({
  text,
  children,
}: {
  readonly text: string;
  readonly children?: ReactNode;
}): ReactElement {
  return (
    <div className={look.message} role="status">
      <p>{text}</p>
      {children}
    </div>
  );
}

/** An answer that is there, or in its place what there is to say about it. */
export function Shown<T>({
  asked,
  children,
}: {
  readonly asked: Asked<T> | undefined;
  readonly children: (value: T) => ReactNode;
}): ReactElement {
  const { t } = usePage();
  if (asked?.is === 'there') return <>{children(asked.value)}</>;
  if (asked?.is === 'reading') return <Message text={t.states.reading(asked.detail)} />;
  if (asked?.is === 'missing')
    return (
      <Message text={t.states.missing}>
        <a href={hrefOf({ place: 'overview' })}>{t.states.back}</a>
      </Message>
    );
  return <Message text={t.states.loading} />;
}

/** Asks and shows. */
export function Answer<T>({
  path,
  children,
}: {
  readonly path: string;
  readonly children: (value: T) => ReactNode;
}): ReactElement {
  return <Shown asked={useAnswer<T>(path)}>{children}</Shown>;
}
