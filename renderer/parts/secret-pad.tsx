/**
 * A PIN or PUK: dots, a pad, the keyboard. The digits live in this component only until they are sent and never reach
 * the store, so no other window can show them.
 */
import { IconCheck } from '@tabler/icons-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useT } from '../context.tsx';
import { enough, LENGTHS, NO_DIGITS, padKey, pressDigit } from '../digits.ts';
import { dialogOpen } from '../shortcuts.ts';
import { useKey } from '../use-key.ts';
import { Action } from './action.tsx';
import { NumberPad } from './number-pad.tsx';
import look from './secret-pad.module.css';

interface Props {
  readonly label: string;
  readonly kind: 'pin' | 'puk';
  readonly onSend: (digits: string) => void;
}

export function SecretPad({ label, kind, onSend }: Props): ReactElement {
  const t = useT();
  const [digits, setDigits] = useState(NO_DIGITS);
  const whole = useRef<HTMLFieldSetElement>(null);
  const length = LENGTHS[kind];
  useEffect(() => whole.current?.focus(), []);

  const press = (key: string) => setDigits((was) => pressDigit(was, key, length));
  const send = () => {
    if (!enough(digits, length)) {
      if (digits.spoilt) setDigits(NO_DIGITS);
      return;
    }
    setDigits(NO_DIGITS);
    onSend(digits.text);
  };
  useKey((event) => {
    const key = padKey(event.key);
    if (key === null) return;
    // Under a dialog the pad rests, unless it is part of that dialog.
    if (dialogOpen() && whole.current?.closest('[role="dialog"]') === null) return;
    // Enter on a focused button presses that button.
    if (key === 'enter' && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === 'enter') send();
    else press(key);
  }, true);

  return (
    <fieldset ref={whole} className={look.secret} tabIndex={-1} data-autofocus>
      <legend className={look.label}>{label}</legend>
      <output className={look.dots} data-secret aria-label={t('pin.entered', { count: digits.text.length })}>
        {Array.from({ length: Math.max(length.min, digits.text.length) }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: dots have nothing but their place
          <span key={i} className={i < digits.text.length ? look.full : look.hollow} />
        ))}
      </output>
      <p className={digits.spoilt ? look.spoilt : look.hint} role={digits.spoilt ? 'alert' : undefined}>
        {digits.spoilt ? t('pin.spoilt') : t('pin.hint', { min: length.min, max: length.max })}
      </p>
      <NumberPad onPress={press} />
      <Action
        kind="main"
        size="large"
        wide
        icon={IconCheck}
        disabled={!enough(digits, length)}
        onClick={send}
      >
        {t('pin.send')}
      </Action>
    </fieldset>
  );
}
