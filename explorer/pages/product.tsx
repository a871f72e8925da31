/** One product: its price now, where the minutes in it come from, how the price came about, where it stands. */
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { TimeDial } from '../../widgets/time-dial.tsx';
import type { History, Id, Origin, Product, Subsystem } from '../answers.ts';
import { useAnswer, usePage } from '../context.tsx';
import { priceScale, scaled } from '../format.ts';
import { Bars } from '../parts/bars.tsx';
import { Card, Opening, Scrolls, Table } from '../parts/card.tsx';
import { Answer } from '../parts/state.tsx';
import { hueOf } from '../pictures/hue.ts';
import { OriginPicture } from '../pictures/origin-picture.tsx';
import { treeOf, workIn } from '../pictures/origin-tree.ts';
import { PriceChart } from '../pictures/price-chart.tsx';
import { hrefOf } from '../route.ts';
import look from './product.module.css';

interface Of {
  readonly subsystem: Id;
  readonly type: Id;
}

export function ProductPage({ subsystem, type }: Of): ReactElement {
  const { t } = usePage();
  const path = `/v1/subsystems/${subsystem}/products/${type}`;
  return (
    <>
      <p className={look.back}>
        <a href={hrefOf({ place: 'products', subsystem })}>
          <IconArrowLeft size={20} aria-hidden="true" />
          {t.product.all}
        </a>
      </p>
      <Answer<Product> path={path}>
        {(product) => (
          <>
            <Opening title={product.name} />
            <div className={look.parts}>
              <PriceNow product={product} />
              <Where product={product} />
              <Answer<Origin> path={`${path}/origin`}>
                {(origin) => <FromWhere subsystem={subsystem} origin={origin} />}
              </Answer>
              <Answer<History> path={`${path}/history`}>{(history) => <Came history={history} />}</Answer>
            </div>
          </>
        )}
      </Answer>
    </>
  );
}

function PriceNow({ product }: { readonly product: Product }): ReactElement {
  const { t, f } = usePage();
  const { unit, amount, value, label } = product;
  const price = amount === 0 ? 0n : scaled(BigInt(value), priceScale(unit), amount);
  const priced = label === 'exclusive' && amount > 0;
  return (
    <Card title={t.product.priceNow}>
      {priced ? (
        <div className={look.price}>
          <strong>{f.price(price, unit)}</strong>
          <TimeDial minutes={Number(price) / 1e6} size={92} />
        </div>
      ) : (
        <p className={look.none}>{label === 'common' ? t.product.common : t.product.noPrice}</p>
      )}
      {priced && (
        <p className={look.soft}>
          {t.product.exact(f.exact(price) + f.per(unit))}. {t.product.isAverage}
        </p>
      )}
    </Card>
  );
}

function Where({ product }: { readonly product: Product }): ReactElement {
  const { t, f } = usePage();
  const there = product.outlets.filter(({ amount }) => amount > 0);
  return (
    <Card title={t.product.where}>
      {there.length === 0 ? (
        <p className={look.none}>{t.products.soldOut}</p>
      ) : (
        <ul className={look.where}>
          {there.map(({ outlet, name, amount }) => (
            <li key={outlet}>
              <span>{name}</span>
              <strong>{f.amount(amount, product.unit)}</strong>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function FromWhere({ subsystem, origin }: { readonly subsystem: Id; readonly origin: Origin }): ReactElement {
  const { t, f } = usePage();
  const members = useAnswer<Subsystem>(`/v1/subsystems/${subsystem}`);
  const ordinal = (id: Id) =>
    (members?.is === 'there' ? members.value.members.find((member) => member.id === id)?.ordinal : 0) ?? 0;
  const { name, unit, rows, deliveries } = origin;
  const top = treeOf(rows);
  const whole = top?.row.amount ?? 0;
  if (top === undefined || whole === 0)
    return (
      <Card wide title={t.product.origin}>
        <p>{t.product.noOrigin}</p>
      </Card>
    );
  const scale = priceScale(unit);
  const large = f.per(unit).replace(/[\s/]/g, '');
  const what = large === '' ? t.product.onePiece(name) : t.product.oneOf(large, name);
  const work = workIn(rows);
  return (
    <Card wide title={t.product.origin} lead={t.product.originLead(what, deliveries.length)}>
      <OriginPicture top={top} ordinal={ordinal} />
      <div className={look.twice}>
        <div>
          <h3 className={look.sub}>{t.product.whose}</h3>
          <Bars
            bars={work.map(({ collective, name: who, value }) => ({
              key: collective,
              name: who,
              value: Number(value),
              text: `${f.time(scaled(value, scale, whole))} · ${f.percent(Number(value) / Math.max(1, Number(top.value)))}`,
              hue: hueOf(ordinal(collective)),
            }))}
          />
        </div>
        <div>
          <h3 className={look.sub}>{t.product.deliveries}</h3>
          <Scrolls name={t.product.deliveries}>
            <Table
              heads={[t.common.when, t.common.from, t.common.to, t.common.amount, t.product.deliveredAt]}
              numbers={[3, 4]}
              rows={deliveries.slice(0, 6).map((one) => ({
                key: one.transaction,
                cells: [
                  <a key="at" href={hrefOf({ place: 'transaction', id: one.transaction })}>
                    {f.shortDay(one.time)}
                  </a>,
                  one.fromName,
                  one.outletName,
                  f.amount(one.amount, unit),
                  f.price(scaled(BigInt(one.value), scale, one.amount), unit),
                ],
              }))}
            />
          </Scrolls>
        </div>
      </div>
    </Card>
  );
}

function Came({ history }: { readonly history: History }): ReactElement {
  const { t, now } = usePage();
  return (
    <Card wide title={t.product.history} lead={t.product.historyLead}>
      <PriceChart points={history.points} unit={history.unit} now={now} />
    </Card>
  );
}
