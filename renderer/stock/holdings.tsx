/** What the outlet holds and at which average price; the way into a count. */
import { IconClipboardList, IconSearch } from '@tabler/icons-react';
import { type ReactElement, useDeferredValue, useMemo, useState } from 'react';
import type { ProductView } from '../../src/till-api.ts';
import { useAsk, useFormats, useName, useT } from '../context.tsx';
import { useGroupName } from '../group-name.ts';
import { filterProducts } from '../groups.ts';
import { Action } from '../parts/action.tsx';
import { Empty } from '../parts/empty.tsx';
import { ProductPicture } from '../parts/product-picture.tsx';
import { Scrolls } from '../parts/scrolls.tsx';
import look from './holdings.module.css';
import shared from './stock.module.css';

/** Rows drawn at once; the field finds the others. */
const ROWS = 300;

export function Holdings({ products }: { readonly products: readonly ProductView[] }): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const nameOf = useName();
  const groupName = useGroupName();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text);
  const rows = useMemo(() => filterProducts(products, wanted), [products, wanted]);

  return (
    <>
      <div className={shared.head}>
        <h1 id="stock-title">{t('stock.title')}</h1>
        <span className={shared.soft}>{t('stock.products', { count: rows.length })}</span>
        <label className={shared.find}>
          <IconSearch size={24} stroke={1.75} aria-hidden="true" />
          <input
            type="search"
            aria-label={t('stock.find')}
            placeholder={t('stock.find')}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <Action kind="main" icon={IconClipboardList} onClick={() => void ask({ intent: 'count_begin' })}>
          {t('stock.begin')}
        </Action>
      </div>
      {products.length === 0 ? (
        <Empty title={t('stock.empty')} text={t('stock.emptyText')} picture="shelf" />
      ) : (
        <Scrolls className={`${shared.box} ${look.scroll}`} labelledBy="stock-title">
          <table className={look.table}>
            <thead>
              <tr>
                <th scope="col">{t('stock.product')}</th>
                <th scope="col">{t('stock.group')}</th>
                <th scope="col">{t('stock.code')}</th>
                <th scope="col" className={look.number}>
                  {t('stock.price')}
                </th>
                <th scope="col" className={look.number}>
                  {t('stock.inStock')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, ROWS).map((product) => (
                <tr key={product.type}>
                  <th scope="row">
                    <span className={look.product}>
                      <ProductPicture name={product.picture} side={44} />
                      {nameOf(product.names)}
                    </span>
                  </th>
                  <td>{groupName(product.group)}</td>
                  <td className={look.code}>{product.code}</td>
                  <td className={look.number}>
                    {product.price === null
                      ? t('checkout.noPrice')
                      : format.price(product.price, product.unit)}
                  </td>
                  <td className={`${look.number} ${look.held}`}>
                    {product.inStock === null
                      ? t('stock.hidden')
                      : format.amount(product.inStock, product.unit)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </>
  );
}
