/**
 * Digits by touch: 1 to 9, clear, 0, back. The keyboard does the same through `onKey` of whoever shows the pad. The pad
 * knows nothing of what is entered.
 */
import { IconBackspace } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useT } from '../context.tsx';
import look from './number-pad.module.css';

interface Props {
  /** A digit, `back` or `clear`. */
  readonly onPress: (key: string) => void;
  readonly disabled?: boolean;
}

export function NumberPad({ onPress, disabled = false }: Props): ReactElement {
  const t = useT();
  const digit = (d: string) => (
    <button
      key={d}
      type="button"
      className={look.key}
      disabled={disabled}
      aria-label={t('amount.digit', { digit: d })}
      onClick={() => onPress(d)}
    >
      {d}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a border of its own
    <div className={look.pad} role="group" aria-label={t('pin.pad')}>
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(digit)}
      <button
        type="button"
        className={`${look.key} ${look.soft}`}
        disabled={disabled}
        aria-label={t('amount.clear')}
        onClick={() => onPress('clear')}
      >
        C
      </button>
      {digit('0')}
      <button
        type="button"
        className={`${look.key} ${look.soft}`}
        disabled={disabled}
        aria-label={t('amount.delete')}
        onClick={() => onPress('back')}
      >
        <IconBackspace size={32} stroke={1.75} aria-hidden="true" />
      </button>
    </div>
  );
}
