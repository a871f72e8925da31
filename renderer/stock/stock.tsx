/** Stock: what the outlet holds, or the count that is running, or its differences. */
import type { ReactElement } from 'react';
import { useView } from '../context.tsx';
import { sheet } from '../count-sheet.ts';
import { RefusalNotice } from '../parts/notice.tsx';
import { CountPosting } from './count-posting.tsx';
import { CountSheet } from './count-sheet.tsx';
import { Holdings } from './holdings.tsx';
import look from './stock.module.css';
import { VarianceView } from './variance.tsx';

function Stage(): ReactElement {
  const { products, count } = useView((view) => view.stock);
  if (!count) return <Holdings products={products} />;
  const lines = sheet(count, products);
  switch (count.stage) {
    case 'entering':
      return <CountSheet lines={lines} />;
    case 'sealed':
      return <VarianceView lines={lines} refusal={count.refusal} />;
    case 'posting':
    case 'posted':
      return <CountPosting posted={count.stage === 'posted'} refusal={count.refusal} />;
  }
}

export function Stock(): ReactElement {
  return (
    <div className={look.stock}>
      <RefusalNotice />
      <Stage />
    </div>
  );
}
