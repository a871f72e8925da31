/** Outlets: what cards deleted there beside what was charged for goods, month by month. */
import type { ReactElement } from 'react';
import type { Id, Outlet, OutletMonth, Outlets } from '../answers.ts';
import { usePage } from '../context.tsx';
import { Again, Card, Opening, Table } from '../parts/card.tsx';
import { Answer, Message } from '../parts/state.tsx';
import { PairChart } from '../pictures/pair-chart.tsx';
import look from './outlets.module.css';

/** Months in the picture. */
const DRAWN = 12;

export function OutletsPage({ subsystem }: { readonly subsystem: Id }): ReactElement {
  const { t, status } = usePage();
  return (
    <>
      <Opening title={t.outlets.title} lead={t.outlets.lead}>
        <p className={look.privacy}>{t.outlets.privacy(String(status?.parameters.k ?? ''))}</p>
      </Opening>
      <Answer<Outlets> path={`/v1/subsystems/${subsystem}/outlets`}>
        {({ outlets }) =>
          outlets.length === 0 ? (
            <Message text={t.outlets.none} />
          ) : (
            <div className={look.parts}>
              {outlets.map((outlet) => (
                <One key={outlet.outlet} outlet={outlet} />
              ))}
            </div>
          )
        }
      </Answer>
    </>
  );
}

/** By coupons, and by wallets without a card. */
function deleted({ redeemed, appropriated }: OutletMonth): bigint {
  return BigInt(redeemed) + BigInt(appropriated);
}

function One({ outlet }: { readonly outlet: Outlet }): ReactElement {
  const { t, f } = usePage();
  const { name, months } = outlet;
  const clearing = BigInt(outlet.clearing);
  const state =
    clearing === 0n
      ? t.outlets.balanced
      : clearing > 0n
        ? t.outlets.more(f.time(clearing))
        : t.outlets.less(f.time(-clearing));
  return (
    <Card title={name} wide>
      <p className={clearing === 0n ? look.balanced : look.open}>{state}</p>
      {months.length === 0 ? (
        <p>{t.outlets.none_yet}</p>
      ) : (
        <>
          <PairChart
            label={t.outlets.chartLabel(name)}
            names={[t.outlets.redeemed, t.outlets.charged]}
            pairs={months
              .slice(0, DRAWN)
              .toReversed()
              .map((month) => ({
                key: `${month.until}`,
                name: f.month(month.until),
                values: [deleted(month), BigInt(month.charged)],
                note:
                  (month.sales === 0 ? '' : t.outlets.note(f.count(month.sales), f.count(month.crowds))) +
                  (month.missing === '0' ? '' : t.outlets.noteMissing(f.time(BigInt(month.missing)))),
              }))}
          />
          <Again name={t.common.table}>
            <Table
              heads={[
                t.common.month,
                t.outlets.redeemed,
                t.outlets.charged,
                t.outlets.difference,
                t.outlets.goods,
                t.outlets.sales,
                t.outlets.crowds,
                t.outlets.missing,
                t.outlets.found,
                t.outlets.takenBack,
                t.outlets.booked,
              ]}
              numbers={[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
              rows={months.map((month) => ({
                key: `${month.until}`,
                cells: [
                  f.month(month.until),
                  f.time(deleted(month)),
                  f.time(BigInt(month.charged)),
                  f.signedTime(deleted(month) - BigInt(month.charged)),
                  f.time(BigInt(month.goods)),
                  f.count(month.sales),
                  f.count(month.crowds),
                  f.time(BigInt(month.missing)),
                  f.time(BigInt(month.found)),
                  f.time(BigInt(month.takenBack)),
                  f.time(BigInt(month.booked)),
                ],
              }))}
            />
          </Again>
        </>
      )}
    </Card>
  );
}
