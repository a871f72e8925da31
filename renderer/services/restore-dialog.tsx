/** The words of a lost card, typed from the sheet. A whole line can be pasted or typed into the first field. */
import { IconHeartHandshake } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { RECOVERY_WORDS } from '../../src/limits.ts';
import { useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Hint } from '../parts/notice.tsx';
import { WordField } from './word-field.tsx';
import look from './words.module.css';

interface Props {
  readonly onClose: () => void;
  readonly onDone: (words: readonly string[]) => void;
}

export function RestoreDialog({ onClose, onDone }: Props): ReactElement {
  const t = useT();
  const [words, setWords] = useState<readonly string[]>(Array.from({ length: RECOVERY_WORDS }, () => ''));
  const put = (at: number, text: string) => {
    const several = text.trim().split(/\s+/);
    setWords(
      words.map((one, i) => (i === at ? (several[0] ?? '') : i > at ? (several[i - at] ?? one) : one)),
    );
  };
  const whole = words.every((word) => word !== '');
  return (
    <Dialog opened title={t('services.restore.title')} onClose={onClose} width={900}>
      <form
        className={look.restore}
        onSubmit={(event) => {
          event.preventDefault();
          if (!whole) return;
          onClose();
          onDone(words);
        }}
      >
        <p>{t('services.restore.text')}</p>
        <Hint tone="warn">{t('services.restore.warning')}</Hint>
        <div className={look.grid}>
          {words.map((word, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a field is its place
            <WordField key={i} number={i + 1} value={word} onChange={(text) => put(i, text)} />
          ))}
        </div>
        <Action kind="main" size="large" wide icon={IconHeartHandshake} submit disabled={!whole}>
          {t('services.restore.yes')}
        </Action>
      </form>
    </Dialog>
  );
}
