/** A button: something one may press, at least 48 px high, with a picture, a word and perhaps its key. */
import type { Icon } from '@tabler/icons-react';
import type { ComponentProps, ReactElement, ReactNode } from 'react';
import look from './action.module.css';

interface Props extends Omit<ComponentProps<'button'>, 'type' | 'className'> {
  /** `main`: what one does next; `plain`: everything else; `quiet`: seldom; `danger`: takes something away. */
  readonly kind?: 'main' | 'plain' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'large';
  readonly wide?: boolean;
  readonly icon?: Icon;
  /** Sends the form it stands in. */
  readonly submit?: boolean;
  /** The key that does the same, shown on the button. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

export function Action({
  kind = 'plain',
  size = 'normal',
  wide = false,
  icon: Picture,
  submit = false,
  shortcut,
  children,
  ...rest
}: Props): ReactElement {
  const classes = [look.action, look[kind], look[size], wide ? look.wide : ''].join(' ');
  return (
    <button type={submit ? 'submit' : 'button'} className={classes} {...rest}>
      {Picture && <Picture size={size === 'large' ? 30 : 24} stroke={1.75} aria-hidden="true" />}
      <span>{children}</span>
      {shortcut && (
        <span className={look.key} aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  );
}

interface SquareProps extends Omit<ComponentProps<'button'>, 'type' | 'className' | 'children'> {
  readonly icon: Icon;
  readonly label: string;
  readonly kind?: 'plain' | 'quiet';
}

/** A button with a picture only; its word is for screen readers and the tooltip. */
export function SquareAction({ icon: Picture, label, kind = 'plain', ...rest }: SquareProps): ReactElement {
  return (
    <button
      type="button"
      className={`${look.action} ${look.square} ${look[kind]}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      <Picture size={24} stroke={1.75} aria-hidden="true" />
    </button>
  );
}
