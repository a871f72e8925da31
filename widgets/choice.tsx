/** One of a few: buttons in a row of which one is pressed. */
import type { ReactElement, ReactNode } from 'react';
import look from './choice.module.css';

interface Props<T> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly text: ReactNode; readonly lang?: string }[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}

export function Choice<T extends string | number>({
  label,
  options,
  value,
  onChoose,
}: Props<T>): ReactElement {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a legend and a border of its own
    <div className={look.choice} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={look.option}
          lang={option.lang}
          aria-pressed={option.value === value}
          onClick={() => onChoose(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
