/** A new card's 24 words: shown once, then three of them asked for, so that nobody goes home with an empty sheet. */
import { IconArrowLeft, IconCheck } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useAsk, useT } from '../context.tsx';
import { Action } from '../parts/action.tsx';
import { Hint } from '../parts/notice.tsx';
import { Finish } from './finish.tsx';
import { WordField } from './word-field.tsx';
import look from './words.module.css';

export function Words({ words }: { readonly words: readonly string[] }): ReactElement {
  const t = useT();
  const ask = useAsk();
  return (
    <section className={look.sheet} aria-labelledby="words">
      <h1 id="words">{t('services.words.title')}</h1>
      <p>{t('services.words.text')}</p>
      <Hint tone="warn">{t('services.words.warning')}</Hint>
      <ol className={look.words}>
        {words.map((word, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice, its place does not
          <li key={i}>
            <span className={look.number}>{i + 1}</span>
            <span className={look.word} lang="en">
              {word}
            </span>
          </li>
        ))}
      </ol>
      <div className={look.actions}>
        <Finish />
        <Action
          kind="main"
          size="large"
          icon={IconCheck}
          onClick={() => void ask({ intent: 'services_words_ask' })}
        >
          {t('services.words.written')}
        </Action>
      </div>
    </section>
  );
}

interface CheckProps {
  readonly numbers: readonly number[];
  readonly wrong: boolean;
}

export function WordsCheck({ numbers, wrong }: CheckProps): ReactElement {
  const t = useT();
  const ask = useAsk();
  const [said, setSaid] = useState<readonly string[]>(numbers.map(() => ''));
  return (
    <form
      className={look.sheet}
      aria-labelledby="words-check"
      onSubmit={(event) => {
        event.preventDefault();
        void ask({ intent: 'services_words_check', words: [...said] });
      }}
    >
      <h1 id="words-check">{t('services.words.checkTitle')}</h1>
      <p>{t('services.words.checkText')}</p>
      <div role="alert">{wrong && <Hint tone="bad">{t('services.words.wrong')}</Hint>}</div>
      <div className={look.asked}>
        {numbers.map((number, i) => (
          <WordField
            key={number}
            number={number}
            value={said[i] ?? ''}
            onChange={(word) => setSaid(said.map((one, at) => (at === i ? word : one)))}
          />
        ))}
      </div>
      <div className={look.actions}>
        <Action icon={IconArrowLeft} onClick={() => void ask({ intent: 'services_words' })}>
          {t('services.words.again')}
        </Action>
        <Action kind="main" size="large" icon={IconCheck} submit>
          {t('services.words.check')}
        </Action>
      </div>
    </form>
  );
}
