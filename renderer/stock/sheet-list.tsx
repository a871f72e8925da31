/** All lines of a count: what was entered, what is still open. */
import { IconCheck, IconLock, IconPencil } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useFormats, useName, useT } from '../context.tsx';
import { isOpen, type SheetLine } from '../count-sheet.ts';
import { ProductPicture } from '../parts/product-picture.tsx';
import look from './sheet-list.module.css';
import shared from './stock.module.css';

interface Props {
  readonly lines: readonly SheetLine[];
  readonly chosen: string;
  readonly onChoose: (type: string) => void;
}

export function SheetList({ lines, chosen, onChoose }: Props): ReactElement {
  const t = useT();
  const format = useFormats();
  const nameOf = useName();
  return (
    <ol className={`${shared.box} ${look.list}`} aria-label={t('count.sheet')}>
      {lines.map((line) => {
        const open = isOpen(line);
        const Mark = !open ? IconLock : line.counted === null ? IconPencil : IconCheck;
        return (
          <li key={line.type}>
            <button
              id={`line-${line.type}`}
              type="button"
              className={`${look.line} ${line.counted === null ? '' : look.done}`}
              aria-current={line.type === chosen ? 'true' : undefined}
              disabled={!open}
              onClick={() => onChoose(line.type)}
            >
              <ProductPicture name={line.product.picture} side={40} />
              <span className={look.name}>{nameOf(line.product.names)}</span>
              <span className={look.amount}>
                {!open
                  ? t('count.sealedLine')
                  : line.counted === null
                    ? t('count.notCounted')
                    : format.amount(line.counted, line.product.unit)}
              </span>
              <Mark size={22} stroke={2} aria-hidden="true" />
            </button>
          </li>
        );
      })}
    </ol>
  );
}
