/**
 * Finding a product: one field for scanner and typing, groups to touch while it is empty, tiles with pictures. The field
 * is a combobox over the tiles (WAI-ARIA 1.2): it keeps the focus, arrows move the mark, Enter takes the marked tile.
 */
import { VisuallyHidden } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactElement, type RefObject, useEffect, useRef, useState } from 'react';
import type { ProductView } from '../../src/till-api.ts';
import { useAsk, useT, useTill, useView } from '../context.tsx';
import { moveMark, readEntry } from '../entry.ts';
import { groupsOf, inGroup } from '../groups.ts';
import { SquareAction } from '../parts/action.tsx';
import { dialogOpen, PAY_KEY, typesElsewhere } from '../shortcuts.ts';
import { stepAmount } from '../units.ts';
import { useKey } from '../use-key.ts';
import look from './find.module.css';
import { Groups } from './groups.tsx';
import { columnsOf, TILES_SHOWN, Tiles, tileId } from './tiles.tsx';
import { useSearch } from './use-search.ts';

interface Props {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly marked: string | null;
  readonly setMarked: (type: string | null) => void;
  readonly onTake: (product: ProductView) => void;
  readonly onAmount: (type: string) => void;
}

export function Find({ field, marked, setMarked, onTake, onAmount }: Props): ReactElement {
  const t = useT();
  const ask = useAsk();
  const lines = useView((view) => view.checkout.lines);
  const stock = useView((view) => view.stock.products);
  const speak = useTill((state) => state.speak);
  const [text, setText] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const [mark, setMark] = useState(-1);
  // A touch screen's own keyboard comes only when somebody touches the field, not after each touch of a tile.
  const [typing, setTyping] = useState(false);
  const tiles = useRef<HTMLDivElement>(null);

  const entry = readEntry(text);
  const { found, searchNow } = useSearch(entry.kind === 'text' ? entry.text : '');
  const searching = entry.kind !== 'empty';
  const products = searching ? (found?.products ?? []) : inGroup(stock, group);
  const shown = Math.min(products.length, TILES_SHOWN);

  useEffect(() => field.current?.focus({ preventScroll: true }), [field]);
  useEffect(() => {
    setMark(found && found.products.length > 0 ? 0 : -1);
    if (found) speak(t('checkout.found', { count: found.products.length }));
  }, [found, speak, t]);

  const take = (product: ProductView) => {
    setText('');
    setMark(-1);
    onTake(product);
  };
  const enter = async () => {
    const at = products[mark];
    if (entry.kind === 'code') {
      setText('');
      await ask({ intent: 'scan', code: entry.code });
    } else if (entry.kind === 'text' && found?.text !== entry.text) {
      // Enter came before the answer: take the product only if there is no doubt which.
      const now = await searchNow(entry.text);
      if (now.products.length === 1) take(now.products[0]!);
    } else if (at) take(at);
    else if (entry.kind === 'empty' && lines.length > 0) await ask({ intent: 'pay' });
  };
  /** Keys for the marked line; they work while the field is empty. True if the key was one. */
  const lineKey = (key: string): boolean => {
    const index = lines.findIndex((line) => line.type === marked);
    const line = lines[index];
    if (!line) return false;
    const set = (amount: number) => void ask({ intent: 'set_amount', type: line.type, amount });
    if (key === '+') set(stepAmount(line.amount, line.unit, 1));
    else if (key === '-') set(stepAmount(line.amount, line.unit, -1));
    else if (key === 'Delete') set(0);
    else if (key === '*') onAmount(line.type);
    else if (key === 'PageDown') setMarked(lines[Math.min(index + 1, lines.length - 1)]!.type);
    else if (key === 'PageUp') setMarked(lines[Math.max(index - 1, 0)]!.type);
    else return false;
    return true;
  };

  useKey((event) => {
    if (dialogOpen() || event.defaultPrevented) return;
    if (event.key === PAY_KEY) {
      event.preventDefault();
      void ask({ intent: 'pay' });
    } else if (event.ctrlKey || event.altKey || event.metaKey) return;
    else if (event.target !== field.current && typesElsewhere(event.target)) return;
    else if (text === '' && lineKey(event.key)) event.preventDefault();
    else if (event.target !== field.current && event.key.length === 1 && event.key !== ' ') {
      field.current?.focus({ preventScroll: true });
    }
  });
  const onFieldKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      void enter();
    } else if (event.key === 'Escape') {
      setText('');
      setMark(-1);
    } else if (event.key.startsWith('Arrow')) {
      const sideways = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
      if (sideways && mark < 0) return;
      event.preventDefault();
      setMark((was) => moveMark(was, event.key, shown, columnsOf(tiles.current)));
    }
  };

  return (
    <>
      <VisuallyHidden component="h1">{t('app.checkout')}</VisuallyHidden>
      <div className={look.field}>
        <IconSearch size={30} stroke={1.75} aria-hidden="true" />
        <input
          ref={field}
          className={look.input}
          type="text"
          role="combobox"
          aria-label={t('checkout.find')}
          aria-expanded="true"
          aria-controls="tiles"
          aria-autocomplete="list"
          aria-activedescendant={mark >= 0 && mark < shown ? tileId(mark) : undefined}
          placeholder={t('checkout.find')}
          inputMode={typing ? 'search' : 'none'}
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          maxLength={80}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onFieldKey}
          onPointerDown={() => setTyping(true)}
          onBlur={() => setTyping(false)}
        />
        {text !== '' && (
          <SquareAction
            kind="quiet"
            icon={IconX}
            label={t('checkout.clearField')}
            onClick={() => setText('')}
          />
        )}
      </div>
      {!searching && <Groups groups={groupsOf(stock)} chosen={group} onChoose={setGroup} />}
      <Tiles
        grid={tiles}
        products={products}
        mark={mark}
        searched={found !== null && entry.kind === 'text' ? found.text : null}
        onTake={take}
      />
    </>
  );
}
