/** The programme's mark and its name; where there is little room only the mark. */
import type { ReactElement } from 'react';
import look from './brand.module.css';

export function Brand({ name }: { readonly name: string }): ReactElement {
  return (
    <>
      <svg width="38" height="38" viewBox="0 0 32 32" aria-hidden="true">
        <rect x="1" y="5" width="30" height="22" rx="5" className={look.card} />
        <circle cx="16" cy="16" r="8" className={look.face} />
        <path d="M16 16V8a8 8 0 0 1 6.930 12z" className={look.part} />
      </svg>
      <span className={look.name}>{name}</span>
    </>
  );
}
