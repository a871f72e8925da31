/** Products as tiles: picture, name, price, what is left. A touch takes one. */
import type { ReactElement, RefObject } from 'react';
import { useEffect } from 'react';
import type { ProductView } from '../../src/till-api.ts';
import { useFormats, useName, useT, useView } from '../context.tsx';
import { Empty } from '../parts/empty.tsx';
import { ProductPicture } from '../parts/product-picture.tsx';
import { unitShow } from '../units.ts';
import look from './tiles.module.css';

/** More tiles than this help nobody: the field is faster. */
export const TILES_SHOWN = 120;
export const tileId = (index: number) => `tile-${index}`;

/** How many tiles stand in the first row. */
export function columnsOf(grid: HTMLElement | null): number {
  const tiles = [...(grid?.children ?? [])] as HTMLElement[];
  const top = tiles[0]?.offsetTop;
  return Math.max(1, tiles.filter((tile) => tile.offsetTop === top).length);
}

interface Props {
  readonly grid: RefObject<HTMLDivElement | null>;
  readonly products: readonly ProductView[];
  readonly mark: number;
  /** What was searched for, null if nothing was. */
  readonly searched: string | null;
  readonly onTake: (product: ProductView) => void;
}

export function Tiles({ grid, products, mark, searched, onTake }: Props): ReactElement {
  const t = useT();
  const held = useView((view) => view.stock.products.length > 0);
  useEffect(() => {
    if (mark >= 0) document.getElementById(tileId(mark))?.scrollIntoView({ block: 'nearest' });
  }, [mark]);

  const shown = products.slice(0, TILES_SHOWN);
  return (
    <>
      <div id="tiles" ref={grid} className={look.tiles} role="listbox" aria-label={t('checkout.results')}>
        {shown.map((product, index) => (
          <Tile
            key={product.type}
            id={tileId(index)}
            product={product}
            marked={index === mark}
            onTake={onTake}
          />
        ))}
      </div>
      {products.length > shown.length && (
        <p className={look.more}>{t('checkout.more', { count: products.length - shown.length })}</p>
      )}
      {products.length === 0 && searched !== null && (
        <Empty
          title={t('checkout.nothingFound', { text: searched })}
          text={t('checkout.nothingFoundText')}
          picture="search"
        />
      )}
      {products.length === 0 && !held && searched === null && (
        <Empty title={t('checkout.emptyStock')} text={t('checkout.emptyStockText')} picture="shelf" />
      )}
    </>
  );
}

/** What is left is only worth a line when it is little. Base units. */
function few(unit: string): number {
  return 5 * unitShow(unit).step;
}

interface TileProps {
  readonly id: string;
  readonly product: ProductView;
  readonly marked: boolean;
  readonly onTake: (product: ProductView) => void;
}

function Tile({ id, product, marked, onTake }: TileProps): ReactElement {
  const t = useT();
  const nameOf = useName();
  const format = useFormats();
  const { price, inStock, unit } = product;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the combobox above keeps the focus
    <div id={id} role="option" aria-selected={marked} className={look.tile} onClick={() => onTake(product)}>
      <ProductPicture name={product.picture} side={70} />
      <span className={look.name}>{nameOf(product.names)}</span>
      <span className={look.price}>{price === null ? t('checkout.noPrice') : format.price(price, unit)}</span>
      {inStock !== null && inStock <= few(unit) && (
        <span className={inStock <= 0 ? look.none : look.left}>
          {inStock <= 0
            ? t('checkout.noneLeft')
            : t('checkout.inStock', { amount: format.amount(inStock, unit) })}
        </span>
      )}
    </div>
  );
}
