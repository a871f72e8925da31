/**
 * How a price came about, drawn: the average as a line of steps (it changes only when goods enter or leave), each delivery as a dot at the
 * work that it took, below it how much was there. The same once more as a table.
 */
import type { ReactElement } from 'react';
import type { PricePoint } from '../answers.ts';
import { usePage } from '../context.tsx';
import { priceScale, scaled } from '../format.ts';
import { Again, Table } from '../parts/card.tsx';
import { hrefOf } from '../route.ts';
import { niceScale, timeTicks } from './axis.ts';
import look from './price-chart.module.css';
import { useWidth } from './use-width.ts';

const HEIGHT = 240;
const STOCK = 60;
const GAP = 26;
const LEFT = 78;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 26;
/** A price that hardly moves is drawn flat: the axis covers at least this share of it. */
const LEAST = 0.3;
const SMALL_DOT = 4;
const LARGE_DOT = 9;

interface Props {
  readonly points: readonly PricePoint[];
  readonly unit: string;
  /** The ledger's time, to which the last price reaches. */
  readonly now: number;
}

/** Minutes of one piece, kilogram or litre. */
function minutesOf(value: string, amount: number, unit: string): number {
  return Number(scaled(BigInt(value), priceScale(unit), amount)) / 1e6;
}

export function PriceChart({ points, unit, now }: Props): ReactElement {
  const { t, f } = usePage();
  const [place, width] = useWidth();
  const price = (value: string, amount: number) =>
    f.price(scaled(BigInt(value), priceScale(unit), amount), unit);
  return (
    <div ref={place} className={look.place}>
      {width > 0 && points.length > 0 && <Drawn points={points} unit={unit} now={now} width={width} />}
      <ul className={look.legend} aria-hidden="true">
        <li>
          <svg width="34" height="16" aria-hidden="true">
            <path d="M2 11H18V5H32" className={look.line} />
          </svg>
          {t.product.lineName}
        </li>
        <li>
          <svg width="18" height="16" aria-hidden="true">
            <circle cx="9" cy="8" r="6" className={look.dot} />
          </svg>
          {t.product.dotName}
        </li>
        <li>
          <svg width="18" height="16" aria-hidden="true">
            <rect x="1" y="3" width="16" height="11" className={look.stock} />
          </svg>
          {t.product.stockName}
        </li>
      </ul>
      <Again name={t.common.table}>
        <Table
          heads={[t.common.when, t.common.price, t.products.inStock, t.product.deliveries]}
          numbers={[1, 2]}
          rows={[...points].reverse().map((point) => ({
            key: `${point.height}`,
            cells: [
              f.moment(point.time),
              point.amount > 0 ? price(point.value, point.amount) : '–',
              f.amount(point.amount, unit),
              point.entered === 0 || point.by === undefined ? (
                ''
              ) : (
                <a key="by" href={hrefOf({ place: 'transaction', id: point.by })}>
                  {t.product.delivered(
                    f.amount(point.entered, unit),
                    price(point.enteredValue, point.entered),
                  )}
                </a>
              ),
            ],
          }))}
        />
      </Again>
    </div>
  );
}

function Drawn({ points, unit, now, width }: Props & { readonly width: number }): ReactElement {
  const { t, f } = usePage();
  const first = points[0]?.time ?? 0;
  const end = Math.max(now, points.at(-1)?.time ?? 0, first + 1);
  const x = (time: number) => LEFT + ((time - first) / (end - first)) * (width - LEFT - RIGHT);
  const prices = points.filter(({ amount }) => amount > 0).map((p) => minutesOf(p.value, p.amount, unit));
  const dots = points
    .filter(({ entered }) => entered > 0)
    .map((p) => ({ ...p, price: minutesOf(p.enteredValue, p.entered, unit) }));
  const all = [...prices, ...dots.map((dot) => dot.price)];
  const scale = niceScale(Math.min(...all), Math.max(...all), LEAST);
  const y = (minutes: number) => TOP + HEIGHT - ((minutes - scale.low) / (scale.high - scale.low)) * HEIGHT;
  const most = Math.max(1, ...points.map(({ amount }) => amount));
  const floor = TOP + HEIGHT + GAP + STOCK;
  const stockY = (amount: number) => floor - (amount / most) * STOCK;
  const largest = Math.max(1, ...dots.map(({ entered }) => entered));

  let line = '';
  let area = `M${x(first)} ${floor}`;
  let open = false;
  points.forEach((point, i) => {
    const [from, to] = [x(point.time), x(points[i + 1]?.time ?? end)];
    area += `L${from} ${stockY(point.amount)}H${to}`;
    if (point.amount === 0) open = false;
    else {
      const at = y(minutesOf(point.value, point.amount, unit));
      line += `${open ? 'L' : 'M'}${from} ${at}H${to}`;
      open = true;
    }
  });
  area += `V${floor}Z`;
  const micro = (minutes: number) => BigInt(Math.round(minutes * 1e6));
  const label = t.product.historyLabel(
    f.day(first),
    f.day(end),
    f.price(micro(Math.min(...(prices.length > 0 ? prices : [0]))), unit),
    f.price(micro(Math.max(0, ...prices)), unit),
  );
  return (
    <svg width={width} height={floor + BOTTOM} className={look.chart} role="img" aria-label={label}>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} className={look.grid} />
          <text x={LEFT - 8} y={y(tick) + 5} textAnchor="end" className={look.tick}>
            {f.time(micro(tick))}
          </text>
        </g>
      ))}
      <path d={area} className={look.stock} />
      <line x1={LEFT} x2={width - RIGHT} y1={floor} y2={floor} className={look.axis} />
      <text x={LEFT - 8} y={floor - STOCK + 9} textAnchor="end" className={look.tick}>
        {f.amount(most, unit)}
      </text>
      {timeTicks(first, end, Math.floor((width - LEFT) / 110)).map((tick) => (
        <text key={tick} x={x(tick)} y={floor + 19} textAnchor="middle" className={look.tick}>
          {f.shortDay(tick)}
        </text>
      ))}
      <path d={line} className={look.line} />
      {dots.map((dot) => (
        <circle
          key={dot.height}
          cx={x(dot.time)}
          cy={y(dot.price)}
          r={SMALL_DOT + (LARGE_DOT - SMALL_DOT) * Math.sqrt(dot.entered / largest)}
          className={look.dot}
        >
          <title>
            {`${f.shortDay(dot.time)}: ${t.product.delivered(
              f.amount(dot.entered, unit),
              f.price(micro(dot.price), unit),
            )}`}
          </title>
        </circle>
      ))}
    </svg>
  );
}
