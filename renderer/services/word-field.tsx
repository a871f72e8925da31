/** One word of the sheet, with its number. The device suggests nothing and remembers nothing. */
import type { ReactElement } from 'react';
import { useT } from '../context.tsx';
import look from './words.module.css';

interface Props {
  readonly number: number;
  readonly value: string;
  readonly onChange: (word: string) => void;
}

export function WordField({ number, value, onChange }: Props): ReactElement {
  const t = useT();
  return (
    <label className={look.field}>
      <span className={look.number}>{t('services.words.number', { number })}</span>
      <input
        className={look.input}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        maxLength={16}
        lang="en"
      />
    </label>
  );
}
