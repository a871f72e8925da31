/** A product's picture on its tinted tile. Decoration: the name is always written beside it. */
import type { ReactElement } from 'react';
import { Drawing, tintOf } from '../pictures.tsx';
import look from './product-picture.module.css';

interface Props {
  readonly name: string;
  /** Side of the tile, CSS pixels. */
  readonly side: number;
}

export function ProductPicture({ name, side }: Props): ReactElement {
  return (
    <span className={`${look.tile} ${look[tintOf(name)]}`} style={{ width: side, height: side }}>
      <Drawing name={name} size={Math.round(side * 0.62)} />
    </span>
  );
}
