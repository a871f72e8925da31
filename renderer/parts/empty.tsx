/** A place where nothing is yet, and what brings something there. */
import { IconPackages, IconSearch, IconShoppingBag } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import look from './empty.module.css';

const PICTURES = { search: IconSearch, shelf: IconPackages, bag: IconShoppingBag } as const;

interface Props {
  readonly title: string;
  readonly text: string;
  readonly picture: keyof typeof PICTURES;
}

export function Empty({ title, text, picture }: Props): ReactElement {
  const Picture = PICTURES[picture];
  return (
    <div className={look.empty}>
      <Picture size={72} stroke={1.25} aria-hidden="true" />
      <p className={look.title}>{title}</p>
      <p>{text}</p>
    </div>
  );
}
