/** All products of a subsystem with their prices; one can look for a name. */
import { type ReactElement, useState } from 'react';
import type { Id, Pool, Products } from '../answers.ts';
import { usePage } from '../context.tsx';
import { priceScale, scaled } from '../format.ts';
import { Opening } from '../parts/card.tsx';
import { Answer } from '../parts/state.tsx';
import { hrefOf } from '../route.ts';
import look from './products.module.css';

export function ProductsPage({ subsystem }: { readonly subsystem: Id }): ReactElement {
  const { t } = usePage();
  const [wanted, setWanted] = useState('');
  const words = wanted.toLocaleLowerCase().split(/\s+/);
  return (
    <>
      <Opening title={t.products.title} lead={t.products.lead} />
      <Answer<Products> path={`/v1/subsystems/${subsystem}/products`}>
        {({ products }) => {
          const found = products.filter(({ name }) =>
            words.every((word) => name.toLocaleLowerCase().includes(word)),
          );
          return (
            <>
              <div className={look.find}>
                <label className={look.search}>
                  <span>{t.products.search}</span>
                  <input
                    type="search"
                    value={wanted}
                    autoComplete="off"
                    onChange={(event) => setWanted(event.target.value)}
                  />
                </label>
                <p role="status">{found.length === 0 ? t.products.none : t.products.found(found.length)}</p>
              </div>
              <ul className={look.list}>
                {found.map((pool) => (
                  <Entry key={pool.type} subsystem={subsystem} pool={pool} />
                ))}
              </ul>
            </>
          );
        }}
      </Answer>
    </>
  );
}

function Entry({ subsystem, pool }: { readonly subsystem: Id; readonly pool: Pool }): ReactElement {
  const { t, f } = usePage();
  const { type, name, unit, amount, value, label } = pool;
  const price =
    label === 'common'
      ? t.products.common
      : amount === 0
        ? t.products.soldOut
        : f.price(scaled(BigInt(value), priceScale(unit), amount), unit);
  return (
    <li>
      <a className={look.entry} href={hrefOf({ place: 'products', subsystem, type })}>
        <span className={look.name}>{name}</span>
        <span className={amount === 0 ? look.none : look.price}>{price}</span>
        <span className={look.stock}>{amount > 0 && `${t.products.inStock}: ${f.amount(amount, unit)}`}</span>
      </a>
    </li>
  );
}
