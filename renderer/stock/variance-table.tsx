/** One side of the differences, with its own sum. A large difference is marked and can be opened for a recount. */
import { IconArrowDown, IconArrowUp, IconRepeat } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useAsk, useFormats, useName, useT } from '../context.tsx';
import type { SheetLine } from '../count-sheet.ts';
import { Action } from '../parts/action.tsx';
import { ProductPicture } from '../parts/product-picture.tsx';
import { Scrolls } from '../parts/scrolls.tsx';
import shared from './stock.module.css';
import look from './variance.module.css';

interface Props {
  readonly title: string;
  readonly tone: 'short' | 'over';
  readonly lines: readonly SheetLine[];
  /** Micro-minutes. */
  readonly sum: string;
}

export function VarianceTable({ title, tone, lines, sum }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const format = useFormats();
  const nameOf = useName();
  const Arrow = tone === 'short' ? IconArrowDown : IconArrowUp;
  const id = `variance-${tone}`;
  return (
    <section className={`${shared.box} ${look.table}`} aria-labelledby={id}>
      <h2 id={id} className={`${look.title} ${look[tone]}`}>
        <Arrow size={26} stroke={2} aria-hidden="true" /> {title}
      </h2>
      {lines.length === 0 && <p className={look.none}>{t('count.none')}</p>}
      {lines.length > 0 && (
        <Scrolls className={look.scroll} labelledBy={id}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('stock.product')}</th>
                <th scope="col" className={look.number}>
                  {t('count.countedAmount')}
                </th>
                <th scope="col" className={look.number}>
                  {t('count.difference')}
                </th>
                <th scope="col" className={look.number}>
                  {t('count.value')}
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.type} className={line.recount ? look.recount : undefined}>
                  <th scope="row">
                    <span className={look.product}>
                      <ProductPicture name={line.product.picture} side={40} />
                      <span>{nameOf(line.product.names)}</span>
                    </span>
                    {line.recount && (
                      <Action
                        kind="plain"
                        icon={IconRepeat}
                        aria-label={`${t('count.recount')}: ${nameOf(line.product.names)}`}
                        onClick={() => void ask({ intent: 'count_recount', type: line.type })}
                      >
                        {t('count.recount')}
                      </Action>
                    )}
                  </th>
                  <td className={look.number}>{format.amount(line.counted!, line.product.unit)}</td>
                  <td className={`${look.number} ${look.difference}`}>
                    {format.signedAmount(line.variance!, line.product.unit)}
                  </td>
                  <td className={look.number}>{format.signedValue(line.value ?? '0')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
      <p className={look.sum}>
        <span>{t('count.sum')}</span>
        <output>{lines.length === 0 ? format.value('0') : format.signedValue(sum)}</output>
      </p>
    </section>
  );
}
